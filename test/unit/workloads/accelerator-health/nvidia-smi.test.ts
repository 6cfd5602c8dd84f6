import { expect, it } from 'vitest';
import { nvidiaSmi } from '../../../../workloads/accelerator-health/tools/nvidia-smi.ts';
import { loadCase } from '../../../support/case.ts';

const { outputs } = loadCase('accelerator-health', 'nvidia-smi-550.90.07-aggregate');
const [ask] = [outputs['ask']];
if (ask === undefined) throw new Error('expected the output of `ask`');

const marks = (stdout: string): readonly unknown[] => {
  const parsed = nvidiaSmi.parse({ ask: { ...ask, stdout } }, { what: 'counters', periodSeconds: 1 });
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value.readings.map((reading) => ('isStandIn' in reading ? reading.isStandIn : undefined));
};

it('counts of a program that plays a driver say so', () => {
  const played = ask.stdout.replace(
    '<nvidia_smi_log>',
    '<nvidia_smi_log>\n\t<assay_stand_in>1</assay_stand_in>',
  );
  expect(played).not.toBe(ask.stdout);
  expect(new Set(marks(ask.stdout))).toEqual(new Set([undefined]));
  expect(new Set(marks(played))).toEqual(new Set([true]));
});

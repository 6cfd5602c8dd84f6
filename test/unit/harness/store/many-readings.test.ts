import { expect, it } from 'vitest';
import type { StepResult } from '../../../../agents/protocol/step.ts';
import { gatherOutputs, outputsToRead, parseStep } from '../../../../harness/store/parse-step.ts';
import { loadRegistry } from '../../../../workloads/registry.ts';
import { recordedStep } from '../../../support/constructed/recorded-step.ts';

const registry = await loadRegistry();

const lookAt = (controllers: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: controllers }, (_, mc) =>
      ['ce', 'ue'].map((kind) => [`/sys/devices/system/edac/mc/mc${mc}/${kind}_count`, '0\n'] as const),
    ).flat(),
  );

/** A step of a machine that says that it has so many controllers of memory, with two counters each. */
function parse(controllers: number) {
  const { outputs, workload, tool, params } = recordedStep('memory', 'edac-gcc12.2.0-clean');
  const look = lookAt(controllers);
  const { run } = outputs;
  if (run === undefined) throw new Error('no command run');
  const step = { step: 's', workload, tool, params, execution: 'completed', session: 1, commands: [] };
  return parseStep(registry, 'n', step as unknown as StepResult, {
    ...outputs,
    run: { ...run, counters: { before: look, after: look } },
  });
}

it('a step that tells more than any measurement has gives no numbers at all', () => {
  const usual = parse(12);
  expect(usual.ok && usual.value.samples.length).toBeGreaterThan(24);
  expect(parse(2000)).toEqual({
    ok: false,
    error: expect.stringMatching(/^expected at most 2000 readings of a step, got 400\d$/) as string,
  });
});

/** What is kept of the counters around one command, that weigh so much. */
const keptStep = (bytes: number): StepResult =>
  ({
    ...{ step: 's', workload: 'memory', tool: 'edac', params: {}, execution: 'completed', session: 1 },
    commands: [
      { id: 'run', exitCode: 0, durationMs: 1, outputs: [{ output: 'counters', file: 'counters', bytes }] },
    ],
  }) as unknown as StepResult;

it('counters that weigh more than those of any machine are not read at all', () => {
  expect(outputsToRead(keptStep(2 * 1024 * 1024))).toHaveLength(1);
  expect(outputsToRead(keptStep(2 * 1024 * 1024 + 1))).toEqual([]);
});

it('counters of more files than any machine has are none', () => {
  const read = (controllers: number) => {
    const look = lookAt(controllers);
    const text = JSON.stringify({ before: look, after: look });
    return gatherOutputs(keptStep(text.length), new Map([['counters', text]]))['run']?.counters;
  };
  expect(Object.keys(read(2048)?.before ?? {})).toHaveLength(4096);
  expect(read(2049)).toBeUndefined();
});

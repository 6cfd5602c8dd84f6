import { keyOfDimensions } from '../../../reports/verdict/measurement.ts';
import type { Fact } from '../../../workloads/kit/facts/fact.ts';
import { valueOf } from '../../../workloads/kit/facts/fact.ts';
import type { KnownSeries } from '../../store/known-series.ts';
import type { Usual } from '../decide.ts';
import type { Dossier, JudgedSample } from '../dossier.ts';
import type { RunDossier } from '../run-dossier.ts';

const keyOf = (machine: string, device: string, metric: string, dimensions: string, tool: string): string =>
  JSON.stringify([machine, device, metric, dimensions, tool]);

/** What nights before this one told of what a sample is of; absent where they told nothing, or in another unit. */
export function usualFor(sample: JudgedSample, node: Dossier, index: RunDossier): Usual | undefined {
  const all = index.once('usual', () => new Map((index.material.series ?? []).map(entryOf)));
  if (all.size === 0) return undefined;
  const { metric, dimensions, tool, subject, unit } = sample;
  const device = subject.kind === 'device' ? subject.device : '';
  for (const machine of machinesOf(node)) {
    const known = all.get(keyOf(machine, device, metric, keyOfDimensions(dimensions), tool));
    if (known !== undefined) return known.unit === unit ? known : undefined;
  }
  return undefined;
}

const entryOf = (known: KnownSeries): readonly [string, KnownSeries] => {
  const { machine, device = '', metric, dimensions, tool } = known;
  return [keyOf(machine, device, metric, dimensions, tool.split(' ', 1)[0] ?? ''), known];
};

/** By what the index of nights may know a machine. */
function machinesOf({ id, facts }: Dossier): readonly string[] {
  const said = (fact: Fact<string> | undefined): readonly string[] => {
    const text = fact === undefined ? undefined : valueOf(fact)?.trim();
    return text === undefined || text === '' ? [] : [text];
  };
  const { serial, dmiUuid, machineId } = facts?.identity ?? {};
  const names = [...said(serial), ...said(dmiUuid).map((uuid) => uuid.toLowerCase()), ...said(machineId), id];
  return names.map((name) => name.replaceAll('/', '_'));
}

import { keyOfMeasurement } from '../../../reports/verdict/measurement.ts';
import type { SoakSeries } from '../../../reports/verdict/soak-series.ts';
import type { Verdict } from '../../../reports/verdict/verdict.ts';
import type { Limit } from '../../../workloads/kit/limit.ts';
import { decides } from '../../../workloads/kit/limit.ts';
import { nodeOf } from '../../../workloads/kit/subject.ts';
import { isOfSoak } from '../../plan/soak-windows.ts';
import type { RunMaterial } from '../../store/run-material.ts';
import type { Dossier, JudgedSample } from '../dossier.ts';
import { matches } from '../rules/judge-metric-rule.ts';
import { RunDossier } from '../run-dossier.ts';
import { withVerdictOnStep } from './measurements.ts';
import { idOf } from './soak-readings.ts';

/**
 * The measurements of a verdict that were taken in the windows of a soak, by the keys of `keyOfMeasurement`, window by window: a verdict
 * keeps how they are spread, and not their order. A second soak, behind a repair, goes on counting, and nothing holds readings of two.
 * Empty where there was no soak.
 */
export function listSoakSeries(
  material: RunMaterial,
  { cells }: Pick<Verdict, 'cells'>,
): ReadonlyMap<string, SoakSeries> {
  const inSoak = (material.plan?.steps ?? []).filter(isOfSoak);
  const soaks = new Map(
    [...Map.groupBy(inSoak, ({ node }) => node)].map(([node, steps]) => [
      node,
      [...new Set(steps.map(({ session }) => session))],
    ]),
  );
  const windows = new Map(
    inSoak.map(({ node, step, repetition, session }) => {
      const own = soaks.get(node) ?? [];
      const earlier = own.filter((each) => each < session).length;
      const ordinal = repetition + earlier * (material.suite.soak?.windows ?? 0);
      return [JSON.stringify([node, step]), { ordinal, isLast: session === Math.max(...own) }] as const;
    }),
  );
  if (windows.size === 0) return new Map();
  const read = new RunDossier(material).nodes.flatMap((node) =>
    node.samples.flatMap((each) => {
      const window = windows.get(JSON.stringify([node.id, each.step]));
      return window === undefined ? [] : [{ node, ...window, sample: withVerdictOnStep(each, node) }];
    }),
  );
  const holding = holdingEach(cells, material.limits);
  return new Map(
    [...Map.groupBy(read, ({ sample }) => keyOfMeasurement(sample))].map(([key, members]) => [
      key,
      {
        readings: members
          .toSorted((a, b) => a.ordinal - b.ordinal || a.sample.value - b.sample.value)
          .map(({ ordinal, sample: { value } }) => ({ window: ordinal, value })),
        cells: (members.every(({ isLast }) => isLast) ? members.slice(0, 1) : []).flatMap(
          ({ sample, node }) => holding(sample, node),
        ),
      },
    ]),
  );
}

/** Which cells ask of every reading that it holds: what is asked of a growth, or of first and last windows, is asked of none of them. */
function holdingEach(
  cells: Verdict['cells'],
  limits: readonly Limit[],
): (sample: JudgedSample, node: Dossier) => readonly string[] {
  const byId = new Map(
    limits.flatMap((limit) =>
      decides(limit) && limit.statistic === undefined ? [[limit.id, limit] as const] : [],
    ),
  );
  const asking = Map.groupBy(
    cells.flatMap((cell) => {
      const limit = byId.get(cell.limit?.id ?? '');
      const isOfEach = cell.sampling === 'windows' || cell.sampling === 'exact';
      return limit === undefined || !isOfEach ? [] : [{ cell, limit }];
    }),
    ({ limit }) => limit.metric,
  );
  return (sample, node) =>
    sample.invalid !== undefined
      ? []
      : (asking.get(sample.metric) ?? []).flatMap(({ cell, limit }) => {
          const isIts = cell.id === `${idOf(sample.subject, node)}:${cell.requirement}`;
          const isOfItsNode =
            cell.sampling === 'exact' &&
            cell.subject.kind === 'node' &&
            cell.subject.node === nodeOf(sample.subject);
          return (isIts || isOfItsNode) && matches(sample, limit.where) ? [cell.id] : [];
        });
}

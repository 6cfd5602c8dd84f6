import type { Said } from '../../../reports/verdict/said.ts';
import { nameOf } from '../../../workloads/kit/subject.ts';
import type { DeclaredMetric } from '../../../workloads/kit/workload.ts';
import type { SuiteEntry } from '../../config/suite.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import { isOfSoak } from '../../plan/soak-windows.ts';
import type { Dossier, JudgedSample } from '../dossier.ts';
import type { RunDossier } from '../run-dossier.ts';

type Measurement = Pick<SuiteEntry, 'workload' | 'params'>;

/** What an entry can give: metrics of its workload that come from its parameters. */
export const givenBy = (
  { workload, params }: Measurement,
  { material }: RunDossier,
): readonly DeclaredMetric[] =>
  [...material.metrics.values()].filter(
    (metric) => metric.workload === workload && metric.comesFrom?.(params) !== false,
  );

/** Whether a step loads something: it gives a speed, or a result that can be wrong. What only asks a machine gives neither. */
export const isLoad = (entry: Measurement, index: RunDossier): boolean =>
  givenBy(entry, index).some(({ state }) => state !== true);

const hasSpeed = (entry: Measurement, index: RunDossier): boolean =>
  givenBy(entry, index).some(({ state, correctness }) => state !== true && correctness !== true);

/** Whether an entry only tells of faults beside what others load: where it cannot, the rows on these say so themselves. */
const isWitness = (entry: Measurement, index: RunDossier): boolean =>
  !isLoad(entry, index) && givenBy(entry, index).some(({ fault }) => fault === true);

/** The steps of a soak that a node was to do by itself; of several, one behind a repair, those of the last. */
export function soakStepsOf(node: Dossier): readonly PlannedStep[] {
  const all = [...node.planned.values()].filter(isOfSoak);
  const last = Math.max(...all.map(({ session }) => session));
  return all.filter(({ session }) => session === last);
}

/** By which soak of a node what is read of it is known. */
export const keyOfSoak = (node: Dossier): string => `${soakStepsOf(node)[0]?.session ?? 0} ${node.id}`;

/**
 * The entries of a soak that no tool could serve on a node. Missing counters beside a load that another entry puts on the same
 * part take nothing from the soak: memory that corrects no errors was loaded all the same.
 */
export function unservedOn(
  node: Dossier,
  index: RunDossier,
): readonly { readonly entry: SuiteEntry; readonly reason: Said }[] {
  const { suite } = index.material;
  const served = new Set(soakStepsOf(node).flatMap((step) => (hasSpeed(step, index) ? [step.workload] : [])));
  return index.unplannedOn(node.id).flatMap(({ entry: id, reason }) => {
    const entry = suite.entries.find((each) => each.id === id);
    // What nodes do together has cells of its own.
    if (entry?.soak !== true || entry.across !== undefined) return [];
    const isBesides = served.has(entry.workload) && !hasSpeed(entry, index);
    return isBesides || isWitness(entry, index) ? [] : [{ entry, reason }];
  });
}

/** What the steps of one entry read in all windows. */
export interface EntryRead {
  readonly entry: string;
  /** In the order of windows. */
  readonly steps: readonly PlannedStep[];
  readonly samples: readonly JudgedSample[];
  /** By id: whatever one of its windows tells of; and where that is an accelerator, all that the node has. */
  readonly subjects: readonly string[];
}

export const readSoak = (node: Dossier, index: RunDossier): readonly EntryRead[] =>
  index.once(`soak ${keyOfSoak(node)}`, () => {
    const samples = Map.groupBy([...node.byMetric.values()].flat(), ({ step }) => step);
    const unmeasured = Map.groupBy(node.unmeasured, ({ step }) => step);
    const accelerators = [...node.subjects.values()].flatMap(({ subject }) =>
      subject.kind === 'accelerator' ? [subject.id] : [],
    );
    return [...Map.groupBy(soakStepsOf(node), ({ entry }) => entry)].map(([entry, steps]) => {
      const own = steps.flatMap(({ step }) => samples.get(step) ?? []);
      const told = [...own, ...steps.flatMap(({ step }) => unmeasured.get(step) ?? [])];
      const named = new Set(told.map(({ subject }) => idOf(subject, node)));
      return {
        entry,
        steps: steps.toSorted((a, b) => a.repetition - b.repetition),
        samples: own,
        subjects: [...new Set([...named, ...(accelerators.some((id) => named.has(id)) ? accelerators : [])])],
      };
    });
  });

/** A device has several names, and one id. */
export function idOf(subject: JudgedSample['subject'], node: Dossier): string {
  const name = nameOf(subject);
  return [...node.subjects.values()].find(({ names }) => names.includes(name))?.subject.id ?? name;
}

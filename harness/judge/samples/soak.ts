import type { Said } from '../../../reports/verdict/said.ts';
import { perObject } from '../../../workloads/kit/per-object.ts';
import { nameOf } from '../../../workloads/kit/subject.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import { sessions } from '../../plan/sessions.ts';
import { until } from '../after-repair.ts';
import type { Dossier } from '../dossier.ts';
import type { RunDossier } from '../run-dossier.ts';
import { keyOfSoak, soakStepsOf } from './soak-readings.ts';
import type { StepFate } from './step-fate.ts';
import { fateOf, foldFates } from './step-fate.ts';

/** What became of one window of a soak on a node. */
export interface WindowSeen {
  readonly ordinal: number;
  readonly steps: readonly PlannedStep[];
  readonly fates: readonly StepFate[];
  /** What would have stopped a job, or spoilt its results. */
  readonly failure: Said | undefined;
  /** As long as its longest step, and no longer than it was to be: what a node says of its own time makes no more of it. */
  readonly seconds: number;
  /** Its cooling was in trouble, so that nothing was begun on it. */
  readonly isIdled: boolean;
}

/** The windows that a node was to go through by itself, in order; none: no soak was planned on it. */
export const windowsOf = (node: Dossier, index: RunDossier): readonly WindowSeen[] =>
  index.once(`windows ${keyOfSoak(node)}`, () => {
    const windows = [...Map.groupBy(soakStepsOf(node), ({ repetition }) => repetition)].toSorted(
      ([a], [b]) => a - b,
    );
    return windows.map(([ordinal, steps]) => seeWindow(ordinal, steps, node, index));
  });

function seeWindow(
  ordinal: number,
  steps: readonly PlannedStep[],
  node: Dossier,
  index: RunDossier,
): WindowSeen {
  const fates = steps.map(({ step }) => fateOf(step, node, index));
  const { soak } = index.material.suite;
  const planned = soak === undefined ? 0 : soak.seconds / soak.windows;
  const longest = Math.max(0, ...fates.map(({ durationMs = 0 }) => durationMs)) / 1000;
  return {
    ordinal,
    steps,
    fates,
    failure: failureIn(fates, node, index),
    seconds: Math.min(planned, longest),
    isIdled: fates.some(({ execution, reason }) => execution === 'skipped' && reason?.say === 'idled'),
  };
}

/** The node went down, a tool failed or hung, or something was computed wrong. That nobody was there to go on is no failure. */
function failureIn(fates: readonly StepFate[], node: Dossier, { material }: RunDossier): Said | undefined {
  const failed = fates.filter(({ step, execution }) => {
    const end = node.steps.get(step);
    // An agent that was ended or that failed by itself says nothing of the machine.
    const isTools = end !== undefined && end.commands > 0 && end.isAgentsFault !== true;
    return execution === 'lost' || execution === 'timeout' || (execution === 'error' && isTools);
  });
  if (failed.length > 0) return { say: 'fates', fates: foldFates(failed) };
  const wrong = fates.flatMap(({ step }) => node.checks.get(step) ?? []).find(({ value }) => value > 0);
  if (wrong === undefined) return faultIn(fates, node, material);
  const what = material.metrics.get(wrong.metric)?.title ?? wrong.metric;
  return { say: 'wrong-results', step: wrong.step, what, value: wrong.value };
}

/** A fault that a driver told of beside the load, in its words. */
function faultIn(
  fates: readonly StepFate[],
  node: Dossier,
  { metrics }: RunDossier['material'],
): Said | undefined {
  const steps = new Set(fates.map(({ step }) => step));
  const faults = [...metrics].flatMap(([name, { fault, title }]) =>
    fault === true ? (node.byMetric.get(name) ?? []).map((sample) => ({ ...sample, title })) : [],
  );
  const found = faults.find(
    ({ step, value, invalid }) => steps.has(step) && value > 0 && invalid === undefined,
  );
  if (found === undefined) return undefined;
  const { step, subject, title, value, dimensions } = found;
  const words = dimensions['error'] ?? `${title}: ${value}`;
  return { say: 'quoted', text: `${step}: ${nameOf(subject)}: ${String(words)}` };
}

/** How long a soak was on all nodes together, each until its first failure, and which nodes failed. */
export interface Exposure {
  readonly seconds: number;
  readonly nodes: number;
  readonly failures: readonly { readonly node: string; readonly window: number; readonly what: Said }[];
}

/**
 * The exposure of a run's soak; `undefined` when none was planned. No node drops out: one that went away has failed, and what it went
 * through behind its repair takes that not back.
 */
export const exposureOf = perObject((index: RunDossier): Exposure | undefined => {
  const soaked = index.nodes.flatMap((node) => {
    const windows = windowsOf(until(node, sessions.start), index);
    return windows.length === 0 ? [] : [{ node: node.id, windows }];
  });
  if (soaked.length === 0) return undefined;
  const isSeen = ({ fates }: WindowSeen): boolean => fates.some(({ isEvidence }) => isEvidence);
  const last = Math.max(
    0,
    ...soaked.flatMap(({ windows }) => windows.filter(isSeen).map(({ ordinal }) => ordinal)),
  );
  const each = soaked.map(({ node, windows }) => {
    const counted = windows.filter(({ ordinal }) => ordinal <= last);
    const end = counted.find((window) => window.isIdled || failureOf(window, node) !== undefined);
    const what = end === undefined ? undefined : failureOf(end, node);
    const until = counted.filter(({ ordinal }) => ordinal <= (end?.ordinal ?? last));
    return {
      node,
      failure: end === undefined || what === undefined ? undefined : { window: end.ordinal, what },
      seconds: until.reduce((sum, { seconds }) => sum + seconds, 0),
    };
  });
  return {
    seconds: each.reduce((sum, { seconds }) => sum + seconds, 0),
    nodes: each.length,
    failures: each.flatMap(({ node, failure }) => (failure === undefined ? [] : [{ node, ...failure }])),
  };
});

/** Why a window counts as a failure of its node; one that was idled from outside has none. */
function failureOf({ failure, fates, isIdled }: WindowSeen, node: string): Said | undefined {
  if (failure !== undefined || isIdled) return failure;
  // The others went on.
  return fates.every(({ execution }) => execution === 'skipped') ? { say: 'lost-node', node } : undefined;
}

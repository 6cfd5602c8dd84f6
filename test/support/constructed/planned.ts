import type { StepRequest, StepResult } from '../../../agents/protocol/step.ts';
import type { Inventory } from '../../../harness/config/inventory.ts';
import type { Profile } from '../../../harness/config/profile.ts';
import type { Suite } from '../../../harness/config/suite.ts';
import { createCoverage } from '../../../harness/plan/coverage.ts';
import type { Plan } from '../../../harness/plan/plan.ts';
import { listSubjects } from '../../../harness/plan/subjects.ts';
import type { HostFacts } from '../../../workloads/kit/facts/host-facts.ts';

/** One repetition, whatever it left behind. */
export interface GivenStep {
  readonly entry: string;
  readonly workload: string;
  /** Absent: `tool`, of which nothing is asked. */
  readonly tool?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly repetition?: number;
  /** Of a soak; the repetition is the number of the window. */
  readonly isOfSoak?: boolean;
  readonly session?: number;
  /** How long it took; absent: a window of a soak an hour, all else a second. */
  readonly durationMs?: number;
  /** Absent: completed. `none`: planned, and no evidence of it. */
  readonly execution?: StepResult['execution'] | 'none';
  readonly reason?: string;
  /** False: ran without being planned. */
  readonly planned?: boolean;
}

/** A machine that never was, by what an inventory and a plan say of it. */
export interface GivenNode<S extends GivenStep> {
  readonly id: string;
  readonly class?: string;
  readonly claims?: Inventory['nodes'][number]['claims'];
  readonly settings?: Inventory['nodes'][number]['settings'];
  readonly rack?: string;
  readonly slot?: string;
  /** What the inventory says that it draws. */
  readonly watts?: Pick<Inventory['nodes'][number], 'miningWatts' | 'maxWatts' | 'psuWatts'>;
  /** Why nobody could log in, if nobody could. */
  readonly why?: string;
  readonly steps?: readonly S[];
  readonly unplanned?: readonly (Omit<Plan['unplanned'][number], 'node'> &
    Pick<GivenStep, 'params' | 'isOfSoak'>)[];
}

/** What a run of these nodes was asked, as the coordinator notes it. */
export function planRun<N extends GivenNode<GivenStep>>(
  profile: Profile,
  nodes: readonly N[],
  factsOf: (node: N) => HostFacts | undefined,
): { readonly inventory: Inventory; readonly suite: Suite; readonly plan: Plan } {
  const subjects = nodes.flatMap((node) => listSubjects(node.id, factsOf(node)));
  return {
    inventory: {
      schema: 'assay/inventory',
      schemaVersion: 1,
      nodes: nodes.map((node) => ({
        name: node.id,
        ...(node.class === undefined ? {} : { class: node.class }),
        claims: node.claims ?? {},
        ...(node.settings === undefined ? {} : { settings: node.settings }),
        ...(node.rack === undefined ? {} : { rack: node.rack }),
        ...(node.slot === undefined ? {} : { slot: node.slot }),
        ...node.watts,
      })),
    },
    suite: {
      schema: 'assay/suite',
      schemaVersion: 1,
      id: 'constructed',
      version: '1.0',
      title: 'Constructed',
      entries: suiteEntries(
        nodes.flatMap(({ steps = [], unplanned = [] }) => [
          ...steps,
          ...unplanned.filter(({ isOfSoak }) => isOfSoak === true),
        ]),
      ),
      ...soakOf(nodes.flatMap(({ steps = [] }) => steps)),
    },
    plan: {
      schema: 'assay/plan',
      schemaVersion: 1,
      run: 'constructed',
      profile: profile.id,
      subjects,
      cells: createCoverage(profile, subjects).map(({ cell }) => cell),
      steps: nodes.flatMap(({ id, steps = [] }) =>
        steps.filter(isPlanned).map((step) => ({ ...requestOf(step), node: id, entry: step.entry })),
      ),
      unplanned: nodes.flatMap(({ id, unplanned = [] }) =>
        unplanned.map(({ entry, workload, reason }) => ({ node: id, entry, workload, reason })),
      ),
      budgetSeconds: 0,
    },
  };
}

/** Whether the plan has it. */
export const isPlanned = ({ planned }: GivenStep): boolean => planned !== false;

/** What an agent is asked for. */
export const requestOf = ({
  entry,
  workload,
  tool = 'tool',
  params = {},
  repetition = 1,
  isOfSoak = false,
  session = 1,
}: GivenStep): StepRequest => ({
  step: `${session === 1 ? '' : `s${session}-`}${isOfSoak ? 'w' : 'r'}${repetition}-${entry}`,
  workload,
  tool,
  params,
  repetition,
  session,
  ...(isOfSoak ? { together: `w${repetition}` } : {}),
  budgetMs: 60_000,
});

/** How a step ended; undefined: it left nothing. */
export const endOf = ({
  execution = 'completed',
  reason,
}: GivenStep): Pick<StepResult, 'execution' | 'reason'> | undefined =>
  execution === 'none' ? undefined : { execution, ...(reason === undefined ? {} : { reason }) };

/** Hours, as many as there are windows. */
function soakOf(steps: readonly GivenStep[]): Pick<Suite, 'soak'> {
  const windows = Math.max(
    0,
    ...steps.flatMap(({ isOfSoak, repetition = 1 }) => (isOfSoak === true ? repetition : [])),
  );
  return windows === 0 ? {} : { soak: { windows, seconds: 3600 * windows } };
}

/** One suite entry for each that the steps name; nothing planned needs one all the same. */
function suiteEntries(steps: readonly Omit<GivenStep, 'reason'>[]): Suite['entries'] {
  const entries = [...Map.groupBy(steps, ({ entry }) => entry)].map(([id, own]) => ({
    id,
    workload: own.at(-1)?.workload ?? '',
    params: own.at(-1)?.params ?? {},
    ...(own.some(({ isOfSoak }) => isOfSoak === true) ? { soak: true as const } : {}),
    repetitions: Math.max(...own.map(({ repetition = 1 }) => repetition)),
    budgetSeconds: 60,
  }));
  const idle = { id: 'nothing', workload: 'sha256', params: {}, repetitions: 1, budgetSeconds: 1 };
  return entries.length > 0 ? entries : [idle];
}

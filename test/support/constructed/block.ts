import { leaderEnded } from '../../../agents/protocol/step.ts';
import type { PlannedStep } from '../../../harness/plan/plan.ts';
import { planGroup } from '../../../harness/plan/plan-groups.ts';
import type { EndedStep, RunMaterial } from '../../../harness/store/run-material.ts';
import type { Sample } from '../../../workloads/kit/sample.ts';
import { subjectOfGroup } from '../../../workloads/kit/subject.ts';
import {
  constructedMetrics,
  constructLimit,
  constructProfile,
  constructRequirement,
  constructRun,
} from '../constructed-run.ts';

/** What a pair or group printed: its speed in B/s, and how many values were wrong; or how it ended without a number. */
export interface ConstructedTrial {
  readonly members: readonly string[];
  readonly speed?: number;
  readonly wrong?: number;
  readonly execution?: 'timeout' | 'error' | 'cancelled' | 'none';
  readonly isExtra?: boolean;
  /** Absent: the first. */
  readonly session?: number;
  /** Members whose own journal has nothing of it. */
  readonly absent?: readonly string[];
}

interface BuiltTrial {
  readonly trial: ConstructedTrial;
  readonly group: string;
  readonly steps: readonly PlannedStep[];
  readonly result: EndedStep;
  readonly samples: readonly Sample[];
}

const boundary = 100e6;

/** Profile of a block: every node is one machine, every pair copies at least 100 MB/s, and nothing is wrong. */
export const blockProfile = constructProfile(
  [
    constructRequirement({
      id: 'identity',
      rule: { kind: 'fact', path: 'identity.bootId', unique: true },
    }),
    constructRequirement({
      id: 'pair-speed',
      scope: 'pair',
      sampling: 'screening',
      rule: { kind: 'metric', metric: 'copy.speed' },
    }),
    constructRequirement({
      id: 'group-exact',
      scope: 'group',
      rule: { kind: 'metric', metric: 'copy.wrong' },
    }),
  ],
  { family: 'cluster' },
);

/** A run over these nodes with these measurements across them, in this order; three or more members are a group. */
export function constructBlock(
  nodes: readonly string[],
  trials: readonly ConstructedTrial[],
  skips: RunMaterial['skips'] = new Map(),
): RunMaterial {
  const bare = constructRun({
    profile: blockProfile,
    ladder: [blockProfile],
    metrics: constructedMetrics,
    limits: [
      constructLimit({
        id: 'copy.pair',
        metric: 'copy.speed',
        value: boundary,
        unit: 'B/s',
        where: { nodes: 2 },
      }),
      constructLimit({
        id: 'copy.none-wrong',
        metric: 'copy.wrong',
        value: 0,
        unit: 'count',
        comparator: 'equal',
      }),
    ],
    nodes: nodes.map((id, index) => ({
      id,
      facts: { bootId: `6f9d1c1e-0000-4000-8000-00000000000${index}` },
    })),
  });
  return { ...withTrials(bare, trials), skips };
}

/** A run with these measurements across its nodes beside what it has. */
export function withTrials(bare: RunMaterial, trials: readonly ConstructedTrial[]): RunMaterial {
  const parts = trials.map((trial, index) => constructTrial(trial, index));
  const subjects = parts
    .filter(({ trial }) => trial.isExtra !== true)
    .map(({ trial, group }) => ({
      id: group,
      node: group,
      kind: trial.members.length > 2 ? ('group' as const) : ('pair' as const),
      label: group,
      members: [...trial.members],
    }));
  const unique = [...new Map(subjects.map((subject) => [subject.id, subject])).values()];
  return {
    ...bare,
    inventory: { ...bare.inventory, fabric: { interface: 'ib0' } },
    plan: bare.plan && {
      ...bare.plan,
      subjects: [...bare.plan.subjects, ...unique],
      steps: [...bare.plan.steps, ...parts.flatMap(({ steps }) => steps)],
    },
    nodes: bare.nodes.map((node) => {
      const led = parts.filter(({ trial }) => trial.members[0] === node.id && trial.execution !== 'none');
      const followed = parts.filter(
        ({ trial }) =>
          trial.members.slice(1).includes(node.id) &&
          trial.execution !== 'none' &&
          trial.absent?.includes(node.id) !== true,
      );
      return {
        ...node,
        steps: [
          ...node.steps,
          ...led.map(({ result }) => result),
          ...followed.map(({ result, trial }) => takePart(result, trial)),
        ],
        samples: [...node.samples, ...led.flatMap(({ samples }) => samples)],
      };
    }),
  };
}

/** The same step as a member's journal has it. */
const takePart = (led: EndedStep, { execution }: ConstructedTrial): EndedStep => ({
  ...led,
  ...(execution === 'timeout' || execution === 'error'
    ? { execution: 'cancelled', reason: leaderEnded }
    : { reason: undefined }),
  commands: 1,
});

function constructTrial(trial: ConstructedTrial, index: number): BuiltTrial {
  const name = trial.isExtra === true ? { isExtra: true } : {};
  const { session = 1 } = trial;
  const steps = planGroup(
    trial.members.map((node, place) => ({
      node,
      tool: 'tool',
      network: '10.0.0.0/24',
      address: `10.0.0.${place + 1}`,
    })),
    { id: 'copy', workload: 'copy', params: {}, budgetSeconds: 60 },
    { step: `${session === 1 ? '' : `s${session}-`}t${index + 1}`, repetition: index + 1, ...name },
  ).map((step) => ({ ...step, session }));
  const [lead] = steps as [PlannedStep];
  const group = lead.seat?.group ?? '';
  const sample = (metric: string, value: number, unit: Sample['unit']): Sample => ({
    metric,
    value,
    unit,
    dimensions: { nodes: trial.members.length },
    subject: subjectOfGroup(group, trial.members),
    tool: 'tool',
    step: lead.step,
    session,
    origin: 'native',
    at: [{ command: 'run', output: 'stdout', line: 1 }],
  });
  const execution = trial.execution ?? 'completed';
  return {
    trial,
    group,
    steps,
    result: {
      step: lead.step,
      workload: lead.workload,
      tool: lead.tool,
      repetition: lead.repetition,
      execution: execution === 'none' ? 'skipped' : execution,
      reason: undefined,
      durationMs: 1000,
      group,
      commands: 0,
    },
    samples:
      execution === 'completed'
        ? [sample('copy.speed', trial.speed ?? 200e6, 'B/s'), sample('copy.wrong', trial.wrong ?? 0, 'count')]
        : [],
  };
}

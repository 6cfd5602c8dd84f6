import * as z from 'zod';
import { Launch, Seat } from '../../workloads/kit/seat.ts';

/** Made by the coordinator, never reused: `r2-nvme-fio-random-read` … Safe as a file name on both sides. */
export const StepId = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,99}$/);

/** The steps that look at a node before anything is run: their evidence is the raw text of all probes. */
const factsStep = /^facts(-[2-9]|-[1-9][0-9])?$/;
export const FactsStep = z.string().regex(factsStep);
export const isFactsStep = (step: string): boolean => factsStep.test(step);

/** What became of a step or a command. */
export const Execution = z.enum([
  'completed',
  'error',
  'timeout',
  'skipped',
  'refused',
  'cancelled',
  'lost',
  'lost-contact',
]);
export type Execution = z.infer<typeof Execution>;

/** Why a member's part of a step of several is cancelled: nobody goes on after the leader. */
export const leaderEnded = 'the leader of the group has ended';

/** What the steps have in common that a node runs at the same time: a window of a soak. */
const Together = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/);

/** One step as the coordinator asks for it: names and parameters, never a command line. */
export const StepRequest = z.strictObject({
  step: StepId,
  workload: z.string(),
  tool: z.string(),
  params: z.record(z.string(), z.unknown()),
  repetition: z.number().int().positive(),
  session: z.number().int().positive(),
  /** This node's place, when the step is run by several nodes together. */
  seat: Seat.optional(),
  together: Together.optional(),
  /** Wall time after which the step is stopped as `timeout`. */
  budgetMs: z.number().int().positive(),
});
export type StepRequest = z.infer<typeof StepRequest>;

/** Steps as they are run: those that follow each other and say the same `together` at once, each other one alone. */
export function inTurns<T extends Pick<StepRequest, 'together'>>(
  steps: readonly T[],
): readonly (readonly T[])[] {
  const turns: T[][] = [];
  for (const step of steps) {
    const last = turns.at(-1);
    if (last?.[0]?.together === undefined || last[0].together !== step.together) turns.push([step]);
    else last.push(step);
  }
  return turns;
}

/** Wall time that steps of one node may take. */
export const budgetOf = (steps: readonly Pick<StepRequest, 'together' | 'budgetMs'>[]): number =>
  inTurns(steps).reduce((sum, turn) => sum + Math.max(...turn.map(({ budgetMs }) => budgetMs)), 0);

/** A captured stream or artifact: its file in the step's directory, the size and the digest of what is kept. */
export const CapturedOutput = z.strictObject({
  output: z.string(),
  file: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,150}$/),
  bytes: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** The tool wrote more than is kept; what is missing can never be read as if it were not there. */
  capped: z.boolean(),
});
export type CapturedOutput = z.infer<typeof CapturedOutput>;

/** An argument vector with its own environment. */
const words = {
  file: z.string(),
  args: z.array(z.string()),
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string()),
};

/** What an artifact is called: its own name, in characters that any file system takes. */
export const artifactName = (path: string): string =>
  path.slice(path.lastIndexOf('/') + 1).replaceAll(/[^A-Za-z0-9._-]/g, '_');

/** The file in which an artifact of a command is kept. */
export const artifactFile = (command: string, path: string): string =>
  `${command}.artifact.${artifactName(path)}`;

/** One process that ran: what, how it ended, what it left. */
export const CommandResult = z.strictObject({
  id: z.string(),
  ...words,
  /** As it was planned, with placeholders where the node has its own directories; absent before 2026-11-29. */
  planned: z.strictObject({ ...words, stdin: z.string().optional() }).optional(),
  directory: z.string(),
  execution: Execution,
  reason: z.string().optional(),
  exitCode: z.number().int().optional(),
  signal: z.string().optional(),
  startedAt: z.iso.datetime(),
  durationMs: z.number().nonnegative(),
  outputs: z.array(CapturedOutput),
});
export type CommandResult = z.infer<typeof CommandResult>;

/** `steps/<id>/exit.json`: everything about a step but the bytes of its outputs. */
export const StepResult = z.strictObject({
  schema: z.literal('assay/step'),
  schemaVersion: z.literal(1),
  step: StepId,
  workload: z.string(),
  tool: z.string(),
  params: z.record(z.string(), z.unknown()),
  repetition: z.number().int().positive(),
  session: z.number().int().positive(),
  seat: Seat.optional(),
  together: Together.optional(),
  /** What the leader handed over to this member: with the facts and the parameters, all that its commands come from. */
  launch: Launch.optional(),
  execution: Execution,
  reason: z.string().optional(),
  /** It ended by what the agent could not do (its disk is full), not by what the tool did. */
  isAgentsFault: z.boolean().optional(),
  durationMs: z.number().nonnegative(),
  commands: z.array(CommandResult),
  /** Processes found with this step's mark after its last command ended, and killed. */
  survivors: z.number().int().nonnegative(),
  /** CPU seconds of the agent itself while the step ran (not of the tool). */
  agentCpuSeconds: z.number().nonnegative(),
});
export type StepResult = z.infer<typeof StepResult>;

/** Whether the agent's own machine failed it; results before 2026-11-29 have only words for that. */
export const isAgentsFault = (step: StepResult): boolean =>
  step.isAgentsFault ?? step.reason?.startsWith('agent: ') === true;

import * as z from 'zod';
import { Execution, StepId } from './step.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const head = { seq: z.number().int().nonnegative(), prev: digest, at: z.iso.datetime() };
const record = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.strictObject({ ...head, type: z.literal(type), ...shape });

/** What a keeper writes down, in order. `prev` is the digest of the line before (see chain.ts). */
export const JournalRecord = z.discriminatedUnion('type', [
  record('opened', {
    run: z.string(),
    node: z.string(),
    protocol: z.number().int(),
    bundle: z.string(),
    bootId: z.string(),
    directory: z.string(),
  }),
  /** A new keeper took over: the one before ended, or the node was rebooted (another boot id). */
  record('restarted', { bootId: z.string() }),
  record('plan', { digest }),
  record('batch-started', { batch: z.string(), steps: z.array(StepId) }),
  record('step-started', { step: StepId }),
  /** `result` is the digest of the step's exit.json, which in turn names the digest of every output. */
  record('step-ended', { step: StepId, execution: Execution, result: digest }),
  record('batch-ended', { batch: z.string(), execution: Execution, reason: z.string().optional() }),
  record('attached', { from: z.number().int().nonnegative() }),
  /** Processes of this run that had outlived their step. */
  record('swept', { found: z.number().int().positive() }),
  /** Somebody came to a machine that yields to others: what ran was ended, and nothing begins any more. */
  record('tenant', { said: z.string().min(1).max(300) }),
  record('truncated', { bytes: z.number().int().positive() }),
  record('closed', { reason: z.string() }),
]);
export type JournalRecord = z.infer<typeof JournalRecord>;

type WithoutHead<T> = T extends unknown ? Omit<T, 'seq' | 'prev' | 'at'> : never;
/** A record before the journal gives it its place. */
export type JournalEntry = WithoutHead<JournalRecord>;

import * as z from 'zod';
import { Launch } from '../../workloads/kit/seat.ts';
import { FactsStep, StepId, StepRequest } from './step.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/);

/** What a launcher says: a few kilobytes of words. */
export const LaunchWords = z.array(z.string().max(16_384)).max(512);

/** A file of the run directory on the node, as the coordinator may ask for it. */
export const EvidencePath = z
  .string()
  .regex(/^steps\/[a-z0-9][a-z0-9.-]{0,99}\/[A-Za-z0-9][A-Za-z0-9._-]{0,150}$/);

/**
 * 128 random bits that one node of a run is told and that its keeper shows to all of its machine: whoever can name them is on
 * that machine.
 */
export const Beacon = z.string().regex(/^[0-9a-f]{32}$/);

/** Coordinator → agent. */
export const ToAgent = z.discriminatedUnion('type', [
  /** First message: who we are, which run, and from which journal record on we want to be told. */
  z.strictObject({
    type: z.literal('hello'),
    version: z.number().int(),
    nonce: z.string().min(16).max(64),
    run: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
    node: z.string(),
    head: digest,
    beacon: Beacon,
    from: z.number().int().nonnegative(),
    /** `attach` refuses to create a run that the node does not hold any more; `stop` may only stop it. */
    mode: z.enum(['open', 'attach', 'stop']),
  }),
  /** `step` names the evidence: `facts`, and `facts-2` … when a new keeper has to look again. */
  z.strictObject({ type: z.literal('probe'), step: FactsStep, scratch: z.string().optional() }),
  z.strictObject({
    type: z.literal('batch'),
    batch: z.string(),
    plan: digest,
    /** Whose facts the tools are planned with, should this keeper not have probed itself. */
    facts: FactsStep,
    /** Wall time that the whole batch may take, with or without a coordinator. */
    deadlineMs: z.number().int().positive(),
    scratch: z.string().optional(),
    steps: z.array(StepRequest),
    /** What a leader asked this node to start, for the one step of such a batch. */
    launch: Launch.optional(),
  }),
  /** Answer to `launch`: what was started on the member has ended, or was refused. */
  z.strictObject({
    type: z.literal('launched'),
    id: z.number().int().nonnegative(),
    exitCode: z.number().int().min(0).max(255),
    text: z.string().max(4096),
  }),
  z.strictObject({ type: z.literal('fetch'), path: EvidencePath }),
  /**
   * `now` kills the running step; otherwise it may end, and nothing after it starts. With `batch` only that batch is
   * meant: one that has just ended must not take the next one with it.
   */
  z.strictObject({
    type: z.literal('stop'),
    now: z.boolean(),
    reason: z.string(),
    batch: z.string().optional(),
  }),
  /** All evidence is at the coordinator: remove the run from the node and end. */
  z.strictObject({ type: z.literal('finish') }),
  z.strictObject({ type: z.literal('ping') }),
]);
export type ToAgent = z.infer<typeof ToAgent>;
export type Hello = Extract<ToAgent, { type: 'hello' }>;

/** Why the agent does not do what it was asked. The code is a word of the node's like the rest; who reads it decides. */
export const NodeRefusal = z.strictObject({
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
});
export type NodeRefusal = z.infer<typeof NodeRefusal>;

/** More than a few are no keeper's: a machine has one. */
export const maxBeacons = 64;

/** Agent → coordinator. */
export const FromAgent = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('welcome'),
    version: z.number().int(),
    nonce: z.string(),
    /** Journal records so far. */
    records: z.number().int().nonnegative(),
  }),
  /** One journal line, exactly as it stands on the node's disk (without its line feed). */
  z.strictObject({ type: z.literal('record'), line: z.string() }),
  z.strictObject({
    type: z.literal('chunk'),
    path: EvidencePath,
    offset: z.number().int().nonnegative(),
    data: z.base64(),
    last: z.boolean(),
  }),
  /** A launcher on this node, the leader of `step`, asks for something to be started on a member. Untrusted words. */
  z.strictObject({
    type: z.literal('launch'),
    id: z.number().int().nonnegative(),
    step: StepId,
    words: LaunchWords,
  }),
  z.strictObject({
    type: z.literal('refusal'),
    error: NodeRefusal,
    /** When somebody holds the node: the beacons that are seen there, whosever they are. */
    beacons: z.array(Beacon).max(maxBeacons).optional(),
  }),
  z.strictObject({ type: z.literal('pong') }),
  /** Answer to `stop` on a connection that may only stop: nothing runs any more. */
  z.strictObject({ type: z.literal('stopped') }),
  z.strictObject({ type: z.literal('finished') }),
]);
export type FromAgent = z.infer<typeof FromAgent>;

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

/** When a node was asked for the time of its clock, what it said, and when that was here; ms since 1970, ours but the second. */
export const ClockLook = z.strictObject({
  sentMs: z.number().int(),
  saidMs: z.number().int(),
  receivedMs: z.number().int(),
});
export type ClockLook = z.infer<typeof ClockLook>;

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
    /** Digest of the last record that we have, of the run header when there is none: what a new journal continues. */
    at: digest,
    /** Refuse as long as the machine is still in this boot: its next one is waited for. */
    unlessBoot: z.string().max(64).optional(),
    /** `attach` refuses to create a run that the node does not hold any more; `stop` may only stop it. */
    mode: z.enum(['open', 'attach', 'stop']),
  }),
  /** `step` names the evidence: `facts`, and `facts-2` … when a new keeper has to look again. */
  z.strictObject({
    type: z.literal('probe'),
    step: FactsStep,
    scratch: z.string().optional(),
    /** How long the machine is watched meanwhile, to see whether somebody uses it. */
    watchMs: z.number().int().positive().max(600_000).optional(),
    /** The machine yields to others from here on: when somebody comes to it, all that runs is ended. */
    yields: z.literal(true).optional(),
    /** What was seen of the node's clock, to stand among its facts. */
    clock: ClockLook.optional(),
  }),
  z.strictObject({
    type: z.literal('batch'),
    batch: z.string(),
    plan: digest,
    /** Whose facts the tools are planned with, should this keeper not have probed itself. */
    facts: FactsStep,
    /** Wall time that the whole batch may take, with or without a coordinator. */
    deadlineMs: z.number().int().positive(),
    scratch: z.string().optional(),
    /** Somebody vouches for it by name: heavy steps go on without a coordinator. */
    unattended: z.literal(true).optional(),
    /** Heavy steps are ended when nobody has spoken for so long; absent: only after minutes, and the one that runs may end. */
    leashMs: z.number().int().positive().optional(),
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
  /** What a leader asked this node to start, for a step of the batch that runs: one of several that run together. */
  z.strictObject({ type: z.literal('launch'), step: StepId, launch: Launch }),
  /** The leader of such a step has ended, so this node's part of it ends. */
  z.strictObject({ type: z.literal('release'), step: StepId }),
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
  z.strictObject({ type: z.literal('clock') }),
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
  /** What its clock says, in ms since 1970. */
  z.strictObject({ type: z.literal('clock'), atMs: z.number().int() }),
  /** Answer to `stop` on a connection that may only stop: nothing runs any more. */
  z.strictObject({ type: z.literal('stopped') }),
  z.strictObject({ type: z.literal('finished') }),
]);
export type FromAgent = z.infer<typeof FromAgent>;

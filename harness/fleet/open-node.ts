import { setTimeout as sleep } from 'node:timers/promises';
import type { JournalRecord } from '../../agents/protocol/journal-record.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import { damaged } from '../store/evidence-damaged.ts';
import { runPaths } from '../store/run-directory.ts';
import type { RunEvidence } from '../store/run-evidence.ts';
import type { NodeSession } from './node-session.ts';
import type { Target } from './open-session.ts';
import { openSession } from './open-session.ts';

/** A node whose facts are in the run directory, with the session that is open to it now. */
export interface OpenNode {
  readonly node: string;
  readonly target: Target;
  readonly facts: HostFacts;
  readonly scratch: string | undefined;
  session: NodeSession;
  factsStep: string;
}

export interface OpenOptions {
  readonly evidence: RunEvidence;
  /** `attach` picks up a run that the node already holds. */
  readonly mode: 'open' | 'attach';
  /** The boot that the node has to have left: refused with NOT_REBOOTED before. */
  readonly unlessBoot?: string | undefined;
  readonly scratch: string | undefined;
  /** How long a machine is watched before anything is put on it. */
  readonly watchMs: number;
  readonly now: () => Date;
  readonly onRecord: (node: string, record: JournalRecord) => void;
  /** A connection was lost and is tried again. */
  readonly onLost: (node: string, error: AssayError) => void;
  readonly signal: AbortSignal;
}

/**
 * Opens a session and makes sure that the keeper that is there now has looked at its machine. From the agent's first word on
 * a lost connection is tried again; before that it is the way to the node that does not work.
 */
export async function openNode(target: Target, options: OpenOptions): Promise<OpenNode> {
  const progress = { hasStarted: false };
  const onStarted = (): void => void (progress.hasStarted = true);
  try {
    return await openOnce(target, { ...options, onStarted });
  } catch (cause) {
    if (!progress.hasStarted || !isLoss(cause)) throw cause;
    return reopen(target, options, cause);
  }
}

async function openOnce(
  target: Target,
  options: Omit<OpenOptions, 'onLost'> & { readonly onStarted?: () => void },
): Promise<OpenNode> {
  const { node } = target;
  const { evidence, mode, unlessBoot, scratch, watchMs, now, onStarted, onRecord, signal } = options;
  const session = await openSession(target, {
    evidence,
    mode,
    unlessBoot,
    onStarted,
    onRecord: (record) => onRecord(node, record),
    signal,
  });
  try {
    const factsStep = session.progress.facts ?? session.progress.nextFacts;
    if (session.progress.facts === undefined) await session.probe(factsStep, { scratch, watchMs, now });
    const facts = evidence.node(node).factsOf(factsStep);
    if (facts === undefined)
      throw damaged(runPaths.step(node, factsStep), 'the output of the probes', 'none');
    return { node, target, session, factsStep, facts, scratch };
  } catch (cause) {
    session.close();
    await session.settled();
    throw cause;
  }
}

/** Tries so often in all to go on with a node whose connection breaks again and again. */
const maxLosses = 6;

/**
 * Does something with a node. When the connection is lost on the way, the node goes on by itself, so it is picked up
 * again where its journal stands, and the rest is done then: `act` must look at the progress first. A refusal or any
 * other failure is not tried again.
 */
export async function withReattach<T>(
  node: OpenNode,
  options: Omit<OpenOptions, 'mode' | 'scratch'>,
  act: (node: OpenNode) => Promise<T>,
): Promise<T> {
  for (let losses = 1; ; losses += 1) {
    try {
      return await act(node);
    } catch (cause) {
      if (!isLoss(cause)) throw cause;
      options.signal.throwIfAborted();
      node.session.close();
      await node.session.settled();
      // A keeper that dies every time is no lost connection.
      if (losses === maxLosses) throw cause;
      const again = await reopen(node.target, { ...options, mode: 'attach', scratch: node.scratch }, cause);
      node.session = again.session;
      node.factsStep = again.factsStep;
    }
  }
}

/** Opens a node again whose connection was lost: half a minute in all, less than any leash. */
async function reopen(target: Target, options: OpenOptions, lost: AssayError): Promise<OpenNode> {
  options.signal.throwIfAborted();
  options.onLost(target.node, lost);
  for (const pauseMs of target.deadlines.pausesMs) {
    await sleep(pauseMs, undefined, { signal: options.signal });
    try {
      return await openOnce(target, options);
    } catch (cause) {
      if (!isLoss(cause)) throw cause;
    }
  }
  throw lost;
}

/** The connection or the agent went away, which says nothing about what it was doing. */
const isLoss = (cause: unknown): cause is AssayError =>
  cause instanceof AssayError && (cause.code === 'AGENT_LOST' || cause.code === 'HOST_UNREACHABLE');

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
  readonly scratch: string | undefined;
  readonly onRecord: (node: string, record: JournalRecord) => void;
  readonly signal: AbortSignal;
}

/** Opens a session and makes sure that the keeper that is there now has looked at its machine. */
export async function openNode(target: Target, options: OpenOptions): Promise<OpenNode> {
  const { node } = target;
  const { evidence, mode, scratch, onRecord, signal } = options;
  const own = evidence.node(node);
  const session = await openSession(target, {
    run: evidence.run,
    evidence: own,
    mode,
    plannedAs: (step) => evidence.stepsOf(node).get(step),
    onRecord: (record) => onRecord(node, record),
    signal,
  });
  try {
    const factsStep = session.progress.facts ?? session.progress.nextFacts;
    if (session.progress.facts === undefined) {
      session.send({ type: 'probe', step: factsStep, ...(scratch === undefined ? {} : { scratch }) });
    }
    await session.stepEnded(factsStep);
    const facts = own.factsOf(factsStep);
    if (facts === undefined)
      throw damaged(runPaths.step(node, factsStep), 'the output of the probes', 'none');
    return { node, target, session, factsStep, facts, scratch };
  } catch (cause) {
    session.close();
    throw cause;
  }
}

/** Pauses before each try to reach a node again: half a minute in all, less than any leash. */
const pausesMs = [500, 2_000, 5_000, 10_000, 15_000];

/**
 * Does something with a node. When the connection is lost on the way, the node goes on by itself, so it is picked up
 * again where its journal stands, and the rest is done then: `act` must look at the progress first. A refusal or any
 * other failure is not tried again.
 */
export async function withReattach<T>(
  node: OpenNode,
  options: Omit<OpenOptions, 'mode' | 'scratch'> & {
    readonly onLost: (node: string, error: AssayError) => void;
  },
  act: (node: OpenNode) => Promise<T>,
): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await act(node);
    } catch (cause) {
      if (!isLoss(cause)) throw cause;
      options.signal.throwIfAborted();
      node.session.close();
      await node.session.settled();
      options.onLost(node.node, cause);
      // A keeper that dies every time is no lost connection.
      if (tries === pausesMs.length) throw cause;
      await reopen(node, options, cause);
    }
  }
}

async function reopen(
  node: OpenNode,
  options: Omit<OpenOptions, 'mode' | 'scratch'>,
  lost: AssayError,
): Promise<void> {
  for (const pauseMs of pausesMs) {
    await sleep(pauseMs, undefined, { signal: options.signal });
    try {
      const again = await openNode(node.target, { ...options, mode: 'attach', scratch: node.scratch });
      node.session = again.session;
      node.factsStep = again.factsStep;
      return;
    } catch (cause) {
      if (!isLoss(cause)) throw cause;
    }
  }
  throw lost;
}

/** The connection or the agent went away, which says nothing about what it was doing. */
const isLoss = (cause: unknown): cause is AssayError =>
  cause instanceof AssayError && (cause.code === 'AGENT_LOST' || cause.code === 'HOST_UNREACHABLE');

import { createHmac, randomBytes } from 'node:crypto';
import type { ChainPlace } from '../../agents/protocol/chain.ts';
import type { JournalRecord } from '../../agents/protocol/journal-record.ts';
import type { Hello } from '../../agents/protocol/messages.ts';
import { protocolVersion } from '../../agents/protocol/version.ts';
import type { AgentPlace } from '../deploy/start-agent.ts';
import { startAgent } from '../deploy/start-agent.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import type { SessionEvidence } from './asked.ts';
import { NodeSession } from './node-session.ts';

/** A node of a run and the way to it. */
export interface Target extends AgentPlace {
  readonly node: string;
}

/** Brings the agent to a node and attaches to the run there; `attach` refuses to begin one. */
export async function openSession(
  target: Target,
  {
    evidence,
    mode,
    unlessBoot,
    onStarted,
    onRecord = () => undefined,
    signal,
  }: {
    readonly evidence: SessionEvidence;
    readonly mode: 'open' | 'attach';
    /** Refused with NOT_REBOOTED as long as the node is in this boot. */
    readonly unlessBoot?: string | undefined;
    /** The agent is there; what goes wrong from here on may be the connection. */
    readonly onStarted?: (() => void) | undefined;
    readonly onRecord?: (record: JournalRecord) => void;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<NodeSession> {
  const { node, deadlines } = target;
  const { damage, place } = evidence.node(node);
  if (damage !== undefined) throw damage;
  const hello = createHello(evidence.run, node, { place, mode, unlessBoot });
  const channel = await startAgent(target, hello, { signal });
  onStarted?.();
  return NodeSession.open(channel, { node, evidence, deadlines, nonce: hello.nonce, onRecord, signal });
}

/**
 * What one node is told and shows, so that another name of the same machine is known by it. Nobody who was not told can guess
 * it: it is made with the nonce of the run header, which no node has; so it is the same after an interruption.
 */
export const beaconOf = ({ header }: RunDirectory, node: string): string =>
  createHmac('sha256', header.nonce).update(`beacon:${node}`).digest('hex').slice(0, 32);

/** The first message to a node's agent about a run. */
export const createHello = (
  run: RunDirectory,
  node: string,
  {
    place,
    mode,
    unlessBoot,
  }: {
    readonly place: ChainPlace;
    readonly mode: Hello['mode'];
    readonly unlessBoot?: string | undefined;
  },
): Hello => ({
  type: 'hello',
  version: protocolVersion,
  nonce: randomBytes(16).toString('hex'),
  run: run.header.id,
  node,
  head: run.headDigest,
  beacon: beaconOf(run, node),
  from: place.records,
  at: place.head,
  ...(unlessBoot === undefined ? {} : { unlessBoot }),
  mode,
});

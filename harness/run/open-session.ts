import type { JournalRecord } from '../../agents/protocol/journal-record.ts';
import { loadBundle } from '../deploy/bundle.ts';
import type { Deployment } from '../deploy/deploy.ts';
import { deploy } from '../deploy/deploy.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import type { Transport } from '../transport/transport.ts';
import { NodeSession } from './node-session.ts';

/** A node of a run and the way to it. */
export interface Target {
  readonly node: string;
  readonly transport: Transport;
  /** Directories that the agent may use on this node, tried before the usual ones. */
  readonly stateDirectories: readonly string[];
  /** Makes sure that the Node.js runtime is on the node and returns its path there. */
  readonly runtime: (deployment: Deployment) => Promise<string>;
}

/** Brings the agent to a node and attaches to the run there; `attach` refuses to begin one. */
export async function openSession(
  run: RunDirectory,
  target: Target,
  mode: 'open' | 'attach',
  onRecord: (record: JournalRecord) => void = () => undefined,
  signal?: AbortSignal,
): Promise<NodeSession> {
  const deployment = await deploy(
    target.transport,
    await loadBundle(),
    target.stateDirectories,
    run.header.id,
  );
  return NodeSession.open(target.transport, deployment, {
    run,
    node: target.node,
    runtime: await target.runtime(deployment),
    mode,
    onRecord,
    signal,
  });
}

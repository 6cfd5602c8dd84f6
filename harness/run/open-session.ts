import { randomBytes } from 'node:crypto';
import type { JournalRecord } from '../../agents/protocol/journal-record.ts';
import { loadBundle } from '../deploy/bundle.ts';
import { probeLine, startLine } from '../deploy/command-lines.ts';
import type { Deployment } from '../deploy/deploy.ts';
import { completeDeployment, deploy } from '../deploy/deploy.ts';
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
  /** Digests of the runtimes that could be in a node's cache; none where it uses another one. */
  readonly runtimeHashes: () => Promise<Readonly<Record<string, string>>>;
}

/** Brings the agent to a node and attaches to the run there; `attach` refuses to begin one. */
export async function openSession(
  run: RunDirectory,
  target: Target,
  mode: 'open' | 'attach',
  onRecord: (record: JournalRecord) => void = () => undefined,
  signal?: AbortSignal,
): Promise<NodeSession> {
  const { transport, node, stateDirectories: candidates } = target;
  const options = { run, node, mode, onRecord, signal };
  const bundle = await loadBundle();
  const runtimes = await target.runtimeHashes();
  let deployment: Deployment;
  if (Object.keys(runtimes).length > 0) {
    // On a node that has all of it, looking and starting are one.
    const probe = randomBytes(16).toString('hex');
    const text = probeLine({ nonce: probe, hash: bundle.hash, candidates, run: run.header.id, runtimes });
    const opened = await NodeSession.open(transport, { text, probe }, options);
    if (opened.ok) return opened.value;
    deployment = await completeDeployment(transport, bundle, opened.error);
  } else {
    deployment = await deploy(transport, bundle, candidates, run.header.id);
  }
  const { hash, state } = deployment;
  const runtime = await target.runtime(deployment);
  const opened = await NodeSession.open(transport, { text: startLine({ runtime, hash, state }) }, options);
  if (!opened.ok) throw new Error(`a line without a probe has answered \`${opened.error}\``);
  return opened.value;
}

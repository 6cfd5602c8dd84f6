import { JournalRecord } from '../../agents/protocol/journal-record.ts';
import type { AgentPlace } from '../deploy/start-agent.ts';
import { startAgent } from '../deploy/start-agent.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { readDocument, runPaths } from '../store/run-directory.ts';
import { createHello } from './create-hello.ts';
import type { KeptLine } from './node-session.ts';
import { NodeSession } from './node-session.ts';

/** A node of a run and the way to it. */
export interface Target extends AgentPlace {
  readonly node: string;
}

/** Brings the agent to a node and attaches to the run there; `attach` refuses to begin one. */
export async function openSession(
  run: RunDirectory,
  target: Target,
  mode: 'open' | 'attach',
  onRecord: (record: JournalRecord) => void = () => undefined,
  signal?: AbortSignal,
): Promise<NodeSession> {
  const { node } = target;
  const kept = await readKept(run, node);
  const hello = createHello(run, node, { from: kept.length, mode });
  const channel = await startAgent(target, hello, { signal });
  return NodeSession.open(channel, { run, node, kept, nonce: hello.nonce, onRecord, signal });
}

/** The journal lines that are here already; a torn last line of ours is forgotten and asked for again. */
async function readKept(run: RunDirectory, node: string): Promise<readonly KeptLine[]> {
  const path = runPaths.journal(node);
  if (!(await run.has(path))) return [];
  await run.cutTornLine(path);
  const lines = (await run.read(path)).toString('utf8').split('\n').slice(0, -1);
  return lines.map((line, index) => ({
    line,
    record: readDocument(JournalRecord, line, `${path} line ${index + 1}`),
  }));
}

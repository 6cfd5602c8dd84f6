import { encodeLine } from '../../agents/protocol/framing.ts';
import type { ToAgent } from '../../agents/protocol/messages.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { startAgent } from '../deploy/start-agent.ts';
import { Plan } from '../plan/plan.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { runPaths } from '../store/run-directory.ts';
import type { RunEvidence } from '../store/run-evidence.ts';
import type { Channel } from '../transport/transport.ts';
import { hearAgent } from './hear-agent.ts';
import type { Target } from './open-session.ts';
import { createHello, openSession } from './open-session.ts';
import { refusalOf } from './refusal-of.ts';

/**
 * Ends what a node is doing for a run. `now` kills the running step, otherwise it may end. Needs no right to the
 * run directory: whoever is attached there learns of it through the journal. Throws NODE_SILENT after ten seconds and
 * `budgetMs`: what the running step may take unless it is killed, and what it takes until so many nodes are reached.
 */
export async function stopNode(
  run: RunDirectory,
  target: Target,
  { budgetMs, ...how }: { readonly now: boolean; readonly reason: string; readonly budgetMs: number },
): Promise<void> {
  const { node, deadlines } = target;
  const over = new AbortController();
  let channel: Channel | undefined;
  const stop = async (): Promise<void> => {
    const hello = createHello(run, node, { place: { records: 0, head: run.headDigest }, mode: 'stop' });
    channel = await startAgent(target, hello, { signal: over.signal });
    const stopped = Promise.withResolvers<undefined>();
    hearAgent(channel, {
      node,
      nonce: hello.nonce,
      run: run.called,
      onMessage: (message) => {
        if (message.type === 'refusal') throw refusalOf(node, message);
        if (message.type === 'stopped') stopped.resolve(undefined);
        return undefined;
      },
      onEnd: stopped.reject,
    });
    channel.stdin.write(encodeLine({ type: 'stop', ...how } satisfies ToAgent));
    await stopped.promise;
  };
  try {
    await deadlines.within('stop', stop(), { node, budgetMs });
  } finally {
    over.abort();
    channel?.close();
  }
}

/**
 * For how long each node may go on with the step that it is running: its longest. A plan that cannot be read keeps nobody
 * from being stopped.
 */
export async function readLongestSteps(run: RunDirectory): Promise<(node: string) => number> {
  if (!(await run.has(runPaths.plan))) return () => 0;
  try {
    const longest = new Map<string, number>();
    for (const { node, budgetMs } of (await run.readDocument(Plan, runPaths.plan)).steps)
      longest.set(node, Math.max(longest.get(node) ?? 0, budgetMs));
    return (node) => longest.get(node) ?? 0;
  } catch (cause) {
    if (cause instanceof AssayError) return () => anyStepMs;
    throw cause;
  }
}

/** No step of a shipped suite takes as long. */
const anyStepMs = 30 * 60 * 1000;

/** Until all of so many nodes are reached, a few at a time; up to a rack or two that is no matter. */
export const reachingMs = (nodes: number): number => Math.max(0, nodes - 64) * 25;

/** Nodes that a run ever got anything from: only they can be at work for it. */
export async function begun(run: RunDirectory, targets: readonly Target[]): Promise<readonly Target[]> {
  const found = await Promise.all(
    targets.map(async (target) => ((await run.has(runPaths.journal(target.node))) ? [target] : [])),
  );
  return found.flat();
}

/** Removes a run from all nodes that still hold it and can be reached; for a run that nobody will go on with. */
export async function abandon(evidence: RunEvidence, targets: readonly Target[]): Promise<void> {
  await Promise.allSettled(targets.map((target) => collect(evidence, target, true)));
}

/**
 * Fetches what a stopped node still holds of a run; `abandon` then removes the run there, for good. It is waited for no
 * longer than it was for stopping: what is not fetched now stays on the node.
 */
export async function collect(evidence: RunEvidence, target: Target, abandon: boolean): Promise<void> {
  const hurried = { ...target, deadlines: target.deadlines.hurried };
  const session = await openSession(hurried, { evidence, mode: 'attach' });
  try {
    if (abandon) await session.finish();
  } finally {
    session.close();
    await session.settled();
  }
}

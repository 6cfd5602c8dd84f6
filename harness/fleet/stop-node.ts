import { encodeLine } from '../../agents/protocol/framing.ts';
import type { ToAgent } from '../../agents/protocol/messages.ts';
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
 * run directory: whoever is attached there learns of it through the journal. Throws NODE_SILENT after ten seconds, to which
 * the budget of the running step is added unless it is killed.
 */
export async function stopNode(
  run: RunDirectory,
  target: Target,
  how: { readonly now: boolean; readonly reason: string },
): Promise<void> {
  const { node, deadlines } = target;
  const over = new AbortController();
  let channel: Channel | undefined;
  const stop = async (): Promise<void> => {
    const hello = createHello(run, node, { from: 0, mode: 'stop' });
    channel = await startAgent(target, hello, { signal: over.signal });
    const stopped = Promise.withResolvers<undefined>();
    hearAgent(channel, {
      node,
      nonce: hello.nonce,
      run: run.header.id,
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
    const budgetMs = how.now ? 0 : await longestStepMs(run, node);
    await deadlines.within('stop', stop(), { node, budgetMs });
  } finally {
    over.abort();
    channel?.close();
  }
}

async function longestStepMs(run: RunDirectory, node: string): Promise<number> {
  if (!(await run.has(runPaths.plan))) return 0;
  const { steps } = await run.readDocument(Plan, runPaths.plan);
  return Math.max(0, ...steps.filter((step) => step.node === node).map(({ budgetMs }) => budgetMs));
}

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

/** Fetches what a stopped node still holds of a run; `abandon` then removes the run there, for good. */
export async function collect(evidence: RunEvidence, target: Target, abandon: boolean): Promise<void> {
  const session = await openSession(target, { evidence, mode: 'attach' });
  try {
    if (abandon) await session.finish();
  } finally {
    session.close();
  }
}

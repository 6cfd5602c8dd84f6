import { createLineSplitter, encodeLine } from '../../agents/protocol/framing.ts';
import type { ToAgent } from '../../agents/protocol/messages.ts';
import { FromAgent } from '../../agents/protocol/messages.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { parseJson } from '../../workloads/kit/parse-json.ts';
import { startAgent } from '../deploy/start-agent.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { runPaths } from '../store/run-directory.ts';
import type { RunEvidence } from '../store/run-evidence.ts';
import type { Target } from './open-session.ts';
import { createHello, openSession } from './open-session.ts';
import { refusalOf } from './refusal-of.ts';

/**
 * Ends what a node is doing for a run. `now` kills the running step, otherwise it may end. Needs no right to the
 * run directory: whoever is attached there learns of it through the journal.
 */
export async function stopNode(
  run: RunDirectory,
  target: Target,
  how: { readonly now: boolean; readonly reason: string },
): Promise<void> {
  const { node, transport } = target;
  const channel = await startAgent(target, createHello(run, node, { from: 0, mode: 'stop' }));
  const split = createLineSplitter();
  try {
    await new Promise<void>((resolve, reject) => {
      channel.stderr.resume();
      const onLine = (line: string): void => {
        const message = FromAgent.safeParse(parseJson(line)).data;
        if (message?.type === 'stopped') resolve();
        if (message?.type === 'refusal') reject(refusalOf(node, message));
      };
      channel.stdout.on('data', (chunk: Buffer) => {
        try {
          split(chunk).forEach(onLine);
        } catch (cause) {
          reject(cause instanceof Error ? cause : new Error(String(cause)));
        }
      });
      channel.stdout.resume();
      void channel.ended.then(() =>
        reject(
          new AssayError('AGENT_LOST', 'the connection ended before the node had stopped', {
            node: transport.name,
          }),
        ),
      );
      channel.stdin.write(encodeLine({ type: 'stop', ...how } satisfies ToAgent));
    });
  } finally {
    channel.close();
  }
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
  const { node } = target;
  const session = await openSession(target, {
    run: evidence.run,
    evidence: evidence.node(node),
    mode: 'attach',
    plannedAs: (step) => evidence.stepsOf(node).get(step),
  });
  try {
    if (abandon) await session.finish();
  } finally {
    session.close();
  }
}

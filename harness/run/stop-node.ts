import { openSession } from './measure.ts';
import type { MeasureOptions } from './measure.ts';

/**
 * Ends what a node is doing for a run and pulls the evidence of what it did. `now` kills the running step,
 * otherwise it may end. The run stays on the node for `resume`, unless `abandon` removes it there.
 */
export async function stopNode(
  options: Omit<MeasureOptions, 'interruption'>,
  how: { readonly now: boolean; readonly reason: string; readonly abandon?: boolean },
): Promise<void> {
  const { session, close } = await openSession(options);
  try {
    const running = session.runningBatch();
    if (running !== undefined) {
      session.send({ type: 'stop', now: how.now, reason: how.reason });
      await session.batchEnded(running);
    }
    if (how.abandon === true) await session.finish();
  } finally {
    close();
  }
}

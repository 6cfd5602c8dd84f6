import type { Writable } from 'node:stream';
import { wrapText } from '../../reports/text/wrap-text.ts';

/** How long after the first Ctrl-C a second one still means "and stop the nodes". */
export const secondPressMs = 3000;

export interface Interrupter {
  /** Aborted by the first Ctrl-C: let go of the nodes, which go on by themselves. */
  readonly detach: AbortSignal;
  /** Resolves to `true` when a second Ctrl-C came in time. Only sensible after `detach` was aborted. */
  readonly pressedAgain: () => Promise<boolean>;
  readonly dispose: () => void;
}

/**
 * Ctrl-C once: let go of the nodes and say how to go on. Twice: stop them. A terminal that is closed says it once, and
 * nobody is left to say it again. Without a `run` there is nothing to go on with, and it only ends.
 */
export function createInterrupter(err: Writable, run: string | undefined, columns: number): Interrupter {
  const detach = new AbortController();
  let again: ((pressed: boolean) => void) | undefined;
  let pressedTwice = false;
  let presses = 0;
  let isHungUp = false;
  const onSignal = (): void => {
    presses += 1;
    if (presses > 2) process.kill(process.pid, 'SIGKILL');
    if (detach.signal.aborted) {
      pressedTwice = true;
      again?.(true);
      return;
    }
    letGo();
  };
  const onHangup = (): void => {
    isHungUp = true;
    if (!detach.signal.aborted) letGo();
  };
  const letGo = (): void => {
    const told =
      run === undefined
        ? ['Interrupted.']
        : [
            ...wrapText(
              'Detached: the nodes go on with their batches by themselves (heavy steps for two minutes at most).',
              columns,
            ),
            // Commands are lines of their own, so that they can be copied whole.
            `Continue with: assay resume ${run}`,
            ...wrapText('Press Ctrl-C again to stop the nodes, or later:', columns),
            `  assay stop ${run} --now`,
          ];
    err.write(`\n${told.join('\n')}\n`);
    detach.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  // It comes twice where a shell passes on what the kernel says as well.
  process.on('SIGHUP', onHangup);
  return {
    detach: detach.signal,
    pressedAgain: () =>
      new Promise((resolve) => {
        if (pressedTwice || isHungUp) return resolve(pressedTwice);
        again = resolve;
        setTimeout(() => resolve(false), secondPressMs);
      }),
    dispose: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
      // A terminal that is gone says so again; what is still to be closed and told is not cut off by that.
      if (!isHungUp) process.off('SIGHUP', onHangup);
    },
  };
}

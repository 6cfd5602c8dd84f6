import type { Writable } from 'node:stream';

/** How long after the first Ctrl-C a second one still means "and stop the nodes". */
export const secondPressMs = 3000;

export interface Interrupter {
  /** Aborted by the first Ctrl-C: let go of the nodes, which go on by themselves. */
  readonly detach: AbortSignal;
  /** Resolves to `true` when a second Ctrl-C came in time. Only sensible after `detach` was aborted. */
  readonly pressedAgain: () => Promise<boolean>;
  readonly dispose: () => void;
}

/** Ctrl-C once: let go of the nodes and say how to go on. Twice: stop them. */
export function createInterrupter(err: Writable, run: string): Interrupter {
  const resume = `assay resume ${run}`;
  const stop = `assay stop ${run} --now`;
  const detach = new AbortController();
  let again: ((pressed: boolean) => void) | undefined;
  let pressedTwice = false;
  let presses = 0;
  const onSignal = (): void => {
    presses += 1;
    if (presses > 2) process.kill(process.pid, 'SIGKILL');
    if (detach.signal.aborted) {
      pressedTwice = true;
      again?.(true);
      return;
    }
    err.write(
      `\nDetached: the node goes on with its batch by itself (heavy steps for two minutes at most). Continue with: ${resume}\nPress Ctrl-C again to stop the node, or later: ${stop}\n`,
    );
    detach.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    detach: detach.signal,
    pressedAgain: () =>
      new Promise((resolve) => {
        if (pressedTwice) return resolve(true);
        again = resolve;
        setTimeout(() => resolve(false), secondPressMs);
      }),
    dispose: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}

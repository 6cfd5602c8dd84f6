import { PassThrough } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { createProgress } from '../../../../harness/cli/progress.ts';
import { AssayError } from '../../../../workloads/kit/assay-error.ts';

/** What is written about a node that failed. */
function writtenOf(node: string, error: AssayError): string {
  const err = new PassThrough();
  createProgress(err, { isInteractive: false, columns: 100, color: false }, () => new Date()).onNodeFailed(
    node,
    error,
  );
  return String(err.read());
}

describe('the progress of a run', () => {
  it('names a node that failed once', () => {
    const error = new AssayError('AGENT_LOST', 'it did not answer', { node: 'n1' });
    expect(writtenOf('n1', error)).toBe('✖ n1: AGENT_LOST it did not answer\n');
  });

  it('keeps the name of the node by which another one should have been reached', () => {
    const error = new AssayError('HOST_UNREACHABLE', 'no way', { node: 'n1' });
    expect(writtenOf('n2', error)).toBe('✖ n2: HOST_UNREACHABLE n1: no way\n');
  });

  it('does not take words of others apart', () => {
    const error = new AssayError('NODE_REFUSED', 'n1: so it says');
    expect(writtenOf('n1', error)).toBe('✖ n1: NODE_REFUSED n1: so it says\n');
  });
});

describe('on a terminal', () => {
  const step = {
    step: 'hash-1',
    node: 'gpu1',
    entry: 'hash',
    workload: 'sha256',
    tool: 'openssl',
    params: {},
    repetition: 1,
    session: 1,
    budgetMs: 60_000,
  };

  /** What stands on its last line after `act`, at this width; each call of `later` is a second. */
  function lastLine(
    columns: number,
    act: (progress: ReturnType<typeof createProgress>, later: () => void) => void,
  ): string {
    vi.useFakeTimers({ now: 0 });
    try {
      const err = new PassThrough();
      const progress = createProgress(err, { isInteractive: true, columns, color: false }, () => new Date());
      act(progress, () => vi.advanceTimersByTime(1000));
      const last = String(err.read()).split('\r\u001b[2K').at(-1) ?? '';
      progress.end();
      return last;
    } finally {
      vi.useRealTimers();
    }
  }

  it('says each second where the run stands', () => {
    expect(lastLine(80, () => undefined)).toBe('reaching the machine · 0:00');
    expect(lastLine(80, (progress) => progress.opening(1, 0))).toBe('reaching the machine · 0:00');
    expect(lastLine(100, (progress) => progress.opening(4, 10))).toBe(
      'reaching 4 machines, and watching for 10 s whether they are in use · 0:00',
    );
    expect(
      lastLine(80, (progress, later) => {
        progress.onReached('gpu1', 1, 2);
        later();
      }),
    ).toBe('1 of 2 machines have answered, gpu1 last · 0:01');
    expect(
      lastLine(100, (progress, later) => {
        progress.onStepStarted(step, 3, 19);
        later();
        later();
        later();
      }),
    ).toBe('3 of 19 steps · 0:03 · gpu1 hash 0:03');
  });

  it('keeps to one line, whatever a node is called', () => {
    const line = lastLine(40, (progress) =>
      progress.onStepStarted({ ...step, node: `\u001b[2J${'n'.repeat(200)}` }, 3, 19),
    );
    expect(line.length).toBeLessThanOrEqual(39);
    expect(line).not.toContain('\u001b');
  });

  it('is empty when the run has ended', () => {
    const err = new PassThrough();
    const progress = createProgress(
      err,
      { isInteractive: true, columns: 80, color: false },
      () => new Date(),
    );
    progress.end();
    expect(String(err.read()).endsWith('\r\u001b[2K')).toBe(true);
  });
});

import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createProgress } from '../../../../harness/cli/progress.ts';
import { AssayError } from '../../../../workloads/kit/assay-error.ts';

/** What is written about a node that failed. */
function writtenOf(node: string, error: AssayError): string {
  const err = new PassThrough();
  createProgress(err, { isInteractive: false, columns: 100, color: false }).onNodeFailed(node, error);
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

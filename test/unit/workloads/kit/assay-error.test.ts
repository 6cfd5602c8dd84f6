import { describe, expect, it } from 'vitest';
import { AssayError } from '../../../../workloads/kit/assay-error.ts';
import { ErrorDocument } from '../../../../workloads/kit/error-document.ts';

describe('AssayError', () => {
  it('survives the wire', () => {
    const error = new AssayError('LEASE_HELD', 'in use', { hint: 'wait' });
    const back = AssayError.fromJSON(ErrorDocument.parse(JSON.parse(JSON.stringify(error))));
    expect([back.code, back.message, back.hint, back.exitCode]).toEqual(['LEASE_HELD', 'in use', 'wait', 3]);
  });

  it('begins its message with the node that it is about, and tells the rest by itself', () => {
    const error = new AssayError('AGENT_LOST', 'a: no answer', { node: 'n1' });
    expect([error.message, error.node, error.text]).toEqual(['n1: a: no answer', 'n1', 'a: no answer']);
    const { message, node, text } = new AssayError('AGENT_LOST', 'n1: no answer');
    expect([message, node, text]).toEqual(['n1: no answer', undefined, 'n1: no answer']);
  });

  it('takes unknown things for our bug, a full disk for a full disk, a refused file for one', () => {
    expect(AssayError.from(new TypeError('x is undefined'))).toMatchObject({
      code: 'INTERNAL',
      exitCode: 70,
    });
    expect(AssayError.from('text')).toMatchObject({ code: 'INTERNAL', message: 'text' });
    expect(AssayError.from(Object.assign(new Error('write'), { code: 'ENOSPC' }))).toMatchObject({
      code: 'DISK_FULL',
      exitCode: 3,
    });
    for (const code of ['EMFILE', 'ENFILE', 'EACCES', 'EPERM', 'EROFS', 'EIO'])
      expect(AssayError.from(Object.assign(new Error(`${code}: open`), { code }))).toMatchObject({
        code: 'FILE_REFUSED',
        exitCode: 3,
        message: `expected to use a file, the system refused: ${code}: open`,
      });
    const known = new AssayError('USAGE', 'no');
    expect(AssayError.from(known)).toBe(known);
  });
});

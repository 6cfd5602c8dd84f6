import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { capture } from '../../../../agents/exec/capture.ts';
import { startProgram } from '../../../../agents/exec/start-program.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const env = { PATH: '/usr/bin:/bin' };

/** A file that may be read only. */
function closedFile(): string {
  const file = join(temporaryDirectory(), 'closed');
  writeFileSync(file, '#!/bin/sh\n');
  chmodSync(file, 0o600);
  return file;
}

describe('a program', () => {
  it('that is started gives what it says and how it ends, and hears what it is told', async () => {
    const { pid, stdout, ended } = startProgram('sh', ['-c', 'cat; exit 3'], { env, stdin: 'told' });
    expect(pid).toBeGreaterThan(0);
    expect((await buffer(stdout)).toString()).toBe('told');
    expect(await ended).toEqual({ exitCode: 3 });
    expect(await startProgram('sh', ['-c', 'kill -9 $$'], { env }).ended).toEqual({ signal: 'SIGKILL' });
  });

  it('that ends without reading what it is told is no failure', async () => {
    const { ended } = startProgram('true', [], { env, stdin: 'x'.repeat(1024 * 1024) });
    expect(await ended).toEqual({ exitCode: 0 });
  });

  it.each([
    ['is not there', () => startProgram('/nowhere/at-all', [], { env }), 'ENOENT'],
    ['may not be run', () => startProgram(closedFile(), [], { env }), 'EACCES'],
    ['is told too much', () => startProgram('true', ['x'.repeat(4_000_000)], { env }), 'E2BIG'],
    [
      'cannot be given what it is told',
      () => startProgram('true', ['a\0b'], { env }),
      'ERR_INVALID_ARG_VALUE',
    ],
  ])('that %s is said to be so, and has said nothing', async (_, start, code) => {
    const { pid, stdout, ended } = start();
    expect(await ended).toEqual({ code });
    expect(pid).toBe(undefined);
    expect(await buffer(stdout)).toHaveLength(0);
  });
});

describe('a short look by a program', () => {
  const look = (file: string, args: readonly string[], timeoutMs = 20_000) =>
    capture({ id: 'it', file, args, timeoutMs }, env.PATH);

  it.each([
    ['that answers', () => look('printf', ['a\nb\n']), { status: 'read', text: 'a\nb', exitCode: 0 }],
    [
      'that fails',
      () => look('sh', ['-c', 'echo out; echo err >&2; exit 2']),
      { status: 'failed', text: 'out\nerr', exitCode: 2 },
    ],
    ['that is killed', () => look('sh', ['-c', 'echo out; kill -9 $$']), { status: 'failed', text: 'out' }],
    ['that is not there', () => look('/nowhere/at-all', []), { status: 'absent', text: '' }],
    ['that may not be run', () => look(closedFile(), []), { status: 'denied', text: '' }],
    ['that does not end', () => look('sh', ['-c', 'exec sleep 60'], 300), { status: 'timeout' }],
  ])('%s', async (_, looked, found) => {
    expect(await looked()).toMatchObject({ id: 'it', ...found });
  });

  it('that floods is ended, and what it said first is kept', async () => {
    const { status, text } = await look('yes', []);
    expect(status).toBe('failed');
    expect(text).toHaveLength(8 * 1024 * 1024 - 1);
  });
});

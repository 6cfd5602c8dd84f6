import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RunDirectory } from '../../../../harness/store/run-directory.ts';
import { takeRunLock } from '../../../../harness/store/run-lock.ts';
import { createSmallRun } from '../../../support/small-run.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

let home: string;
let run: RunDirectory;

beforeEach(async () => {
  home = join(temporaryDirectory(), 'a'.repeat(100)); // longer than a socket's path can be
  run = await createSmallRun(join(temporaryDirectory(), 'run'));
});

/** A socket whose owner has died. */
function leaveSocket(name: string): string {
  const path = join(home, 'assay/locks', name);
  const script = `require('net').createServer().listen('./${name}', () => process.kill(process.pid, 'SIGKILL'))`;
  try {
    execFileSync(process.execPath, ['-e', script], { cwd: join(home, 'assay/locks') });
  } catch (cause) {
    if (!(cause instanceof Error && 'signal' in cause)) throw cause;
  }
  expect(existsSync(path)).toBe(true);
  return path;
}

describe('takeRunLock', () => {
  it('gives a run to one at a time', async () => {
    const lock = await takeRunLock(home, run);
    expect(lock).toBeDefined();
    expect(await takeRunLock(home, run)).toBeUndefined();
    await lock?.release();
    const again = await takeRunLock(home, run);
    expect(again).toBeDefined();
    await again?.release();
    expect(readdirSync(join(home, 'assay/locks'))).toEqual([]);
  });

  it('never gives it to two that come at once', async () => {
    for (let round = 0; round < 10; round += 1) {
      const locks = await Promise.all(Array.from({ length: 4 }, () => takeRunLock(home, run)));
      const taken = locks.filter((lock) => lock !== undefined);
      expect(taken.length).toBeLessThan(2);
      await Promise.all(taken.map((lock) => lock.release()));
    }
  });

  it('takes it from one that died, and removes what others left only when it is old', async () => {
    await (await takeRunLock(home, run))?.release();
    const own = leaveSocket(`${run.headDigest.slice(0, 32)}.dead`);
    const [fresh, old] = [leaveSocket('fresh'), leaveSocket('old')];
    utimesSync(old, 0, 0);
    const lock = await takeRunLock(home, run);
    expect(lock).toBeDefined();
    expect([own, fresh, old].map((path) => existsSync(path))).toEqual([false, true, false]);
    await lock?.release();
  });
});

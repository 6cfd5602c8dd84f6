import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findMarked, sweep } from '../../../../agents/exec/sweep.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const mark = `test-sweep-${process.pid}`;

/** A process with the mark that is there when this resolves, of another user where one is named. */
async function start(file: string, uid?: number): Promise<ChildProcess> {
  const as = uid === undefined ? [] : [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
  const [program = '', ...args] = uid === undefined ? [file] : ['setpriv', ...as, file];
  const child = spawn(program, [...args, '600'], { env: { PATH: '/usr/bin:/bin', ASSAY_STEP: `${mark}/x` } });
  onTestFinished(() => void child.kill('SIGKILL'));
  await expect
    .poll(() => readFileSync(`/proc/${child.pid}/cmdline`, 'utf8'), { timeout: 30_000 })
    .toBe([file, '600', ''].join('\0'));
  return child;
}

const isAlive = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null;

describe('sweep', () => {
  it('ends what carries the mark of a run or of a step of it', async () => {
    const child = await start('sleep');
    const end = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)));
    expect(await findMarked(mark)).toEqual([child.pid]);
    expect(await findMarked(`${mark}/x`)).toEqual([child.pid]);
    expect(await findMarked(`${mark}/`)).toEqual([]);
    expect(await sweep(mark)).toBe(1);
    expect(await end).toBe('SIGKILL');
  });

  it.runIf(process.getuid?.() === 0)(
    'leaves processes of other users alone, whatever they carry',
    async () => {
      const folder = temporaryDirectory();
      chmodSync(folder, 0o755);
      copyFileSync('/bin/sleep', join(folder, 'sleep'));
      chmodSync(join(folder, 'sleep'), 0o4755);
      const [plain, withOurRights] = [await start('sleep', 65534), await start(join(folder, 'sleep'), 65534)];
      const ours = await start('sleep');
      const end = new Promise((resolve) => ours.once('exit', resolve));
      expect(await sweep(mark)).toBe(1);
      await end;
      expect([plain, withOurRights, ours].map(isAlive)).toEqual([true, true, false]);
    },
  );
});

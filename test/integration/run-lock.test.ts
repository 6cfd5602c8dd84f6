import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { prepareHeldSurvey } from '../support/held-survey.ts';
import type { Running } from '../support/run-assay.ts';
import { runAssay, startAssay } from '../support/run-assay.ts';
import { temporaryDirectory } from '../support/temporary.ts';

let cwd: string;
let options: Parameters<typeof startAssay>[1];

beforeEach(() => {
  cwd = temporaryDirectory();
  options = { cwd, path: [join(cwd, 'bin')], env: { XDG_STATE_HOME: join(cwd, 'state') } };
});

/** A survey whose one step lasts as long as the file `wait` is there. */
async function start(): Promise<Running> {
  const running = startAssay(prepareHeldSurvey(cwd), options);
  await running.says('[1/1]');
  return running;
}

const locks = (): readonly string[] => readdirSync(join(cwd, 'state/assay/locks'));

describe('the lock of a run', () => {
  it('refuses a second coordinator, of a copy of the directory too, and the first goes on undisturbed', async () => {
    const first = await start();
    for (const directory of ['run', 'copy']) {
      if (directory === 'copy') cpSync(join(cwd, 'run'), join(cwd, 'copy'), { recursive: true });
      const second = await runAssay(['resume', directory], options);
      expect(second.stderr).toContain('✖ LEASE_HELD');
      expect(second.exitCode).toBe(3);
    }
    rmSync(join(cwd, 'wait'));
    const { exitCode, stderr } = await first.finished;
    expect(stderr).not.toContain('✖');
    expect(exitCode).toBe(2);
    expect(locks()).toEqual([]);
  });

  it('is free as soon as its holder has been killed', async () => {
    const first = await start();
    expect(locks()).toHaveLength(1);
    first.signal('SIGKILL');
    await first.finished;
    rmSync(join(cwd, 'wait'));
    const { exitCode, stderr } = await runAssay(['resume', 'run'], options);
    expect(stderr).not.toContain('✖');
    expect(exitCode).toBe(2);
    expect(locks()).toEqual([]);
  });
});

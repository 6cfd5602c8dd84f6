import { chmodSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { forgetRun, hasStarted, noteRun } from '../../../../harness/store/started-runs.ts';
import { createSmallRun } from '../../../support/small-run.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const now = new Date('2026-11-23T00:00:00.000Z');

it('knows the runs that were noted, until they are forgotten', async () => {
  const [home, run] = [temporaryDirectory(), await createSmallRun(join(temporaryDirectory(), 'run'))];
  expect(await hasStarted(home, run, now)).toBe(false);
  await noteRun(home, run);
  expect(await hasStarted(home, run, now)).toBe(true);
  await forgetRun(home, run);
  expect(await hasStarted(home, run, now)).toBe(false);
});

it('forgets those that were not used for longest when there are too many', async () => {
  const [home, run] = [temporaryDirectory(), await createSmallRun(join(temporaryDirectory(), 'run'))];
  await noteRun(home, run);
  const folder = join(home, 'assay/runs');
  for (let index = 1; index < 4096; index += 1) {
    writeFileSync(join(folder, `${index}`), '');
    utimesSync(join(folder, `${index}`), index, index);
  }
  utimesSync(join(folder, run.headDigest), 0, 0);
  expect(await hasStarted(home, run, now)).toBe(true);
  await noteRun(home, run);
  const names = readdirSync(folder);
  expect(names).toHaveLength(4096 - 1024);
  expect(names).not.toContain('1024');
  expect(names).toContain('1025');
  expect(names).toContain(run.headDigest);
});

it('keeps them where nobody else can look, also in a folder that was open', async () => {
  const [home, run] = [temporaryDirectory(), await createSmallRun(join(temporaryDirectory(), 'run'))];
  await noteRun(home, run);
  chmodSync(join(home, 'assay'), 0o755);
  await noteRun(home, run);
  expect(statSync(join(home, 'assay')).mode & 0o777).toBe(0o700);
  chmodSync(join(home, 'assay'), 0o777);
  await expect(noteRun(home, run)).rejects.toMatchObject({ code: 'USAGE' });
});

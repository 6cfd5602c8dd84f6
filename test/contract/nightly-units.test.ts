import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { resource } from '../../harness/resources.ts';
import { runAssay } from '../support/run-assay.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const page = readFileSync(resource('docs/nightly.md'), 'utf8');
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;
if (!hasSystemd && process.env['CI'] === 'true') throw new Error('expected systemd-analyze in CI');

/** The units that the page shows, by name: the first line of each says where it belongs. */
const units = new Map(
  [...page.matchAll(/```ini\n# (\S+)\n(.*?)```/gs)].map(([, path = '', text = '']) => [basename(path), text]),
);

it.skipIf(!hasSystemd)('systemd takes the units of the page on nights', () => {
  const folder = temporaryDirectory();
  const program = join(folder, 'opt/bin/assay');
  mkdirSync(join(folder, 'opt/bin'), { recursive: true });
  writeFileSync(program, '#!/bin/sh\n');
  chmodSync(program, 0o755);
  expect([...units.keys()]).toEqual([
    'assay-nightly.service',
    'assay-nightly.timer',
    'assay-nightly-told.service',
  ]);
  // Verified as it is shown, with our program where it lies here.
  for (const [name, text] of units)
    writeFileSync(join(folder, name), text.replaceAll('/opt/assay/bin/assay', program));
  const verify = (...names: readonly string[]) =>
    spawnSync('systemd-analyze', ['verify', '--man=no', ...names.map((name) => join(folder, name))], {
      encoding: 'utf8',
      env: { ...process.env, SYSTEMD_UNIT_PATH: `${folder}:` },
    });
  const good = verify(...units.keys());
  expect([good.status, good.stderr]).toEqual([0, '']);
  // Whether it looks at all.
  writeFileSync(join(folder, 'assay-nightly.timer'), '[Timer]\nOnCalendar=every night\n');
  expect(verify('assay-nightly.timer').stderr).toContain('calendar specification');
});

it('command lines of the page on nights have options that there are', async () => {
  const help = (await runAssay(['nightly', '--help'], { cwd: temporaryDirectory() })).stdout;
  const lines = page.match(/assay nightly .*/g) ?? [];
  expect(lines.length).toBeGreaterThanOrEqual(4);
  for (const line of lines)
    for (const option of line.match(/--[a-z-]+/g) ?? []) expect(help).toContain(option);
});

import { chmodSync, chownSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { whyNotRoots } from '../../../../agents/exec/why-not-roots.ts';
import { removeFolder } from '../../../support/temporary.ts';

const isRoot = process.getuid?.() === 0;
if (!isRoot && process.env['CI'] === 'true')
  throw new Error('expected root in CI: only root can give files away');

describe.skipIf(!isRoot)('a program that sudo is to run', () => {
  // Not below /tmp, to which everybody may write.
  const folder = `/root/assay-owner-${process.pid}`;
  const inside = (...names: readonly string[]): string => join(folder, ...names);
  beforeEach(() => {
    removeFolder(folder);
    mkdirSync(inside('bin'), { recursive: true, mode: 0o755 });
    writeFileSync(inside('bin/smartctl'), '', { mode: 0o755 });
  });
  afterAll(() => removeFolder(folder));

  it("may be run where all of it is root's, by whatever link", async () => {
    expect(await whyNotRoots(['/usr/bin/env'])).toBeUndefined();
    expect(await whyNotRoots([inside('bin/smartctl')])).toBeUndefined();
    symlinkSync(inside('bin'), inside('sbin'));
    expect(await whyNotRoots([inside('sbin/smartctl')])).toBeUndefined();
    chmodSync(inside('bin'), 0o775); // the group of root
    expect(await whyNotRoots([inside('bin/smartctl')])).toBeUndefined();
  });

  it.each([
    [
      'is somebody else’s',
      () => chownSync(inside('bin/smartctl'), 1000, 0),
      'bin/smartctl: it belongs to the user 1000',
    ],
    [
      'everybody may change',
      () => chmodSync(inside('bin/smartctl'), 0o757),
      'bin/smartctl: everybody may write to it',
    ],
    [
      'a group may change',
      () => {
        chownSync(inside('bin/smartctl'), 0, 1000);
        chmodSync(inside('bin/smartctl'), 0o775);
      },
      'bin/smartctl: the group 1000 may write to it',
    ],
    [
      'lies in somebody else’s directory',
      () => chownSync(inside('bin'), 1000, 0),
      'bin: it belongs to the user 1000',
    ],
    [
      'lies where everybody may put another',
      () => chmodSync(inside('bin'), 0o1777),
      'bin: everybody may write to it',
    ],
    ['lies below such a directory', () => chmodSync(folder, 0o777), ': everybody may write to it'],
    ['is not there', () => rmSync(inside('bin/smartctl')), 'bin/smartctl: it cannot be looked at (ENOENT)'],
  ])('is not run when it %s', async (_, change, found) => {
    change();
    expect(await whyNotRoots([inside('bin/smartctl')])).toMatch(
      new RegExp(`, found ${folder}/?${found.replaceAll(/[()]/g, '\\$&')}$`),
    );
  });

  it('is not run through a link that somebody else has made, nor to where he can write', async () => {
    mkdirSync(inside('his'));
    chownSync(inside('his'), 1000, 1000);
    symlinkSync(inside('bin/smartctl'), inside('his/smartctl'));
    expect(await whyNotRoots([inside('his/smartctl')])).toMatch(/his: it belongs to the user 1000$/);
    writeFileSync(inside('his/other'), '', { mode: 0o755 });
    symlinkSync(inside('his/other'), inside('bin/other'));
    expect(await whyNotRoots([inside('bin/other')])).toMatch(/his: it belongs to the user 1000$/);
    // What it leads to in the end is root's, and its way there is not.
    symlinkSync(inside('his/smartctl'), inside('bin/over'));
    expect(await whyNotRoots([inside('bin/over')])).toMatch(/his: it belongs to the user 1000$/);
  });

  it('is not run where links go in a circle', async () => {
    symlinkSync(inside('bin/b'), inside('bin/a'));
    symlinkSync(inside('bin/a'), inside('bin/b'));
    expect(await whyNotRoots([inside('bin/a')])).toMatch(/ELOOP/);
  });

  it('is looked at behind its time limit', async () => {
    chmodSync(inside('bin/smartctl'), 0o757);
    const words = ['/usr/bin/timeout', '-k', '5', '10', inside('bin/smartctl')];
    expect(await whyNotRoots(words)).toMatch(/everybody may write to it$/);
  });
});

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/temporary.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

beforeAll(() => {
  const built = spawnSync(process.execPath, ['harness/deploy/build-cli.ts'], { cwd: root, encoding: 'utf8' });
  expect(built.stderr).toBe('');
});

/** The built command line where no source, no package and no checkout is. */
function install(
  env: Readonly<Record<string, string | undefined>> = process.env,
): (args: readonly string[]) => { status: number | null; stdout: string; stderr: string } {
  const place = temporaryDirectory();
  mkdirSync(join(place, 'harness'));
  cpSync(join(root, 'harness/bin.js'), join(place, 'harness/bin.js'));
  cpSync(join(root, 'harness/pinned.js'), join(place, 'harness/pinned.js'));
  cpSync(join(root, 'package.json'), join(place, 'package.json'));
  cpSync(join(root, 'dist'), join(place, 'dist'), { recursive: true });
  return (args) =>
    spawnSync(process.execPath, [join(place, 'harness/bin.js'), ...args], {
      cwd: place,
      encoding: 'utf8',
      env,
    });
}

describe('the built command line', () => {
  it('runs without sources and without packages', () => {
    const assay = install();
    expect(assay(['--help'])).toMatchObject({ status: 0, stderr: '' });
    const profiles = assay(['profiles', '--json']);
    expect(profiles.stderr).toBe('');
    expect((JSON.parse(profiles.stdout) as { id: string }[]).map(({ id }) => id)).toEqual([
      'ai-training-multinode',
      'ai-training-singlenode',
      'ai-inference',
      'storage',
      'cpu-cluster',
      'mining-baseline',
      'survey',
    ]);
  });

  it('keeps its compiled code among its own notes, for its user alone, and nothing elsewhere', () => {
    const [state, temporary] = [join(temporaryDirectory(), 'state'), temporaryDirectory()];
    const env = { PATH: process.env['PATH'] ?? '', TMPDIR: temporary };
    expect(install({ ...env, XDG_STATE_HOME: state })(['--help'])).toMatchObject({ status: 0, stderr: '' });
    expect(readdirSync(join(state, 'assay'))).toEqual(['compiled']);
    expect(statSync(join(state, 'assay')).mode & 0o777).toBe(0o700);
    // Where there is no place for it, the command runs without.
    expect(install({ ...env, XDG_STATE_HOME: '/proc/none' })(['--help'])).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('knows what a profile of one’s own may name', () => {
    const file = join(temporaryDirectory(), 'own.yaml');
    const head = ['schema: assay/profile', 'schemaVersion: 2', 'id: own', 'version: "1"', 'title: Own'];
    writeFileSync(file, [...head, 'purpose: P.', 'family: ai', 'requirements: [clock]'].join('\n'));
    expect(install()(['profiles', 'check', file])).toMatchObject({ status: 0, stderr: '' });
  });

  it('refuses what it does not understand with exit code 64', () => {
    const assay = install();
    for (const args of [
      [],
      ['surve'],
      ['judge'],
      ['judge', 'nowhere'],
      ['survey', 'local', '--suite', 'surwey'],
      ['survey', 'no host'],
    ]) {
      const { status, stdout, stderr } = assay(args);
      expect([args, status, stdout]).toEqual([args, 64, '']);
      expect(stderr).toMatch(/^✖ [A-Z_]+ .+\n {2}\S/);
    }
  });
});

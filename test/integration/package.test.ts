import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quickHash, writeSuite } from '../support/run-assay.ts';
import { removeFolder } from '../support/temporary.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
// Not below /tmp, which is another one there; the number of a process is its own only in its namespace.
const place = mkdtempSync('/var/tmp/assay-package-test-');
const unpacked = join(place, 'opt');

/** Makes the archive, less tightly than one that is handed on; its digest and path. */
function make(name: string): { readonly file: string; readonly hash: string } {
  const made = spawnSync(
    process.execPath,
    [join(root, 'harness/deploy/package.ts'), '--level', '1', '--out', join(place, name)],
    { cwd: root, encoding: 'utf8' },
  );
  expect(made, made.stderr).toMatchObject({ status: 0, stderr: '' });
  const [hash = '', file = ''] = made.stdout.trim().split('  ');
  return { file, hash };
}

/**
 * Runs the unpacked command line as on a machine where nothing is: no network at all (not even the loopback), no npm, no HOME,
 * a file system that cannot be written to but for the place of the reports and those of the agent's and the user's state.
 */
function assay(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const script = `
    mount --make-rprivate /
    mount --bind "$1/work" "$1/work" && mount --bind "$1/state" "$1/state" && mount -t tmpfs tmpfs /tmp
    mount -o remount,bind,ro / && ! touch /usr/written 2>/dev/null || exit 99
    cd "$1/work"; shift
    exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin XDG_STATE_HOME="$1" "$2/bin/assay" $3`;
  const [name = ''] = readdirSync(unpacked);
  return spawnSync(
    'unshare',
    [
      '--net',
      '--mount',
      'sh',
      '-c',
      script,
      'sh',
      place,
      join(place, 'state'),
      join(unpacked, name),
      args.join(' '),
    ],
    { encoding: 'utf8' },
  );
}

describe('the archive', () => {
  beforeAll(() => {
    for (const name of ['opt', 'work', 'state']) mkdirSync(join(place, name), { recursive: true });
    writeSuite(join(place, 'work'), [quickHash({ repetitions: 1, budgetSeconds: 60 })]);
    writeFileSync(
      join(place, 'work/rack.yaml'),
      'schema: assay/inventory\nschemaVersion: 1\nnodes: [{ name: local, stateDir: /tmp/agent }]\n',
    );
  });
  afterAll(() => removeFolder(place));

  it('is the same each time it is made, and small enough to be carried', { timeout: 180_000 }, () => {
    const [first, second] = [make('one'), make('two')];
    expect(second.hash).toBe(first.hash);
    expect(createHash('sha256').update(readFileSync(first.file)).digest('hex')).toBe(first.hash);
    expect(statSync(first.file).size).toBeLessThan(150e6);
    expect(spawnSync('tar', ['--zstd', '-xf', first.file, '-C', unpacked]).status).toBe(0);
    const [name = ''] = readdirSync(unpacked);
    expect(name).toMatch(/^assay-\d+\.\d+\.\d+-linux-(x64|arm64)$/);
    expect(readFileSync(join(unpacked, name, 'THIRD-PARTY.txt'), 'utf8')).toContain('\nssh2 ');
  });

  it('measures, judges and reports where there is no network, no npm, no HOME and nothing to write to', {
    timeout: 180_000,
  }, () => {
    const survey = assay('survey', 'rack.yaml', '--suite', 'suite.yaml', '--out', 'run');
    expect([0, 2], survey.stderr).toContain(survey.status);
    expect(survey.stdout).toContain('Exit code');
    const { samples } = JSON.parse(
      readFileSync(join(place, 'work/run.report/samples/local.json'), 'utf8'),
    ) as { samples: readonly unknown[] };
    expect(samples.length).toBeGreaterThan(0);
    const certify = assay(
      ...['certify', 'rack.yaml', '--profile', 'cpu-cluster', '--suite', 'suite.yaml', '--out', 'certified'],
      '--exclusive-confirmed',
    );
    expect([1, 2], certify.stderr).toContain(certify.status);
    for (const args of [['judge', 'run'], ['report', 'certified'], ['runs']]) {
      const ended = assay(...args);
      expect([0, 1, 2], ended.stderr).toContain(ended.status);
    }
    expect(readdirSync(join(place, 'work')).toSorted()).toEqual([
      ...['certified', 'certified.report', 'rack.yaml', 'run', 'run.report', 'suite.yaml'],
    ]);
  });
});

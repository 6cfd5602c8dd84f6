import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findObstacle } from '../rig/check-machine.ts';
import { createRig } from '../rig/rig.ts';
import { hasMachines } from '../support/own-machine.ts';
import { quickHash, writeSuite } from '../support/run-assay.ts';
import { removeFolder } from '../support/temporary.ts';
import { writeKey } from '../support/write-key.ts';

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
 * Runs the unpacked command line as on a machine where nothing is: no network at all (not even the loopback) but where it is to reach
 * nodes, no npm, no HOME, a file system that cannot be written to but for the place of the reports and those of the agent's and the
 * user's state.
 */
function assay(args: readonly string[], reaches: readonly string[] = ['--net']): Ended {
  const script = `
    mount --make-rprivate /
    mount --bind "$1/work" "$1/work" && mount --bind "$1/state" "$1/state" && mount -t tmpfs tmpfs /tmp
    mount -o remount,bind,ro / && ! touch /usr/written 2>/dev/null || exit 99
    cd "$1/work"; place="$1"; bin="$2"; shift 2
    exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin XDG_STATE_HOME="$place/state" "$bin" "$@"`;
  const [name = ''] = readdirSync(unpacked);
  const inside = ['sh', '-c', script, 'sh', place, join(unpacked, name, 'bin/assay'), ...args];
  return spawnSync('unshare', [...reaches, '--mount', ...inside], { encoding: 'utf8' });
}

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What has left by the loopback, where a resolver or a service of the machine would be asked. */
const askedHere = (): string => readFileSync('/sys/class/net/lo/statistics/tx_packets', 'utf8');

const obstacle = findObstacle();
if (obstacle !== undefined && process.env['CI'] === 'true') throw obstacle;

const listed = (): readonly string[] => readdirSync(join(place, 'work')).toSorted();

describe('the archive', () => {
  beforeAll(() => {
    for (const name of ['opt', 'work', 'state']) mkdirSync(join(place, name), { recursive: true });
    writeSuite(join(place, 'work'), [
      quickHash({ repetitions: 1, budgetSeconds: 60 }),
      {
        id: 'pairs',
        workload: 'allreduce',
        across: 'pairs',
        repetitions: 1,
        budgetSeconds: 60,
        params: { dtype: 'float32', minBytes: 65536, maxBytes: 1048576, factor: 16, seconds: 0.05 },
      },
    ]);
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
    const survey = assay(['survey', 'rack.yaml', '--suite', 'suite.yaml', '--out', 'run']);
    expect([0, 2], survey.stderr).toContain(survey.status);
    expect(survey.stdout).toContain('Exit code');
    const { samples } = JSON.parse(
      readFileSync(join(place, 'work/run.report/samples/local.json'), 'utf8'),
    ) as { samples: readonly unknown[] };
    expect(samples.length).toBeGreaterThan(0);
    for (const args of [['judge', 'run'], ['report', 'run'], ['runs']]) {
      const ended = assay(args);
      expect([0, 1, 2], ended.stderr).toContain(ended.status);
    }
    expect(listed()).toEqual(['rack.yaml', 'run', 'run.report', 'suite.yaml']);
  });

  it.skipIf(obstacle !== undefined || !hasMachines)(
    'certifies nodes that it alone brings the agent to, and what it signs can be checked; nobody else is asked anything',
    { timeout: 180_000 },
    async () => {
      await using rig = await createRig({ directory: join(place, 'rig'), nodes: 2 });
      // There is no other network here: nothing but the cable to the nodes.
      const routes = spawnSync('ip', ['route'], { encoding: 'utf8' }).stdout.trim().split('\n');
      expect(routes).toEqual([expect.stringContaining(`dev ${rig.coordinator.interfaceName} `)]);
      const before = askedHere();
      const onRig = (...args: readonly string[]) => assay(args, []);
      writeKey(join(place, 'work/site.key'), 'ecdsa-p256');
      const certified = onRig(
        ...['certify', rig.files.inventory, '--profile', 'cpu-cluster', '--suite', 'suite.yaml'],
        ...['--out', 'certified', '--key', 'site.key'],
      );
      // So few runs decide little.
      expect([certified.status, certified.stderr]).toEqual([2, expect.stringContaining('signed    ')]);
      for (const name of ['node1', 'node2']) {
        const { samples } = JSON.parse(
          readFileSync(join(place, `work/certified.report/samples/${name}.json`), 'utf8'),
        ) as { samples: readonly unknown[] };
        expect(samples.length).toBeGreaterThan(0);
      }
      expect(onRig('report', 'certified').stderr).toContain('certified.report/report.html');
      const verified = assay(['verify', 'certified', '--key', 'site.key.pub']);
      expect([verified.status, verified.stdout]).toEqual([
        2,
        expect.stringMatching(/all \d+ cells come out the same/),
      ]);
      expect(askedHere()).toBe(before);
      expect(listed()).toEqual([
        ...['certified', 'certified.report', 'rack.yaml', 'run', 'run.report', 'site.key', 'site.key.pub'],
        'suite.yaml',
      ]);
    },
  );
});

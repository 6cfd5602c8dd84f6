import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { resource } from '../harness/resources.ts';
import { runAssay } from '../test/support/run-assay.ts';
import { startGuests } from './soft-roce/guests.ts';
import { compareReadings } from './soft-roce/readings.ts';

// Runs `certify` over SSH on two guests with two soft-RoCE rails each: the step `rdma` with perftest on verbs of the kernel. The suite
// has the steps of `ai-quick` for RDMA, the profile the requirements of `ai-training-multinode` for them. Three runs: healthy; a rail of
// one guest taken down beforehand; one deleted in the middle of the first test. Prints the readings and how cells stand. Fails where a
// reading differs from what perftest printed, where a healthy rail has none, and where a damaged one passes or is not named.
//
//   node bench/soft-roce.ts --packages FOLDER [--keep FOLDER] [healthy|down|deleted ...]
//
// FOLDER has Debian's packages, all that these need, as `apt-get download $(apt-cache depends --recurse --no-recommends --no-suggests
// --no-conflicts --no-breaks --no-replaces --no-enhances NAMES | grep '^\w')` brings them: linux-image-6…-amd64 (that for clouds has no
// rdma_rxe), busybox-static, dash, coreutils, gzip, libc-bin, iproute2, kmod, openssh-server, perftest, ibverbs-providers, gcc, libc6-dev,
// libstdc++6, util-linux. `--keep` leaves the runs there. Guests are emulated: on a host with other work
// they stand still longer than a connection repeats what is lost (8 times 67 ms), and the healthy run fails for that, rightly.

const { values, positionals } = parseArgs({
  options: { packages: { type: 'string' }, keep: { type: 'string' } },
  allowPositionals: true,
});
if (values.packages === undefined) throw new Error('usage: soft-roce.ts --packages FOLDER [--keep FOLDER]');

const rails = 2;
const folder = mkdtempSync(join(tmpdir(), 'assay-soft-roce-'));
const place = values.keep ?? folder;

/** What a run has to show of the second rail, as its report says it. */
interface Scene {
  readonly name: string;
  /** Shell lines for guest2: before the run, and beside it. */
  readonly before: string;
  readonly beside?: string;
  readonly expected: RegExp;
}
const untilTest = 'until pidof ib_write_bw > /run/seen || [ -e /run/over ]; do sleep 0.2; done';
const scenes: readonly Scene[] = [
  { name: 'healthy', before: 'true', expected: /rxe1/ },
  { name: 'down', before: 'ip link set eth2 down', expected: /card 2 of guest2: its port is not active/ },
  {
    name: 'deleted',
    before: 'ip link set eth2 up; rm -f /run/over; sleep 2',
    beside: `${untilTest}; rdma link delete rxe1`,
    expected: /rxe1/,
  },
];

const guests = await startGuests(folder, values.packages, rails);
try {
  const files = writeFiles(guests.sshConfig);
  process.stdout.write(await guests.ask('guest1', 'uname -r; ib_write_bw --version; rdma link'));
  let isGood = true;
  const played = scenes.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  for (const scene of played) isGood = (await play(scene, files)) && isGood;
  process.exitCode = isGood ? 0 : 1;
} finally {
  await guests.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function play({ name, before, beside, expected }: Scene, files: readonly string[]): Promise<boolean> {
  process.stdout.write(`--- ${name}\n${await guests.ask('guest2', before)}`);
  const run = join(place, name);
  const began = performance.now();
  const aside = beside === undefined ? undefined : guests.ask('guest2', beside);
  const args = ['certify', ...files, '--out', run, '--exclusive-confirmed'];
  const { exitCode, stderr, stdout } = await runAssay(args, { cwd: folder });
  // No test may have begun.
  await guests.ask('guest2', 'touch /run/over');
  await aside;
  const seconds = Math.round((performance.now() - began) / 1000);
  process.stdout.write(`exit code ${String(exitCode)}, ${seconds} s\n`);
  if (exitCode === null || exitCode > 2) {
    process.stdout.write(`${stdout}${stderr}`);
    return false;
  }
  const { lines, differences, rates, unmet } = compareReadings(run, 'rails');
  process.stdout.write([...lines, ...differences, ''].join('\n'));
  const isTold = expected.test(lines.join('\n'));
  if (!isTold) process.stdout.write(`expected ${String(expected)} to be told\n`);
  const isWhole = name === 'healthy' ? rates === 2 * rails : rates < 2 * rails && unmet > 0;
  if (!isWhole) process.stdout.write(`got ${rates} rates that count, ${unmet} cells that do not pass\n`);
  return differences.length === 0 && isTold && isWhole;
}

/** Inventory, profile and suite, as arguments. */
function writeFiles(sshConfig: string): readonly string[] {
  const write = (name: string, document: object): string => {
    const path = join(folder, `${name}.yaml`);
    writeFileSync(path, JSON.stringify({ schema: `assay/${name}`, schemaVersion: 1, ...document }));
    return path;
  };
  const shipped = (path: string): unknown => parse(readFileSync(resource(path), 'utf8'));
  const profile = shipped('harness/profiles/ai-training-multinode.yaml') as {
    requirements: readonly (string | { readonly id?: string; readonly scope?: string })[];
  };
  const { entries } = shipped('workloads/rdma/suites/ai-quick.yaml') as {
    entries: readonly { readonly params: { readonly what: string } }[];
  };
  const suite = {
    ...{ id: 'rails', version: '1.0', title: 'RDMA between two', otherWorkAtMost: 1 },
    entries: entries.map((entry) => ({
      ...entry,
      workload: 'rdma',
      // An emulated processor takes milliseconds for each.
      params: { ...entry.params, ...(entry.params.what === 'latency' ? { iterations: 2000 } : {}) },
    })),
  };
  return [
    write('inventory', {
      ssh: { config: sshConfig },
      fabric: { interface: 'eth1' },
      nodes: [{ name: 'guest[1-2]' }],
    }),
    '--profile',
    write('profile', {
      ...profile,
      ...{ id: 'rails', version: '1.0', title: 'RDMA between two', suites: undefined },
      requirements: profile.requirements.filter(
        (each) => typeof each !== 'string' && each.scope === 'pair' && each.id?.startsWith('rdma') === true,
      ),
    }),
    '--suite',
    write('suite', suite),
  ];
}

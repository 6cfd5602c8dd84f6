import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { buildBundles, bundleFor } from '../harness/deploy/bundle.ts';
import { installTools } from '../harness/deploy/install-tools.ts';
import { loadRuntime } from '../harness/deploy/runtime.ts';
import { median } from '../harness/stats/median.ts';
import { buildClient } from './fanout/build-client.ts';
import type { Cost, CpuAccount } from './fanout/cpu-account.ts';
import { createCpuAccount } from './fanout/cpu-account.ts';
import type { Figure, Measured } from './fanout/goals.ts';
import { ours } from './fanout/goals.ts';
import { measureInstant } from './fanout/instant.ts';
import { measureNode } from './fanout/node-cost.ts';
import { startNodes } from './fanout/nodes.ts';
import type { Peer } from './fanout/peers.ts';
import { agentsAtOnce, createPeers, parallel } from './fanout/peers.ts';
import { summariseProfile } from './fanout/profile.ts';
import { report } from './fanout/report.ts';
import { countRoundTrips } from './fanout/round-trips.ts';
import type { Subject, SubjectOptions } from './fanout/subjects.ts';
import { createArchive, createOurSubjects, createPeerSubject, writeInventory } from './fanout/subjects.ts';

// What reaching many machines costs, against a plain ssh2 script, xargs ssh, pdsh, clush and Ansible: real sshds on
// loopback addresses in a network namespace of their own, interleaved rounds, medians, ratios, and the goals they are
// held against. Reports, and never fails for a goal that is missed.
// Usage, as root: node bench/fanout.ts [--hosts 10,100,500] [--rounds 3] [--only check,trips,instant,node,ramp,push]
//   [--install-peers] [--profile] [--json]

const { values: flags } = parseArgs({
  options: {
    hosts: { type: 'string', default: '10,100,500' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: 'check,trips,instant,node,ramp,push' },
    'install-peers': { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    'in-namespace': { type: 'boolean', default: false },
  },
});
const root = fileURLToPath(new URL('..', import.meta.url));
const path = process.env['PATH'] ?? '/usr/bin:/bin';
/** A push takes minutes with more, and its goals are set for a hundred. */
const mostPushHosts = 100;
const ClientReport = z.object({
  lost: z.array(z.string()),
  openedMs: z.number(),
  stallP99Ms: z.number().optional(),
  rssBytes: z.number(),
});

async function main(): Promise<void> {
  if (process.getuid?.() !== 0)
    throw new Error('expected to be root: a network namespace and sshd on port 22');
  if (!flags['in-namespace']) {
    if (flags['install-peers'])
      await installTools(['openssh-client', 'openssh-server', 'pdsh', 'clustershell', 'ansible-core'], {
        environment: { path, isRoot: true },
        err: process.stderr,
      });
    const again = [
      process.execPath,
      fileURLToPath(import.meta.url),
      ...process.argv.slice(2),
      '--in-namespace',
    ];
    process.exitCode = spawnSync('unshare', ['--net', '--mount', ...again], { stdio: 'inherit' }).status ?? 1;
    return;
  }
  execFileSync('ip', ['link', 'set', 'lo', 'up']);
  await measureAll();
}

async function measureAll(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-fanout-'));
  const clientAccount = createCpuAccount('client');
  const nodesAccount = createCpuAccount('nodes');
  try {
    const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
    const bundles = await buildBundles(root);
    const agent = bundleFor(bundles, machine);
    const runtime = await loadRuntime(machine, 'this machine');
    copyFileSync(runtime.path, join(folder, 'node'));
    const counts = flags.hosts.split(',').map(Number);
    const most = Math.max(...counts);
    const nodes = await startNodes({ folder, count: most, bundle: agent, runtime, account: nodesAccount });
    try {
      const bin = existsSync(join(root, 'dist/assay.js')) ? join(root, 'harness/bin.js') : undefined;
      if (bin === undefined) note('no built command line (npm run build): goal 3 is left out');
      const options: SubjectOptions = {
        folder,
        nodes,
        account: clientAccount,
        env: {
          PATH: path,
          HOME: join(folder, 'home'),
          XDG_STATE_HOME: join(folder, 'home/state'),
          LC_ALL: 'C.UTF-8',
          NODE_COMPILE_CACHE: join(folder, 'compile-cache'),
        },
        client: await buildClient(root, join(folder, 'client'), bundles),
        bin,
        note,
      };
      await measure(options, { archive: createArchive(folder, agent, runtime.hash), counts, nodesAccount });
    } finally {
      await nodes.close();
    }
  } finally {
    await clientAccount.close();
    await nodesAccount.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(
  options: SubjectOptions,
  {
    archive,
    counts,
    nodesAccount,
  }: {
    readonly archive: { readonly path: string; readonly start: string };
    readonly counts: readonly number[];
    readonly nodesAccount: CpuAccount;
  },
): Promise<void> {
  const { nodes } = options;
  const subjects = new Map<number, readonly Subject[]>();
  const check: Figure[] = [];
  for (const count of counts) {
    const addresses = nodes.addresses.slice(0, count);
    const able = [
      ...(await createOurSubjects(options, addresses)),
      ...createPeers({ ...options, addresses, archive: archive.path, start: archive.start })
        .filter((peer) => canTakePart(peer, count))
        .map((peer) => createPeerSubject(options, peer)),
    ];
    subjects.set(count, able);
    for (const { check: warmUp } of able.slice(0, 2)) await warmUp();
    if (isWanted('check')) check.push(...(await interleave(able, count, ({ check: act }) => act)));
  }
  const roundTrips = isWanted('trips') ? await countTrips(options, true) : NaN;
  const roundTripsWithAgent = isWanted('trips') ? await countTrips(options, false) : NaN;
  note(`round trips: ${roundTrips.toFixed(1)}, with the agent there ${roundTripsWithAgent.toFixed(1)}`);
  const beside = { account: nodesAccount, rounds: Number(flags.rounds) };
  const instant = isWanted('instant') ? await measureInstant(options, beside) : undefined;
  const node = isWanted('node') ? await measureNode(options, beside) : undefined;
  const ramp = isWanted('ramp') ? await measureRamp(options) : undefined;
  note(`ramp: ${JSON.stringify(ramp)}`);
  const profiles = flags.profile ? await takeProfiles(options, counts) : [];
  const push: Figure[] = [];
  for (const [count, able] of subjects)
    if (isWanted('push') && count <= mostPushHosts)
      push.push(...(await interleave(able, count, ({ push: act }) => act)));
  report(
    { check, push, roundTrips, ramp, instant, node },
    {
      roundTripsWithAgent,
      profiles,
      method: options.account.method,
      rounds: Number(flags.rounds),
      isJson: flags.json,
    },
  );
}

function canTakePart({ name, program, mostHosts, package: wanted }: Peer, count: number): boolean {
  const isThere = path.split(delimiter).some((place) => existsSync(join(place, program)));
  if (!isThere) note(`${name} is left out: no ${program} (--install-peers, or apt-get install ${wanted})`);
  else if (count > mostHosts) note(`${name} is left out of N=${count}: it takes minutes`);
  return isThere && count <= mostHosts;
}

/** Runs every subject once per round, each time from another one on: what the machine does otherwise favours none. */
async function interleave(
  subjects: readonly Subject[],
  hosts: number,
  pick: (subject: Subject) => (() => Promise<Cost>) | undefined,
): Promise<readonly Figure[]> {
  const able = subjects.filter((subject) => pick(subject) !== undefined);
  const costs = new Map<string, Cost[]>(able.map(({ name }) => [name, []]));
  for (let round = 0; round < Number(flags.rounds); round += 1) {
    for (let index = 0; index < able.length; index += 1) {
      const subject = able[(index + round) % able.length]!;
      if (round >= subject.mostRounds) continue;
      const cost = await pick(subject)!();
      costs.get(subject.name)!.push(cost);
      note(
        `N=${hosts}: ${subject.name}: ${(cost.cpuMs / hosts).toFixed(1)} ms per host, ${cost.wallSeconds.toFixed(2)} s`,
      );
    }
  }
  return able.map(({ name }) => {
    const own = costs.get(name)!;
    return {
      subject: name,
      hosts,
      cpuMsPerHost: median(own.map(({ cpuMs }) => cpuMs)) / hosts,
      wallSeconds: median(own.map(({ wallSeconds }) => wallSeconds)),
    };
  });
}

/** Until the first record, with the agent still to bring or there already. */
function countTrips(
  { folder, nodes, account, env, client }: SubjectOptions,
  isPush: boolean,
): Promise<number> {
  const [host = ''] = nodes.addresses;
  const port = 2200;
  const inventory = writeInventory({ folder, nodes }, [host], port);
  return countRoundTrips({ host, port: 22 }, { host, port }, async () => {
    nodes.tidy({ cache: isPush });
    const argv = [process.execPath, client.ours, inventory, 'sessions', '1'];
    const { stdout } = await account.measure(argv, { env, directory: folder });
    const { lost, openedMs } = ClientReport.parse(JSON.parse(stdout));
    if (lost.length > 0) throw new Error(lost.join('\n'));
    return openedMs / 1000;
  });
}

/** All nodes at once, as the product does it. */
async function measureRamp({
  folder,
  nodes,
  account,
  env,
  client,
}: SubjectOptions): Promise<NonNullable<Measured['ramp']>> {
  nodes.tidy({ cache: false });
  const inventory = writeInventory({ folder, nodes }, nodes.addresses);
  const argv = [process.execPath, client.ours, inventory, 'ramp'];
  const { stdout } = await account.measure(argv, { env, directory: folder });
  const { lost, stallP99Ms, rssBytes } = ClientReport.parse(JSON.parse(stdout));
  return { hosts: nodes.addresses.length, lost: lost.length, stallP99Ms: stallP99Ms ?? NaN, rssBytes };
}

async function takeProfiles(options: SubjectOptions, counts: readonly number[]) {
  const { folder, nodes, client, account, env } = options;
  const hosts = Math.min(100, Math.max(...counts));
  const addresses = nodes.addresses.slice(0, hosts);
  const inventory = writeInventory(options, addresses);
  const list = join(folder, `addresses-${hosts}`);
  const programs = {
    [ours]: [client.ours, inventory, 'sessions', `${agentsAtOnce}`],
    'plain ssh2': [client.plain, list, '2222', `${folder}/identity`, `${folder}/host-key.pub`, `${parallel}`],
  };
  const profiles = [];
  for (const [name, argv] of Object.entries(programs)) {
    nodes.tidy({ cache: false });
    const place = mkdtempSync(join(folder, 'profile-'));
    const inspected = ['--cpu-prof', '--cpu-prof-dir', place, '--cpu-prof-interval', '200'];
    await account.measure([process.execPath, ...inspected, ...argv], { env, directory: folder });
    profiles.push({ name, hosts, rows: summariseProfile(place, join(folder, 'client')) });
  }
  return profiles;
}

const isWanted = (part: string): boolean => flags.only.split(',').includes(part);
const note = (text: string): void => void process.stderr.write(`${text}\n`);

await main();

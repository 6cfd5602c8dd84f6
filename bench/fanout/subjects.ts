import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Inventory } from '../../harness/config/inventory.ts';
import { toJson } from '../../harness/store/read-document.ts';
import { inputNames, RunDirectory, runPaths } from '../../harness/store/run-directory.ts';
import { noteRun } from '../../harness/store/started-runs.ts';
import type { Cost, CpuAccount } from './cpu-account.ts';
import { ours, oursBuilt, plain } from './goals.ts';
import type { Nodes } from './nodes.ts';
import type { Peer } from './peers.ts';
import { agentsAtOnce, parallel } from './peers.ts';

/** One way to do the job, ready to be run once. */
export interface Subject {
  readonly name: string;
  readonly mostRounds: number;
  /** Reach every host and get an answer of something that runs there. */
  readonly check: () => Promise<Cost>;
  /** Bring the agent, verify it, start it, get its first answer. */
  readonly push: (() => Promise<Cost>) | undefined;
}

export interface SubjectOptions {
  readonly folder: string;
  readonly nodes: Nodes;
  readonly account: CpuAccount;
  readonly env: Readonly<Record<string, string>>;
  readonly client: { readonly ours: string; readonly plain: string };
  /** The built command line, where there is one. */
  readonly bin: string | undefined;
  readonly note: (text: string) => void;
}

const stopSeconds = 120;
/** The command line starts all agents at once, which these cores stand with few nodes only; its goal is set for ten. */
const mostStopHosts = 10;

/** Writes the inventory of these nodes and returns its path. */
export function writeInventory(
  { folder, nodes }: Pick<SubjectOptions, 'folder' | 'nodes'>,
  addresses: readonly string[],
  port = 22,
): string {
  const path = join(folder, `inventory-${addresses.length}-${port}.json`);
  writeFileSync(path, toJson(createInventory(nodes, addresses, port)));
  return path;
}

const createInventory = (nodes: Nodes, addresses: readonly string[], port: number): Inventory => ({
  schema: 'assay/inventory',
  schemaVersion: 1,
  ssh: { config: nodes.configs.usual },
  nodes: addresses.map((address) => ({
    name: address,
    host: `${address}:${port}`,
    stateDir: nodes.state(address),
    claims: {},
  })),
});

/** Our own ways: sessions through the product's functions, the built command line, and the plain script beside them. */
export async function createOurSubjects(
  options: SubjectOptions,
  addresses: readonly string[],
): Promise<readonly Subject[]> {
  const { folder, nodes, account, env, client, bin } = options;
  const count = addresses.length;
  const around = { env, directory: folder };
  const inventory = writeInventory(options, addresses);
  const openAll = async (cache: boolean): Promise<Cost> => {
    nodes.tidy({ cache });
    const cost = await account.measure(
      [process.execPath, client.ours, inventory, 'sessions', `${agentsAtOnce}`],
      around,
    );
    const absent = addresses.filter((address) => !nodes.hasAgent(address));
    if (!cost.stdout.startsWith('{"lost":[],') || absent.length > 0)
      throw new Error(`expected ${count} open sessions: ${cost.stdout.slice(0, 1000)} ${absent.join(' ')}`);
    return cost;
  };
  const list = join(folder, `addresses-${count}`);
  writeFileSync(list, addresses.join('\n'));
  const script = [client.plain, list, '2222', `${folder}/identity`, `${folder}/host-key.pub`, `${parallel}`];
  const subjects: Subject[] = [
    { name: ours, mostRounds: Infinity, check: () => openAll(false), push: () => openAll(true) },
    {
      name: plain,
      mostRounds: Infinity,
      check: () => account.measure([process.execPath, ...script], around),
      push: undefined,
    },
  ];
  if (bin === undefined || count > mostStopHosts) return subjects;
  const run = await createEmptyRun(
    folder,
    createInventory(nodes, addresses, 22),
    env['XDG_STATE_HOME'] ?? '',
  );
  const stop = async (): Promise<Cost> => {
    nodes.tidy({ cache: false });
    const argv = ['timeout', `${stopSeconds}`, process.execPath, bin, 'stop', run];
    return account.measure(argv, { env: { ...env, ASSAY_BUILT: '1' }, directory: folder });
  };
  if (!(await endsInTime(stop))) {
    options.note(`${oursBuilt} is left out: it did not end within ${stopSeconds} s`);
    return subjects;
  }
  return [...subjects, { name: oursBuilt, mostRounds: Infinity, check: stop, push: undefined }];
}

/** Also brings the agent of that build, which may be another one. */
async function endsInTime(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (cause) {
    // timeout(1) ends with 124.
    const { code } = z.looseObject({ code: z.unknown() }).parse(cause instanceof Error ? cause.cause : {});
    if (code === 124) return false;
    throw cause;
  }
}

/** The nodes hold no such run, and each one's agent says so: a whole hello without a keeper. */
async function createEmptyRun(folder: string, inventory: Inventory, stateHome: string): Promise<string> {
  const id = `fanout-${inventory.nodes.length}`;
  const path = join(folder, id);
  const header = {
    schema: 'assay/run',
    schemaVersion: 1,
    id,
    nonce: '0123456789abcdef',
    assay: 'bench',
    purpose: 'survey',
    startedAt: new Date().toISOString(),
    profile: 'survey',
  } as const;
  const run = await RunDirectory.create(path, header, new Map([[inputNames.inventory, toJson(inventory)]]));
  // `stop` asks only nodes that a run ever got something from; without these it would ask none.
  for (const { name } of inventory.nodes) await run.write(runPaths.journal(name), '');
  await noteRun(stateHome, run); // `stop` reaches machines only for runs that were started here
  return path;
}

/** A peer as a subject. */
export function createPeerSubject({ folder, nodes, account, env }: SubjectOptions, peer: Peer): Subject {
  const around = { env: { ...env, ...peer.env }, directory: folder };
  const runAll = async (commands: readonly (readonly string[])[]): Promise<Cost> => {
    nodes.tidy({ cache: false });
    let [cpuMs, wallSeconds, stdout] = [0, 0, ''];
    for (const command of commands) {
      const cost = await account.measure(command, around);
      cpuMs += cost.cpuMs;
      wallSeconds += cost.wallSeconds;
      stdout += cost.stdout;
    }
    return { cpuMs, wallSeconds, stdout };
  };
  const { push } = peer;
  return {
    name: peer.name,
    mostRounds: peer.mostRounds,
    check: () => runAll(peer.check),
    push: push === undefined ? undefined : () => runAll(push),
  };
}

/** Writes the agent as one file and returns it with the command that unpacks, verifies and starts it. */
export function createArchive(
  folder: string,
  agent: { readonly manifest: string; readonly files: ReadonlyMap<string, Uint8Array> },
  runtimeHash: string,
): { readonly path: string; readonly start: string } {
  const place = join(folder, 'archive');
  for (const [path, bytes] of [...agent.files, ['manifest', agent.manifest] as const]) {
    mkdirSync(join(place, path, '..'), { recursive: true });
    writeFileSync(join(place, path), bytes);
  }
  const path = join(folder, 'agent.tar');
  execFileSync('tar', ['-cf', path, '-C', place, '.']);
  return {
    path,
    start: [
      'mkdir agent && tar -xf agent.tar -C agent && cd agent && sha256sum -c --status manifest',
      `: | ../state/cache/${runtimeHash}/node agent.js attach "$HOME/state" | grep -q refusal`,
    ].join(' && '),
  };
}

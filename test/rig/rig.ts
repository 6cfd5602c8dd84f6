import { randomUUID } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { findObstacle } from './check-machine.ts';
import type { ClientFiles } from './client-files.ts';
import { clientFilesOf, createIdentity, writeClientFiles } from './client-files.ts';
import type { Fabric } from './fabric.ts';
import { addressOn, coordinatorAddress, macAddressOn, startFabric } from './fabric.ts';
import { isCode } from './is-code.ts';
import { findMarked } from './marked-processes.ts';
import { writeNodeFiles } from './node-files.ts';
import type { NodeSite } from './node-site.ts';
import type { RigIdentity } from './rig-identity.ts';
import type { RigNode } from './rig-node.ts';
import { startNode } from './rig-node.ts';
import type { RigRecord } from './rig-record.ts';
import { loadRigRecord, writeRigRecord } from './rig-record.ts';
import { takeDown, takeDownRig } from './take-down.ts';

export interface RigOptions {
  /** Made if it is not there; it must be empty. */
  readonly directory: string;
  /** How many nodes: node1, node2 and so on. */
  readonly nodes: number;
  /** Rate of a node's link by its name, as `tc` takes it: `{ node3: '1gbit' }`. */
  readonly shape?: Readonly<Record<string, string>>;
  /** Further lines of every node's sshd_config. */
  readonly sshdConfig?: readonly string[];
  readonly signal?: AbortSignal;
}

/** Nodes that run on this machine: own kernel namespaces, own sshd, one switch between them. */
export interface Rig extends AsyncDisposable {
  readonly directory: string;
  readonly nodes: readonly RigNode[];
  /** A node by its name; a name that no node has is an error. */
  readonly node: (name: string) => RigNode;
  readonly files: ClientFiles;
  /** This machine on the switch. */
  readonly coordinator: { readonly address: string; readonly interfaceName: string };
  /** Takes everything down; more than once is fine. */
  readonly remove: () => Promise<void>;
}

/** Builds a rig; what fails half-way is taken down again. */
export async function createRig(options: RigOptions): Promise<Rig> {
  const obstacle = findObstacle();
  if (obstacle !== undefined) throw obstacle;
  const directory = resolve(options.directory);
  const names = Array.from({ length: options.nodes }, (_, index) => `node${index + 1}`);
  checkOptions(directory, names, options);
  await claimDirectory(directory);
  const record: RigRecord = { schema: 'assay/rig', schemaVersion: 1, id: randomUUID(), nodes: names };
  await writeRigRecord(directory, record);
  try {
    return await build({ id: record.id, directory }, names, options);
  } catch (cause) {
    await takeDownRig({ id: record.id, directory });
    options.signal?.throwIfAborted(); // Ctrl-C also hits the program that was just running, which then fails
    throw cause;
  }
}

async function build(
  rig: RigIdentity,
  names: readonly string[],
  { shape = {}, sshdConfig = [], signal }: RigOptions,
): Promise<Rig> {
  const { directory } = rig;
  const fabric = await startFabric(rig);
  const sites = names.map((name, index) => siteOf(rig, fabric, name, index + 1));
  const hosts = [
    '127.0.0.1 localhost',
    '::1 localhost',
    ...sites.map((site) => `${site.address} ${site.name}`),
    '',
  ];
  const clientKey = await createIdentity(directory);
  const nodes: RigNode[] = [];
  for (const site of sites) {
    signal?.throwIfAborted();
    await writeNodeFiles(site, hosts.join('\n'));
    nodes.push(await startNode(site, { clientKey, rate: shape[site.name], sshdLines: sshdConfig }));
  }
  await writeClientFiles(directory, sites);
  signal?.throwIfAborted();
  const remove = async (): Promise<void> => {
    await takeDown(directory);
  };
  return {
    directory,
    nodes,
    node: (name) => {
      const found = nodes.find((node) => node.name === name);
      if (found === undefined) throw new RangeError(`expected one of ${names.join(', ')}, got \`${name}\``);
      return found;
    },
    files: clientFilesOf(directory),
    coordinator: { address: coordinatorAddress(fabric), interfaceName: fabric.interfaceName },
    remove,
    [Symbol.asyncDispose]: remove,
  };
}

const siteOf = (rig: RigIdentity, fabric: Fabric, name: string, host: number): NodeSite => ({
  name,
  address: addressOn(fabric, host),
  macAddress: macAddressOn(fabric, host),
  directory: join(rig.directory, 'nodes', name),
  rig,
  fabric,
});

function checkOptions(directory: string, names: readonly string[], options: RigOptions): void {
  const refuse = (message: string, hint: string): never => {
    throw new AssayError('CONFIG_INVALID', message, { hint });
  };
  if (!(names.length >= 1 && names.length <= 200))
    refuse(`expected 1 to 200 nodes, got ${options.nodes}`, 'Choose a number from 1 to 200.');
  // ssh_config has its own rules about blanks, quotes and percent signs.
  if (!/^[\w./+-]+$/.test(directory))
    refuse(
      `expected a directory of letters, digits and \`. _ + - /\`, got \`${directory}\``,
      'Choose another place.',
    );
  for (const [name, rate] of Object.entries(options.shape ?? {})) {
    if (!names.includes(name))
      refuse(`expected one of ${names.join(', ')} to shape, got \`${name}\``, 'Name a node.');
    if (!/^\d+(\.\d+)?[kmg]bit$/.test(rate))
      refuse(`expected a rate for ${name}, got \`${rate}\``, 'Write it as 1gbit, 100mbit or 512kbit.');
  }
}

/** Makes the directory; one that is not empty is refused, as it may be somebody's. */
async function claimDirectory(directory: string): Promise<void> {
  const record = await loadRigRecord(directory);
  if (record !== undefined) {
    const state = findMarked(record.id).length > 0 ? 'one that is up' : 'what is left of one';
    throw new AssayError('CONFIG_INVALID', `${directory}: expected no rig here yet, found ${state}`, {
      hint: `Take it down first: npm run -s rig -- down --directory ${directory}`,
    });
  }
  try {
    await mkdir(directory, { recursive: true });
    if ((await readdir(directory)).length === 0) return;
  } catch (cause) {
    if (!isCode(cause, 'EEXIST', 'ENOTDIR')) throw cause;
  }
  throw new AssayError(
    'CONFIG_INVALID',
    `${directory}: expected an empty directory or none, found something else`,
    {
      hint: 'Choose another directory: a rig puts its files there and removes them again.',
    },
  );
}

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { loadClasses } from '../config/hardware-class.ts';
import type { InventoryNode } from '../config/inventory.ts';
import { Inventory } from '../config/inventory.ts';
import type { LoadedInventory } from '../config/load-inventory.ts';
import { loadInventory } from '../config/load-inventory.ts';
import { expandNodeSet } from '../config/node-set.ts';
import type { Environment } from '../environment.ts';
import type { Target } from '../fleet/open-session.ts';
import { resource } from '../resources.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { inputNames, runPaths } from '../store/run-directory.ts';
import { createContainerTransport } from '../transport/container.ts';
import { Deadlines } from '../transport/deadlines.ts';
import { createLocalTransport } from '../transport/local.ts';
import { createSshTransport } from '../transport/ssh.ts';
import { createSshConnector } from '../transport/ssh-connector.ts';
import { readSshTarget } from '../transport/ssh-target.ts';
import { createOwnFileCheck, loadWays, localNode } from './ways.ts';

/** An inventory file by the look of it: what ssh takes ends otherwise. */
const isInventoryFile = (target: string): boolean => /\.(ya?ml|json)$/.test(target);

/**
 * What was typed, as an inventory: one inventory file; or `local`, and machines as ssh takes them, with node sets
 * (`gpu[01-04]`). Two of one name are refused. `sshConfig` is used instead of the user's own, as `ssh -F`.
 */
export async function loadTargets(
  targets: readonly string[],
  environment: Environment,
  sshConfig?: string,
): Promise<LoadedInventory> {
  const loaded = await readTargets(targets, environment);
  if (sshConfig === undefined) return loaded;
  const config = resolve(environment.workingDirectory, sshConfig);
  return { ...loaded, inventory: { ...loaded.inventory, ssh: { config } } };
}

async function readTargets(targets: readonly string[], environment: Environment): Promise<LoadedInventory> {
  const [first = '', ...more] = targets;
  if (isInventoryFile(first) && more.length === 0) return loadInventoryFile(first, environment);
  const file = targets.find(isInventoryFile);
  if (file !== undefined) {
    throw new AssayError(
      'USAGE',
      `expected one inventory file or names of machines, got \`${file}\` among others`,
      {
        hint: 'Put all machines into the inventory file.',
      },
    );
  }
  const nodes = targets.flatMap((target) => {
    const names = expandNodeSet(target, new Map());
    if (names.ok) return names.value.map(nameNode);
    throw new AssayError('USAGE', names.error, {
      hint: 'Write for example: local, gpu1, admin@gpu[01-04]:2222, or an inventory file.',
    });
  });
  const seen = new Set<string>();
  for (const { name } of nodes) {
    if (seen.has(name)) {
      throw new AssayError('USAGE', `expected every machine once, got \`${name}\` twice`, {
        hint: 'Name each machine once.',
      });
    }
    seen.add(name);
  }
  return { inventory: { schema: 'assay/inventory', schemaVersion: 1, nodes }, manifest: undefined };
}

/** An inventory file, its classes those that ship with Assay. */
export async function loadInventoryFile(file: string, environment: Environment): Promise<LoadedInventory> {
  const path = resolve(environment.workingDirectory, file);
  if (!existsSync(path)) {
    throw new AssayError('CONFIG_INVALID', `expected an inventory file, found none at ${path}`, {
      hint: 'Name a YAML file that exists; docs/inventory.md shows one.',
    });
  }
  await createOwnFileCheck()('an inventory', path);
  return loadInventory(path, await loadClasses(resource('harness/profiles/classes')));
}

function nameNode(target: string): InventoryNode {
  if (target === localNode) return { name: localNode, claims: {} };
  const { host } = readSshTarget(target);
  // An IPv6 address is no name that a file could have.
  const name = host.includes(':') ? `ipv6-${host.replaceAll(/[^A-Za-z0-9]+/g, '-')}` : host;
  return { name, host: target, claims: {} };
}

/**
 * A target as an inventory has it: a set of names, and how they are reached where that is more than the name.
 * `admin@gpu[01-04]:2222` is `{ name: 'gpu[01-04]', host: 'admin@{name}:2222' }`.
 */
export function targetEntry(target: string): { readonly name: string; readonly host?: string } {
  const [, before = '', name = target, after = ''] = /^([^@[\]]+@)?(.*?)(:\d+)?$/s.exec(target) ?? [];
  // An IPv6 address is no name, and a group has none to stand in.
  if (/^\[|:/.test(name)) return { name: nameNode(target).name, host: target };
  return before === '' && after === '' ? { name } : { name, host: `${before}{name}${after}` };
}

/** The ways to the nodes of an inventory, none of them connected yet; connections to one jump host are shared. */
export async function createTargets(
  inventory: Inventory,
  environment: Environment,
): Promise<readonly Target[]> {
  const ways = await loadWays(inventory, environment);
  const connector = createSshConnector({ random: environment.random });
  const deadlines = new Deadlines(environment.patience);
  return ways.map(({ node: { name, stateDir, container }, settings }): Target => {
    const stateDirectories = stateDir === undefined ? [] : [stateDir];
    const shared = { node: name, deadlines, stateDirectories, toolpack: inventory.toolpack };
    if (settings === undefined) {
      const transport = createLocalTransport({ PATH: environment.path });
      if (container === undefined) return { ...shared, transport, runtime: environment.runtime };
      const inside = createContainerTransport(transport, container);
      return { ...shared, transport: inside, runtime: undefined };
    }
    const machine = createSshTransport(settings, connector);
    const transport = container === undefined ? machine : createContainerTransport(machine, container);
    return { ...shared, transport, runtime: undefined };
  });
}

/** The inventory that a run was begun with. */
export const loadRunInventory = (run: RunDirectory): Promise<Inventory> =>
  run.readDocument(Inventory, `${runPaths.inputs}/${inputNames.inventory}`);

import { existsSync } from 'node:fs';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Inventory, InventoryNode } from '../config/inventory.ts';
import type { Environment } from '../environment.ts';
import { createRunFinder } from '../store/find-run-around.ts';
import type { SshSettings, SshSurroundings } from '../transport/ssh-settings.ts';
import { loadSshSettings, usualSurroundings } from '../transport/ssh-settings.ts';

/** The name of this machine in an inventory. */
export const localNode = 'local';

type Reached = Pick<InventoryNode, 'name' | 'host' | 'container'>;

/** Is it reached without ssh? By what it is reached as, whatever it is called. */
const isHere = ({ name, host }: Reached): boolean => (host ?? name) === localNode;

/** Is it this machine itself? A container on it has other files, and other programs. */
export const isLocal = (node: Reached): boolean => isHere(node) && node.container === undefined;

/** Where a node is besides its machine, for people. */
export const insideOf = ({ container }: Reached): string =>
  container === undefined ? '' : `, in the container ${container.name} (${container.engine} exec)`;

/** How a node is reached; without `settings` it is this machine, or a container on it. */
export interface Way {
  readonly node: InventoryNode;
  readonly settings: SshSettings | undefined;
}

/** Throws CONFIG_INVALID for a file in a run directory, which may come from somebody else: it says whom to trust, and how. */
export function createOwnFileCheck(): (what: string, path: string) => Promise<void> {
  const findRun = createRunFinder();
  return async (what, path) => {
    const run = await findRun(path);
    if (run === undefined) return;
    throw new AssayError(
      'CONFIG_INVALID',
      `expected ${what} outside of run directories, found ${path} in ${run}`,
      {
        hint: 'Read it; what is to be believed of it, copy to a place of your own.',
      },
    );
  };
}

/** Reads how the nodes of an inventory are reached, and contacts nothing. Throws CONFIG_INVALID. */
export async function loadWays(inventory: Inventory, environment: Environment): Promise<readonly Way[]> {
  const requireOwn = createOwnFileCheck();
  const config = inventory.ssh?.config;
  if (config !== undefined) {
    await requireOwn('an ssh_config', config);
    if (!existsSync(config))
      throw new AssayError('CONFIG_INVALID', `expected an ssh_config, found none at ${config}`, {
        hint: 'Correct --ssh-config, or ssh.config in the inventory; leave it out to use your own.',
      });
  }
  for (const { stateDir } of inventory.nodes)
    if (stateDir !== undefined) await requireOwn('a state directory', stateDir);
  const usual = {
    ...usualSurroundings(environment.variables),
    requireOwn: (path: string) => requireOwn('an ssh_config', path),
  };
  const surroundings: SshSurroundings =
    config === undefined ? usual : { ...usual, configFiles: [{ path: config, kind: 'given' }] };
  const createSettings = inventory.nodes.every(isHere) ? undefined : await loadSshSettings(surroundings);
  const ways = inventory.nodes.map((node): Way => {
    if (createSettings === undefined || isHere(node)) return { node, settings: undefined };
    return { node, settings: { ...createSettings(node.host ?? node.name), name: node.name } };
  });
  const files = new Map(
    ways
      .flatMap(({ settings }) => settings?.hops ?? [])
      .flatMap(({ knownHostsFiles, identityFiles, agentSocket }): readonly (readonly [string, string])[] => [
        ...knownHostsFiles.map((path) => [path, 'known_hosts'] as const),
        ...identityFiles.map((path) => [path, 'a key'] as const),
        ...(agentSocket === undefined ? [] : [[agentSocket, 'the socket of an agent'] as const]),
      ]),
  );
  for (const [path, what] of files) await requireOwn(what, path);
  return ways;
}

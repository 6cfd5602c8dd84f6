import { isDeepStrictEqual } from 'node:util';
import { cleanText } from '../../reports/text/clean-text.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Inventory, InventoryNode } from '../config/inventory.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { hasStarted } from '../store/started-runs.ts';
import type { SshHop } from '../transport/ssh-settings.ts';
import type { CliContext } from './command.ts';
import { loadInventoryFile, loadRunInventory } from './targets.ts';
import type { Way } from './ways.ts';
import { insideOf, loadWays, localNode } from './ways.ts';

/**
 * The inventory by which the nodes of a run are reached: its own for the user who started it here, else the one that he
 * names. What a directory from somebody else says of hosts is shown and not followed. Throws RUN_RECEIVED.
 */
export async function loadOwnInventory(
  context: CliContext,
  run: RunDirectory,
  given: string | undefined,
): Promise<Inventory> {
  const { environment, err, now } = context;
  const kept = await loadRunInventory(run);
  if (given !== undefined)
    return requireSame(kept, (await loadInventoryFile(given, environment)).inventory, given);
  if (await hasStarted(environment.stateHome, run, now())) return kept;
  err.write('This run would be gone on with on:\n');
  for (const line of await describe(kept, context)) err.write(`${cleanText(line)}\n`);
  throw new AssayError(
    'RUN_RECEIVED',
    `expected a run that you started on this machine, found no note of run ${run.header.id}`,
    {
      hint: "It is somebody else's, or older than such notes. Say by an inventory of your own how its nodes are reached: --inventory FILE. Nothing was contacted.",
    },
  );
}

/** More hosts are not read. */
const mostShown = 20;

async function describe(inventory: Inventory, { environment }: CliContext): Promise<readonly string[]> {
  const { nodes, ssh } = inventory;
  const shown = nodes.slice(0, mostShown);
  const more = nodes.length > shown.length ? [`  … and ${nodes.length - shown.length} more`] : [];
  try {
    const ways = await loadWays({ ...inventory, nodes: shown }, environment);
    return [...(ssh === undefined ? [] : [`  ssh_config ${ssh.config}`]), ...ways.map(describeWay), ...more];
  } catch (cause) {
    const { message } = AssayError.from(cause);
    return [
      ...shown.map((node) => describeWay({ node, settings: undefined })),
      ...more,
      ...(ssh === undefined ? [] : [`  ssh_config ${ssh.config}`]),
      `  ${message}`,
    ];
  }
}

function describeWay({ node, settings }: Way): string {
  const hop = ({ user, host, port, knownHostsFiles }: SshHop): string =>
    `${user}@${host}:${port} (known by ${knownHostsFiles.join(', ')})`;
  const host = node.host ?? node.name;
  const named = host === localNode ? 'this machine' : host;
  const way = settings?.hops.map(hop).join(', then ') ?? named;
  return `  ${node.name}: ${way}${insideOf(node)}${node.stateDir === undefined ? '' : `, state directory ${node.stateDir}`}`;
}

/** What may differ between two inventories of the same machines: how they are reached from here. */
function withoutWay({ host: _, stateDir: __, ...rest }: InventoryNode): unknown {
  return rest;
}

function requireSame(kept: Inventory, own: Inventory, file: string): Inventory {
  const refuse = (what: string, expected: string, found: string): never => {
    throw new AssayError('CONFIG_INVALID', `${file}: ${what}: expected ${expected}, found ${found}`, {
      hint: 'But for host, stateDir and ssh, an inventory must say what the run was begun with (inputs/inventory.json), a scratch of --scratch included.',
    });
  };
  const byName = new Map(own.nodes.map((node) => [node.name, node]));
  for (const node of kept.nodes) {
    const other = byName.get(node.name);
    if (other === undefined) return refuse('nodes', node.name, 'no such node');
    const [expected, found] = [JSON.stringify(withoutWay(node)), JSON.stringify(withoutWay(other))];
    if (!isDeepStrictEqual(withoutWay(node), withoutWay(other))) refuse(`node ${node.name}`, expected, found);
  }
  const extra = own.nodes.find(({ name }) => !kept.nodes.some((node) => node.name === name));
  if (extra !== undefined) refuse('nodes', 'the nodes of the run', extra.name);
  for (const key of ['fabric', 'golden', 'powerDomains'] as const)
    if (!isDeepStrictEqual(kept[key], own[key]))
      refuse(key, JSON.stringify(kept[key] ?? null), JSON.stringify(own[key] ?? null));
  return own;
}

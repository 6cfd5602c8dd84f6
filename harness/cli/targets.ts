import { AssayError } from '../../workloads/kit/assay-error.ts';
import { Inventory } from '../config/inventory.ts';
import { deployRuntime } from '../deploy/runtime.ts';
import type { Environment } from '../environment.ts';
import { inputNames } from '../run/load-run.ts';
import type { Target } from '../run/open-session.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { runPaths } from '../store/run-directory.ts';
import { createLocalTransport } from '../transport/local.ts';
import { createSshTransport } from '../transport/ssh.ts';
import type { SshConnector } from '../transport/ssh-connector.ts';
import { createSshConnector } from '../transport/ssh-connector.ts';
import { loadSshSettings, usualSurroundings } from '../transport/ssh-settings.ts';
import { readSshTarget } from '../transport/ssh-target.ts';

/** The name of this machine in an inventory. */
export const localNode = 'local';

type InventoryNode = Inventory['nodes'][number];

/** Nodes for what was typed: `local`, or machines as ssh takes them. Two of one name are refused. */
export function nameNodes(targets: readonly string[]): readonly Pick<InventoryNode, 'name' | 'host'>[] {
  const nodes = targets.map((target) =>
    target === localNode ? { name: localNode } : { name: readSshTarget(target).host, host: target },
  );
  for (const { name } of nodes) {
    if (nodes.filter((node) => node.name === name).length > 1) {
      throw new AssayError('USAGE', `expected every machine once, got \`${name}\` twice`, {
        hint: 'Name each machine once.',
      });
    }
  }
  return nodes;
}

/** The way to one node. Nothing is connected yet. */
async function createTarget(
  { name, host }: Pick<InventoryNode, 'name' | 'host'>,
  environment: Environment,
  connector: SshConnector,
): Promise<Target> {
  if (name === localNode) {
    const transport = createLocalTransport({ PATH: environment.path });
    return { node: name, transport, runtime: () => Promise.resolve(environment.runtime) };
  }
  const settings = await loadSshSettings(host ?? name, usualSurroundings(environment.sshAgent));
  const transport = createSshTransport(settings, connector);
  return { node: name, transport, runtime: (deployment) => deployRuntime(transport, deployment) };
}

/** The ways to these nodes; connections to one jump host are shared. */
export async function createTargets(
  nodes: readonly Pick<InventoryNode, 'name' | 'host'>[],
  environment: Environment,
): Promise<readonly Target[]> {
  const connector = createSshConnector({ random: environment.random });
  return Promise.all(nodes.map((node) => createTarget(node, environment, connector)));
}

/** The ways to the nodes of a run, as its inventory names them. */
export async function createRunTargets(
  run: RunDirectory,
  environment: Environment,
): Promise<readonly Target[]> {
  const { nodes } = await run.readDocument(Inventory, `${runPaths.inputs}/${inputNames.inventory}`);
  return createTargets(nodes, environment);
}

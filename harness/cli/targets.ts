import { AssayError } from '../../workloads/kit/assay-error.ts';
import { Inventory } from '../config/inventory.ts';
import type { Environment } from '../environment.ts';
import { inputNames } from '../run/load-run.ts';
import type { Target } from '../run/open-session.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { runPaths } from '../store/run-directory.ts';
import { createLocalTransport } from '../transport/local.ts';

/** The name of this machine in an inventory. */
export const localNode = 'local';

/** The way to a machine by its name. Throws USAGE for a name that nothing leads to. */
export function createTransport(name: string, environment: Environment): Omit<Target, 'node'> {
  if (name !== localNode) {
    throw new AssayError('USAGE', `expected the target \`${localNode}\`, got \`${name}\``, {
      hint: 'Remote machines are not supported yet; run assay on the machine itself.',
    });
  }
  return { transport: createLocalTransport({ PATH: environment.path }), runtime: environment.runtime };
}

/** The ways to the nodes of a run, as its inventory names them. */
export async function createTargets(run: RunDirectory, environment: Environment): Promise<readonly Target[]> {
  const inventory = await run.readDocument(Inventory, `${runPaths.inputs}/${inputNames.inventory}`);
  return inventory.nodes.map(({ name }) => ({ node: name, ...createTransport(name, environment) }));
}

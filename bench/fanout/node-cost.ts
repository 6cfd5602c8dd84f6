import { median } from '../../harness/stats/median.ts';
import type { CpuAccount } from './cpu-account.ts';
import type { SubjectOptions } from './subjects.ts';
import { writeInventory } from './subjects.ts';

/** CPU milliseconds that one real node spends, its sshd and all that runs there included; absent where they cannot be counted. */
export interface NodeCost {
  /** Until the first records are here, with agent and runtime there already. */
  readonly welcome: number | undefined;
  /** Until the evidence of its facts is here. */
  readonly facts: number | undefined;
}

/** So often as many rounds as elsewhere: one node is quick, and what else the machine does shows. */
const often = 3;

/** What one node costs while no other one is reached. */
export async function measureNode(
  { folder, nodes, account, env, client, note }: SubjectOptions,
  { account: nodesAccount, rounds }: { readonly account: CpuAccount; readonly rounds: number },
): Promise<NodeCost> {
  const inventory = writeInventory({ folder, nodes }, nodes.addresses.slice(0, 1));
  const costs = { sessions: [] as number[], facts: [] as number[] };
  for (let round = 0; round < rounds * often; round += 1)
    for (const mode of ['sessions', 'facts'] as const) {
      nodes.tidy({ cache: false });
      const before = nodesAccount.usedMs();
      const argv = [process.execPath, client.ours, inventory, mode, '1'];
      const { stdout } = await account.measure(argv, { env, directory: folder });
      if (!stdout.startsWith('{"lost":[],'))
        throw new Error(`expected an open session: ${stdout.slice(0, 1000)}`);
      const after = nodesAccount.usedMs();
      if (before !== undefined && after !== undefined) costs[mode].push(after - before);
    }
  const of = (found: readonly number[]): number | undefined =>
    found.length === 0 ? undefined : median(found);
  note(
    `one node: ${costs.sessions.map((ms) => ms.toFixed(0)).join(' ')}; facts ${costs.facts.map((ms) => ms.toFixed(0)).join(' ')} ms`,
  );
  return { welcome: of(costs.sessions), facts: of(costs.facts) };
}

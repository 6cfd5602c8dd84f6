import { valueOf } from './facts/fact.ts';
import type { HostFacts } from './facts/host-facts.ts';

/** Whether a node has a card for RDMA. */
export const hasRdmaCard = ({ nics }: Pick<HostFacts, 'nics'>): boolean =>
  (valueOf(nics) ?? []).some(({ rdmaDevice }) => valueOf(rdmaDevice) !== undefined);

/** As the requirement `limits-memlock` has it. */
const unlimited = 1e18;

/** Why network cards may not be able to register the memory that they read and write; `undefined`: nothing is known against it. */
export function whyNotLocked({ limits }: Pick<HostFacts, 'limits'>): string | undefined {
  const locked = valueOf(limits.memlockBytes);
  return locked === undefined || locked >= unlimited
    ? undefined
    : `expected memory to be locked without a limit, got memlock ${locked}: network cards register theirs; ask for a line in limits.d`;
}

import { valueOf } from '../../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../../workloads/kit/facts/host-facts.ts';
import type { Subject } from '../../run/plan.ts';
import type { NodeMaterial, RunMaterial } from '../run-material.ts';

/**
 * What a pair or group left behind, in the shape of a node's: its leader keeps the results. Speeds are restricted as
 * soon as one member is.
 */
export function groupMaterial(
  { id, members = [] }: Pick<Subject, 'id' | 'members'>,
  { nodes, skips }: Pick<RunMaterial, 'nodes' | 'skips'>,
): NodeMaterial {
  const found = members.map((member) => ({ member, node: nodes.find((node) => node.id === member) }));
  const lost = found.find(({ node }) => node?.reached !== true);
  const leader = found[0]?.node;
  const steps = (leader?.steps ?? []).filter(({ seat }) => seat?.group === id);
  const names = new Set(steps.map(({ step }) => step));
  const facts = restrict(
    leader?.facts,
    found.flatMap(({ node }) => (node?.facts === undefined ? [] : [node.facts])),
  );
  return {
    id,
    reached: lost === undefined,
    ...(lost === undefined
      ? {}
      : { why: `${lost.member} was not reached: ${lost.node?.why ?? 'it left no evidence'}` }),
    ...(facts === undefined ? {} : { facts }),
    steps,
    samples: (leader?.samples ?? []).filter(({ subject }) => subject === id),
    unreadable: (leader?.unreadable ?? []).filter(({ step }) => names.has(step)),
    skips,
  };
}

function restrict(leader: HostFacts | undefined, all: readonly HostFacts[]): HostFacts | undefined {
  const restricted = all.find(({ limits }) => valueOf(limits.unrestricted) !== true);
  return leader === undefined || restricted === undefined ? leader : { ...leader, limits: restricted.limits };
}

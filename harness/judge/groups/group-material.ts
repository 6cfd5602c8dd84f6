import { valueOf } from '../../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../../workloads/kit/facts/host-facts.ts';
import type { Subject } from '../../plan/plan.ts';
import type { NodeMaterial, RunMaterial } from '../../store/run-material.ts';

/**
 * What a pair or group left behind, in the shape of a node's: its leader keeps the results. They count only as far as
 * every other member's own journal shows that it took part. Speeds are restricted as soon as one member is.
 */
export function groupMaterial(
  { id, members = [] }: Pick<Subject, 'id' | 'members'>,
  { nodes, skips }: Pick<RunMaterial, 'nodes' | 'skips'>,
): NodeMaterial {
  const found = members.map((member) => ({ member, node: nodes.find((node) => node.id === member) }));
  const lost = found.find(({ node }) => node?.reached !== true);
  const [leader, ...others] = found;
  const steps = (leader?.node?.steps ?? []).filter(({ seat }) => seat?.group === id);
  const names = new Set(steps.map(({ step }) => step));
  const absences = new Map(
    steps.map(({ step }) => {
      const absent = others.find(({ node }) => !tookPart(node, id, step));
      return [step, absent && `${absent.member} left no evidence of having taken part`] as const;
    }),
  );
  const facts = restrict(
    leader?.node?.facts,
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
    samples: (leader?.node?.samples ?? [])
      .filter(({ subject }) => subject === id)
      .map((sample) => {
        const absence = absences.get(sample.step);
        return absence === undefined ? sample : { ...sample, invalid: sample.invalid ?? absence };
      }),
    unreadable: (leader?.node?.unreadable ?? []).filter(({ step }) => names.has(step)),
    skips,
  };
}

/** Its agent was asked for this part of the step and ran something for it. */
const tookPart = (node: NodeMaterial | undefined, group: string, step: string): boolean =>
  node?.steps.some((own) => own.step === step && own.seat?.group === group && own.commands.length > 0) ===
  true;

function restrict(leader: HostFacts | undefined, all: readonly HostFacts[]): HostFacts | undefined {
  const restricted = all.find(({ limits }) => valueOf(limits.unrestricted) !== true);
  return leader === undefined || restricted === undefined ? leader : { ...leader, limits: restricted.limits };
}

import { known } from '../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import { privilegedProbeWords } from '../../workloads/kit/facts/privileged-probes.ts';
import { privilegedWords } from '../../workloads/kit/privilege.ts';
import type { Registry } from '../../workloads/registry.ts';
import type { Suite } from '../config/suite.ts';
import { chooseTool } from './choose-tool.ts';

/**
 * What looking at a node and a suite would run as root there if they might: each command as words, with the full name of its program. Where every
 * tool has a program that is not trusted with it, that of the best one, so that it can be said.
 */
export function listPrivileged(
  suite: Pick<Suite, 'entries'>,
  facts: HostFacts,
  registry: Registry,
): readonly (readonly string[])[] {
  const { limits } = facts;
  const allowed = { ...facts, limits: { ...limits, passwordlessSudo: known(true) } };
  const asRoot = { ...facts, limits: { ...limits, isRoot: known(true) } };
  const commands = suite.entries.flatMap(({ workload, params, tool: pinned, across }) => {
    const registered = across === undefined ? registry.get(workload) : undefined;
    const read = registered?.workload.params.safeParse(params);
    if (registered === undefined || read?.success !== true) return [];
    const trusted = chooseTool(registered, params, allowed, pinned);
    const chosen = trusted.ok ? trusted : chooseTool(registered, params, asRoot, pinned);
    return chosen.ok ? privilegedWords(chosen.value.plan?.(read.data, asRoot) ?? [], asRoot) : [];
  });
  return [
    ...new Map(
      [...privilegedProbeWords(facts), ...commands].map((words) => [words.join('\0'), words]),
    ).values(),
  ];
}

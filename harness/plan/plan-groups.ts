import type { Said } from '../../reports/verdict/said.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import type { Seat } from '../../workloads/kit/seat.ts';
import type { Registry } from '../../workloads/registry.ts';
import type { Inventory } from '../config/inventory.ts';
import type { Suite, SuiteEntry } from '../config/suite.ts';
import { chooseTool } from './choose-tool.ts';
import type { FabricAddress } from './find-fabric-address.ts';
import { findFabricAddress } from './find-fabric-address.ts';
import { groupName } from './group-name.ts';
import { pairRounds } from './pair-rounds.ts';
import type { Plan, PlannedStep, PlannedSubject } from './plan.ts';
import { sessions } from './sessions.ts';
import { inWindow, soakWindows } from './soak-windows.ts';

/** A node that can take part in a measurement across nodes. */
interface Member extends FabricAddress {
  readonly node: string;
  readonly tool: string;
}

type Part = Pick<Plan, 'steps' | 'unplanned' | 'subjects'>;

/**
 * What is measured across nodes, after all that is measured on them: rounds of disjoint pairs and all at once. Nodes
 * without an address on the network under test or without the tool are left out, by name.
 */
export function planGroups(options: {
  readonly nodes: readonly { readonly node: string; readonly facts: HostFacts }[];
  readonly suite: Suite;
  readonly inventory: Inventory;
  readonly registry: Registry;
}): Part {
  // A soak of one machine lacks no partner.
  const entries = options.suite.entries.filter(
    ({ across, soak }) => across !== undefined && (soak !== true || options.nodes.length > 1),
  );
  const parts = entries.map((entry) => planEntry(entry, options));
  // Two nodes are a pair and all of them: one name, two subjects.
  const subjects = new Map(
    parts.flatMap((part) => part.subjects).map((each) => [`${each.kind} ${each.id}`, each]),
  );
  return {
    steps: parts.flatMap(({ steps }) => steps),
    unplanned: parts.flatMap(({ unplanned }) => unplanned),
    subjects: [...subjects.values()],
  };
}

function planEntry(
  entry: SuiteEntry,
  { nodes, inventory, registry, suite }: Parameters<typeof planGroups>[0],
): Part {
  const { fabric } = inventory;
  const refused: Plan['unplanned'] = [];
  const refuse = (node: string, reason: Said): [] => {
    refused.push({ node, entry: entry.id, workload: entry.workload, reason });
    return [];
  };
  const registered = registry.get(entry.workload);
  const able = nodes.flatMap(({ node, facts }): readonly Member[] => {
    if (registered === undefined) return refuse(node, { say: 'no-workload', workload: entry.workload });
    if (fabric === undefined) return refuse(node, { say: 'no-fabric' });
    const tool = chooseTool(registered, entry.params, facts, entry.tool);
    if (!tool.ok) return refuse(node, tool.error);
    const place = findFabricAddress(facts, fabric.interface);
    return place.ok ? [{ node, tool: tool.value.id, ...place.value }] : refuse(node, place.error);
  });
  const network = mostFrequent(able.map((member) => member.network));
  const members = able.flatMap((member): readonly Member[] => {
    if (member.network !== network)
      return refuse(member.node, { say: 'other-network', network: member.network, others: network });
    if (able.some((other) => other !== member && other.address === member.address))
      return refuse(member.node, { say: 'same-address', address: member.address });
    return [member];
  });
  if (members.length < 2) {
    for (const { node } of members) refuse(node, { say: 'no-partner' });
    return { steps: [], unplanned: refused, subjects: [] };
  }
  const most = registered?.tools.find(({ id }) => id === members[0]?.tool)?.mostMembers ?? members.length;
  const rounds =
    entry.across === 'pairs'
      ? pairsInRounds(members, entry.repetitions)
      : allInRounds(members, most, entry.repetitions);
  // Partners stay the same from window to window, and are those of the first round.
  const groups = entry.soak === true ? rounds.slice(0, 1) : rounds;
  const planRound = (
    asked: SuiteEntry,
    round: Round['groups'],
    prefix: string,
    name: Pick<PlannedStep, 'repetition' | 'together'>,
  ): readonly PlannedStep[] =>
    round.flatMap((group, index) => {
      const step = `${prefix}-${asked.id}${round.length > 1 ? `-${index + 1}` : ''}`;
      return planGroup(group, asked, { step, ...name });
    });
  return {
    steps: groups.flatMap(({ repetition, groups: round }) =>
      entry.soak === true
        ? soakWindows(suite).flatMap((window) =>
            planRound(inWindow(entry, window), round, window.together, {
              repetition: window.ordinal,
              together: window.together,
            }),
          )
        : planRound(entry, round, `r${repetition}`, { repetition }),
    ),
    unplanned: refused,
    subjects: groups.flatMap(({ groups: round }) => round.map((group) => describeGroup(group, entry))),
  };
}

interface Round {
  readonly repetition: number;
  /** None has a member in common with another. */
  readonly groups: readonly (readonly Member[])[];
}

function pairsInRounds(members: readonly Member[], repetitions: number): readonly Round[] {
  const rounds = pairRounds(members);
  return Array.from({ length: repetitions }, (_, index) => ({
    repetition: index + 1,
    groups: rounds[index % rounds.length] ?? [],
  }));
}

/**
 * All at once; where a launcher starts at most so many, in as few disjoint groups of like size as that takes, and then one
 * member of each of them together: every node is in a group, and the groups are in one.
 */
function allInRounds(members: readonly Member[], most: number, repetitions: number): readonly Round[] {
  const count = Math.ceil(members.length / most);
  const size = Math.ceil(members.length / count);
  const parts = Array.from({ length: count }, (_, index) => members.slice(index * size, (index + 1) * size));
  const firsts = parts.flatMap(([first]) => (first === undefined ? [] : [first]));
  const rounds = count < 2 ? [parts] : [parts, ...allInRounds(firsts, most, 1).map(({ groups }) => groups)];
  return rounds.flatMap((groups, index) =>
    Array.from({ length: repetitions }, (_, place) => ({
      repetition: index * repetitions + place + 1,
      groups,
    })),
  );
}

/** One node with a wrong prefix must not decide for all others; the first of equals does. */
function mostFrequent(values: readonly string[]): string {
  const counts = Map.groupBy(values, (value) => value);
  const [first] = [...counts].toSorted(([, a], [, b]) => b.length - a.length);
  return first?.[0] ?? '';
}

/** The step of every member of a group: one name, one seat each, the first one leads. */
export function planGroup(
  members: readonly {
    readonly node: string;
    readonly address: string;
    readonly network: string;
    readonly tool: string;
  }[],
  entry: Pick<SuiteEntry, 'id' | 'workload' | 'params' | 'budgetSeconds'>,
  name: Pick<PlannedStep, 'step' | 'repetition' | 'isExtra' | 'together'>,
): readonly PlannedStep[] {
  const seat: Omit<Seat, 'rank'> = {
    group: groupName(members.map(({ node }) => node)),
    members: members.map(({ node, address }) => ({ node, address })),
    network: members[0]?.network ?? '',
  };
  return members.map(({ node, tool }, rank) => ({
    ...name,
    node,
    entry: entry.id,
    workload: entry.workload,
    tool,
    params: entry.params,
    session: sessions.start,
    seat: { ...seat, rank },
    budgetMs: entry.budgetSeconds * 1000,
  }));
}

function describeGroup(group: readonly Member[], { across }: SuiteEntry): PlannedSubject {
  const members = group.map(({ node }) => node);
  const id = groupName(members);
  return {
    id,
    node: id,
    kind: across === 'pairs' ? 'pair' : 'group',
    label: members.length === 2 ? `${members[0]} and ${members[1]}` : `${members.length} nodes together`,
    members,
  };
}

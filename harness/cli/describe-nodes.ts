import { foldNodeSet } from '../../reports/verdict/words/fold-names.ts';
import { valueOf } from '../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import { localNode } from './ways.ts';

interface SeenNode {
  readonly node: string;
  readonly facts: HostFacts;
}

/**
 * Machines before any load, in a few lines each; those that are alike share them, however busy each of them is. The worst come first:
 * those with findings, then those in use.
 */
export function describeNodes(
  nodes: readonly SeenNode[],
  findings: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const describe = ({ node, facts }: SeenNode): readonly string[] => [
    ...describeMachine(facts),
    ...(findings.get(node) ?? []).map((finding) => `finding       ${finding}`),
  ];
  const alike = Map.groupBy(nodes, (each) => describe(each).join('\n'));
  const badness = (those: readonly SeenNode[]): number => {
    const [first] = those;
    if (first === undefined) return 0;
    const uses = valueOf(first.facts.occupancy.reasons) ?? [];
    return (findings.get(first.node) ?? []).length * 2 + Number(uses.length > 0);
  };
  return [...alike.values()]
    .toSorted((a, b) => badness(b) - badness(a) || a.length - b.length)
    .flatMap((those) => [
      ...(those.length === 1 && those[0]?.node === localNode
        ? []
        : [
            `${those.length === 1 ? 'node          ' : 'nodes         '}${foldNodeSet(those.map(({ node }) => node))}`,
          ]),
      ...(those[0] === undefined ? [] : describe(those[0])),
      ...describeLoads(those),
    ]);
}

function describeMachine(facts: HostFacts): readonly string[] {
  const say = <T>(fact: { value: T } | { unknown: string }, as: (value: T) => string): string =>
    'value' in fact ? as(fact.value) : 'unknown';
  const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(0)} GiB`;
  const list = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));
  return [
    `machine       ${say(facts.cpu.model, String)}, ${say(facts.cpu.logicalCpus, (n) => `${n} CPUs`)}, ${say(facts.memory.totalBytes, gib)} memory`,
    `system        ${say(facts.os.name, String)}, Linux ${say(facts.os.kernel, String)}, virtualisation: ${say(facts.os.virtualisation, String)}`,
    `accelerators  ${say(facts.accelerators, (all) => list(all.map((one) => valueOf(one.model) ?? one.pciId)))}`,
    `drives        ${say(facts.drives, (all) => list(all.map((one) => `${one.name} (${say(one.transport, String)}, ${say(one.sizeBytes, gib)})`)))}`,
    ...(valueOf(facts.occupancy.reasons) ?? []).map((reason) => `in use        ${reason}`),
  ];
}

/** What was measured of a load, which is another number on each machine: `others take 97 % of the CPU time`, `load average 12.38`. */
const measuredIn = /\d+(?:\.\d+)?(?= %| Mbit\/s|$)/;

/** What else is at work on machines that are alike: one line for each kind of work, from the least to the most. */
function describeLoads(nodes: readonly SeenNode[]): readonly string[] {
  const loads = nodes.flatMap(({ node, facts: { occupancy } }) =>
    valueOf(occupancy.isLoaded) === true
      ? (valueOf(occupancy.work) ?? [`load average ${valueOf(occupancy.loadAverage) ?? 'unknown'}`]).map(
          (text) => ({ node, text, amount: Number(measuredIn.exec(text)?.[0] ?? NaN) }),
        )
      : [],
  );
  return [...Map.groupBy(loads, ({ text }) => text.replace(measuredIn, '#'))].map(([kind, those]) => {
    const [least, most] = [Math.min, Math.max].map((of) => of(...those.map(({ amount }) => amount)));
    const on = those.length === nodes.length ? '' : ` (${foldNodeSet(those.map(({ node }) => node))})`;
    return `in use        by something: ${kind.replace('#', least === most ? `${least}` : `${least} to ${most}`)}${on}`;
  });
}

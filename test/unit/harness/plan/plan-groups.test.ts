import { describe, expect, it } from 'vitest';
import { findSuite, loadBuiltIn } from '../../../../harness/config/built-in.ts';
import { createPlan, roundsOf } from '../../../../harness/plan/create-plan.ts';
import { known } from '../../../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../../../workloads/kit/facts/host-facts.ts';
import { loadRegistry } from '../../../../workloads/registry.ts';
import { mergeFacts } from '../../../support/constructed/facts.ts';
import { tell } from '../../../support/tell.ts';

const registry = await loadRegistry();
const { profiles } = await loadBuiltIn(registry);
const profile = profiles.find(({ id }) => id === 'cpu-cluster')!;
const suite = await findSuite('cluster', registry, '.');
const programs = Object.fromEntries(
  ['mpirun', 'mpicc', 'gcc', 'orted'].map((name) => [name, `/usr/bin/${name}`]),
);

const at = (ipv4: string, changes: Partial<HostFacts> = {}): HostFacts => ({
  ...mergeFacts(),
  programs,
  addresses: known([{ interface: 'ib0', ipv4 }]),
  ...changes,
});

function plan(nodes: Readonly<Record<string, HostFacts>>) {
  return createPlan({
    run: 'r',
    nodes: Object.entries(nodes).map(([node, facts]) => ({ node, facts })),
    profile,
    suite,
    inventory: {
      schema: 'assay/inventory',
      schemaVersion: 1,
      nodes: Object.keys(nodes).map((name) => ({ name, claims: {} })),
      fabric: { interface: 'ib0' },
    },
    registry,
  });
}
const four = { n1: at('10.0.0.1/24'), n2: at('10.0.0.2/24'), n3: at('10.0.0.3/24'), n4: at('10.0.0.4/24') };
const why = ({ unplanned }: ReturnType<typeof plan>) =>
  tell(unplanned.filter(({ entry }) => entry === 'allreduce-pairs')).map(({ node, reason }) => [
    node,
    reason,
  ]);

describe('a plan across nodes', () => {
  it('has three rounds of two disjoint pairs for four nodes, then all together', () => {
    const rounds = roundsOf(plan(four).steps);
    const groups = rounds.map((round) =>
      round.filter(({ seat }) => seat?.rank === 0).map(({ seat }) => seat?.group),
    );
    expect(groups).toEqual([
      ['n1+n4', 'n2+n3'],
      ['n1+n2', 'n3+n4'],
      ['n1+n3', 'n2+n4'],
      ['n[1-4]'],
      ['n[1-4]'],
    ]);
  });

  it('gives every member its seat, under one name of the step', () => {
    const steps = plan(four).steps.filter(({ step }) => step === 'r1-allreduce-pairs-2');
    expect(steps.map(({ node, seat }) => [node, seat?.rank])).toEqual([
      ['n2', 0],
      ['n3', 1],
    ]);
    expect(steps[1]?.seat).toEqual({
      group: 'n2+n3',
      rank: 1,
      members: [
        { node: 'n2', address: '10.0.0.2' },
        { node: 'n3', address: '10.0.0.3' },
      ],
      network: '10.0.0.0/24',
    });
  });

  it('has a cell for every pair and for all, fixed beforehand', () => {
    const { cells } = plan(four);
    expect(cells.filter((cell) => cell.endsWith(':pair-speed'))).toEqual([
      'n1+n4:pair-speed',
      'n2+n3:pair-speed',
      'n1+n2:pair-speed',
      'n3+n4:pair-speed',
      'n1+n3:pair-speed',
      'n2+n4:pair-speed',
    ]);
    expect(cells.filter((cell) => cell.endsWith(':group-exact'))).toEqual(['n[1-4]:group-exact']);
  });

  it('counts the time of each round once, since its groups run at the same time', () => {
    const alone = suite.entries
      .filter(({ across }) => across === undefined)
      .filter(({ workload }) => plan(four).steps.some((step) => step.workload === workload))
      .reduce((sum, { budgetSeconds, repetitions }) => sum + budgetSeconds * repetitions, 0);
    expect(plan(four).budgetSeconds).toBe(alone + 3 * 60 + 2 * 90);
  });

  it('measures two nodes as a pair, and again as all', () => {
    const { n1, n2 } = four;
    const { subjects } = plan({ n1, n2 });
    expect(subjects.filter(({ members }) => members !== undefined).map(({ id, kind }) => [id, kind])).toEqual(
      [
        ['n1+n2', 'pair'],
        ['n1+n2', 'group'],
      ],
    );
  });

  it('plans nothing across nodes without the name of an interface, and says so for each', () => {
    const without = createPlan({
      run: 'r',
      nodes: Object.entries(four).map(([node, facts]) => ({ node, facts })),
      profile,
      suite,
      inventory: { schema: 'assay/inventory', schemaVersion: 1, nodes: [] },
      registry,
    });
    expect(why(without)).toEqual(
      ['n1', 'n2', 'n3', 'n4'].map((node) => [
        node,
        'the inventory names no interface of the network under test',
      ]),
    );
    expect(without.steps.some(({ seat }) => seat !== undefined)).toBe(false);
  });

  it('leaves out, by name, who has no address there, is in another network, has no tool or a double address', () => {
    const { n1, n2 } = four;
    const planned = plan({
      n1,
      n2,
      far: at('10.0.9.1/24'),
      bare: at('10.0.0.5/24', { programs: {} }),
      dark: at('10.0.0.6/24', { addresses: known([]) }),
    });
    expect(why(planned)).toEqual([
      ['bare', 'openmpi: mpirun, mpicc, orted, gcc not on the PATH'],
      ['dark', 'the interface ib0 has no IPv4 address here (others: none)'],
      ['far', 'it is in the network 10.0.9.0/24, others are in 10.0.0.0/24'],
    ]);
    expect(
      roundsOf(planned.steps)
        .flat()
        .map(({ node }) => node),
    ).not.toContain('far');
    expect(why(plan({ n1, twin: at('10.0.0.1/24') }))).toContainEqual([
      'n1',
      'another node has its address 10.0.0.1 too',
    ]);
  });

  it.each([
    [256, [256]],
    [257, [129, 128, 2]],
    [600, [200, 200, 200, 3]],
  ])('plans %i nodes as disjoint groups that a launcher can start, and one member of each', (count, sizes) => {
    const many = Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `n${index}`,
        at(`10.0.${Math.floor(index / 200)}.${(index % 200) + 1}/16`),
      ]),
    );
    const planned = plan(many);
    const rounds = roundsOf(planned.steps.filter(({ entry }) => entry === 'allreduce-all')).map((round) =>
      [...Map.groupBy(round, ({ step }) => step).values()].map((steps) => steps.map(({ node }) => node)),
    );
    expect(rounds.flat().map((group) => group.length)).toEqual(sizes);
    for (const round of rounds) expect(new Set(round.flat()).size).toBe(round.flat().length);
    expect(new Set(rounds.flat(2)).size).toBe(count);
    const [first = [], last] = rounds;
    if (last !== undefined) expect(last).toEqual([first.map(([leader]) => leader)]);
    expect(planned.unplanned.filter(({ entry }) => entry === 'allreduce-all')).toEqual([]);
  });

  it('has nobody to measure a single node with', () => {
    expect(why(plan({ n1: four.n1 }))).toEqual([['n1', 'there is no other node to measure it with']]);
  });
});

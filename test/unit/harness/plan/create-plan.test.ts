import { describe, expect, it } from 'vitest';
import { findSuite, loadBuiltIn } from '../../../../harness/config/built-in.ts';
import { chooseTool, lacking } from '../../../../harness/plan/choose-tool.ts';
import { createPlan } from '../../../../harness/plan/create-plan.ts';
import { known, unknown } from '../../../../workloads/kit/facts/fact.ts';
import probes from '../../../../workloads/kit/facts/fixtures/virtual-machine.json' with { type: 'json' };
import type { HostFacts } from '../../../../workloads/kit/facts/host-facts.ts';
import { ProbeDocument } from '../../../../workloads/kit/facts/probe-output.ts';
import { readHostFacts } from '../../../../workloads/kit/facts/read-host-facts.ts';
import { loadRegistry } from '../../../../workloads/registry.ts';
import { h100 } from '../../../support/constructed/facts.ts';
import { tell } from '../../../support/tell.ts';

const registry = await loadRegistry();
const { profiles } = await loadBuiltIn(registry);
const profile = profiles.find(({ id }) => id === 'survey')!;
const suite = await findSuite('survey', registry, '.');
const recorded = readHostFacts(ProbeDocument.parse(probes));

const plan = (facts: HostFacts, ...nodes: readonly string[]) =>
  createPlan({
    run: 'r',
    nodes: nodes.map((node) => ({ node, facts })),
    profile,
    suite,
    inventory: { schema: 'assay/inventory', schemaVersion: 1, nodes: [] },
    registry,
  });

/** The recorded machine with these programs and no headers. */
const withPrograms = (...names: readonly string[]): HostFacts => ({
  ...recorded,
  programs: Object.fromEntries(names.map((name) => [name, `/usr/bin/${name}`])),
  headers: {},
});

describe('createPlan', () => {
  it('takes embedded kernels where no tool is there, and names what each tool lacks', () => {
    const { steps, unplanned } = plan(withPrograms(), 'n');
    expect([...new Set(steps.map(({ tool }) => tool))]).toEqual(['embedded']);
    expect(tell(unplanned.find(({ entry }) => entry === 'header-double'))?.reason).toBe(
      'header-hash: gcc not on the PATH and header pthread.h not found',
    );
    expect(steps.length).toBeGreaterThan(0);
  });

  it('takes the best-ranked tool that is there', () => {
    const tools = new Map(plan(withPrograms('openssl'), 'n').steps.map(({ entry, tool }) => [entry, tool]));
    expect(tools.get('sha256-one-core')).toBe('openssl');
    expect(tools.get('matmul-fp32-small')).toBe('embedded');
  });

  it('interleaves repetitions, for every node alike, and counts the time of the slowest', () => {
    const { steps, budgetSeconds } = plan(withPrograms('openssl'), 'a', 'b');
    const ofA = steps.filter(({ node }) => node === 'a');
    expect(ofA.map(({ step }) => step)).toEqual(
      steps.filter(({ node }) => node === 'b').map(({ step }) => step),
    );
    expect(ofA.map(({ repetition }) => repetition)).toEqual(
      ofA.map(({ repetition }) => repetition).toSorted(),
    );
    expect(new Set(ofA.map(({ step }) => step)).size).toBe(ofA.length);
    expect(budgetSeconds).toBe(ofA.reduce((sum, { budgetMs }) => sum + budgetMs / 1000, 0));
  });

  it('plans nothing about accelerators where it is known that there are none', () => {
    const about = (facts: HostFacts) => {
      const { steps, unplanned } = plan(facts, 'n');
      return [...steps, ...unplanned].filter(({ entry }) => entry.startsWith('device-')).length;
    };
    const facts = withPrograms('gcc');
    expect(about({ ...facts, accelerators: known([]) })).toBe(0);
    expect(about({ ...facts, accelerators: unknown('the bus cannot be read') })).toBe(6);
  });

  it('gives the cards of a rig, which are measured one after the other, the time of a step each', () => {
    const budgets = (width: number) => {
      const card = h100(0);
      const accelerators = known([
        { ...card, link: { ...card.link, width: known(width) } },
        h100(1),
        h100(2),
      ]);
      const { steps } = plan({ ...withPrograms('gcc'), accelerators }, 'n');
      return steps.filter(({ entry }) => entry === 'device-headers').map(({ budgetMs }) => budgetMs / 1000);
    };
    expect(budgets(16)).toEqual([180]);
    expect(budgets(1)).toEqual([540]);
  });

  it('stays below four minutes with every tool there, without accelerators', () => {
    const total = suite.entries
      .filter(({ id }) => !id.startsWith('device-'))
      .reduce((sum, { repetitions, budgetSeconds }) => sum + repetitions * budgetSeconds, 0);
    expect(total).toBeLessThan(240);
  });
});

describe('chooseTool', () => {
  const registered = registry.get('sha256')!;
  const [best, ...others] = registered.tools;
  const { plan: _, ...onlyReads } = best!;
  const params = { mode: 'bulk', blockBytes: 16384, cores: 'one', seconds: 1 };

  it('never takes a tool that has nothing to run', () => {
    const chosen = chooseTool(
      { ...registered, tools: [onlyReads, ...others] },
      params,
      withPrograms('openssl'),
    );
    expect(chosen.ok && chosen.value.id).toBe('embedded');
    expect(tell(chooseTool({ ...registered, tools: [onlyReads] }, params, withPrograms('openssl')))).toEqual({
      ok: false,
      error: 'openssl: only reads logs made elsewhere',
    });
  });
});

describe('lacking', () => {
  it('says what is missing, and nothing when all is there', () => {
    const tool = {
      requires: { programs: ['gcc'], headers: ['cblas.h'], cpuFlags: ['amx_tile'], packages: [] },
    };
    expect(tell(lacking(tool as never, withPrograms()))).toMatch(
      /^gcc not on the PATH and header cblas\.h not found/,
    );
    expect(
      lacking({ requires: { programs: ['gcc'], packages: [] } } as never, withPrograms('gcc')),
    ).toBeUndefined();
  });

  it('has what records accelerators go on beside each step that several nodes load theirs in', async () => {
    const of = (address: string): HostFacts => ({
      ...recorded,
      accelerators: known([h100(0), h100(1)]),
      addresses: known([{ interface: 'ib0', ipv4: address }]),
      programs: { gcc: '/usr/bin/gcc' },
      headers: { 'pthread.h': '/usr/include/pthread.h' },
      libraries: Object.fromEntries(
        ['libcuda.so.1', 'libnccl.so.2', 'libnvidia-ml.so.1'].map((name) => [name, `/usr/lib/${name}`]),
      ),
    });
    const nodes = [
      { node: 'a', facts: of('10.0.0.1/24') },
      { node: 'b', facts: of('10.0.0.2/24') },
    ];
    const inventory = {
      schema: 'assay/inventory',
      schemaVersion: 1,
      nodes: [],
      fabric: { interface: 'ib0' },
    };
    const planned = createPlan({
      ...{ run: 'r', nodes, profile, inventory, registry },
      suite: { ...(await findSuite('ai', registry, '.')), soak: { seconds: 3600, windows: 2 } },
    } as Parameters<typeof createPlan>[0]);
    const loads = planned.steps.filter(
      ({ seat, workload, together }) =>
        seat !== undefined && workload === 'collective' && together === undefined,
    );
    expect(loads.length).toBeGreaterThan(4);
    const named = new Map(planned.steps.map((step) => [`${step.node} ${step.beside}`, step]));
    for (const { node, step, session } of loads)
      expect(named.get(`${node} ${step}`)).toMatchObject({
        entry: 'accelerator-record',
        tool: 'record',
        step: `${step}-beside`,
        session,
      });
    expect(planned.steps.filter(({ beside }) => beside !== undefined)).toHaveLength(loads.length);
  });
});

import { describe, expect, it } from 'vitest';
import type { PlannedStep } from '../../../../harness/plan/plan.ts';
import type { RepairKind } from '../../../../harness/plan/repairs.ts';
import { findPart, isTouched, RepairKind as Kinds, planRepair } from '../../../../harness/plan/repairs.ts';
import { known } from '../../../../workloads/kit/facts/fact.ts';
import type { Requirement } from '../../../../workloads/kit/requirement.ts';
import { h100, mergeFacts } from '../../../support/constructed/facts.ts';
import { refusal } from '../../../support/constructed/refusal.ts';
import { constructedMetrics, constructRequirement } from '../../../support/constructed-run.ts';

const metric = (name: string, scope: Requirement['scope'] = 'accelerator') =>
  [{ rule: { kind: 'metric', metric: name }, scope }, scope] as const;
/** What can be asked of a node, by a word for it. */
const asked = {
  'GEMM of the part': [...metric('matmul.throughput'), 'GPU-5'],
  'GEMM of another card': [...metric('matmul.throughput'), 'GPU-6'],
  links: metric('memory.peerCopy'),
  collectives: metric('collective.busbw', 'node'),
  heat: [...metric('accelerator-health.throttledSeconds'), 'GPU-6'],
  rails: metric('ports.errors', 'nic'),
  pairs: metric('collective.busbw', 'pair'),
  group: metric('collective.busbw', 'group'),
  'host memory': metric('memory.triad', 'node'),
  'host link': [...metric('memory.hostToDevice'), 'GPU-6'],
  processor: metric('sha256.wrongDigests', 'node'),
  'drive of the part': [...metric('nvme.randomReadRate', 'drive'), 'GPU-5'],
  'another drive': [...metric('nvme.randomReadRate', 'drive'), 'S2'],
  soak: [{ rule: { kind: 'soak', asks: 'endured', hours: 24 }, scope: 'node' }, 'node'],
  boots: [{ rule: { kind: 'boots', atLeast: 1 }, scope: 'node' }, 'node'],
  facts: [{ rule: { kind: 'fact', path: 'cpu.sockets', atLeast: 1 }, scope: 'node' }, 'node'],
} as const satisfies Record<
  string,
  readonly [Pick<Requirement, 'rule' | 'scope'>, Requirement['scope'], string?]
>;

const tray = ['links', 'collectives', 'heat', 'rails', 'pairs', 'group', 'soak', 'boots'];
const rows: Readonly<Record<RepairKind, readonly string[]>> = {
  module: ['GEMM of the part', ...tray],
  baseboard: ['GEMM of the part', 'GEMM of another card', ...tray, 'host link'],
  dimm: ['host memory', 'host link', 'soak', 'boots'],
  cpu: ['host memory', 'host link', 'processor', 'soak', 'boots'],
  cable: ['rails', 'pairs', 'group'],
  drive: ['drive of the part'],
};

describe('what a repair touches', () => {
  it.each(Kinds.options)('%s: these and nothing else', (kind) => {
    const touched = Object.entries(asked).filter(([, [requirement, scope, device]]) =>
      isTouched(
        { kind, device: 'GPU-5' },
        requirement,
        { kind: scope, ...(device === undefined ? {} : { device }) },
        true,
      ),
    );
    expect(touched.map(([word]) => word).toSorted()).toEqual([...rows[kind]].toSorted());
  });
  it('is whatever came with it', () => {
    const [requirement] = asked['GEMM of the part'];
    const card = { kind: 'accelerator', device: 'GPU-new' } as const;
    expect(isTouched({ kind: 'module', device: 'GPU-5' }, requirement, card, false)).toBe(true);
    expect(isTouched({ kind: 'module', device: 'GPU-5' }, requirement, card, true)).toBe(false);
  });
});

describe('a soak', () => {
  const step = (name: string, changes: Partial<PlannedStep> = {}): PlannedStep => ({
    node: 'n1',
    step: name,
    entry: name.replace(/^[^-]*-/, ''),
    workload: 'matmul',
    tool: 'tool',
    params: {},
    repetition: 1,
    session: 1,
    budgetMs: 1000,
    ...changes,
  });
  const members = ['n1', 'n2'].map((node) => ({ node, address: '192.0.2.1' }));
  const seat = { group: 'n1+n2', rank: 0, members, network: '192.0.2.0/24' };
  const steps = [
    step('r1-hash', { workload: 'sha256' }),
    step('r1-copy', { workload: 'copy' }),
    step('w1-gemm', { together: 'w1' }),
    step('w2-gemm', { together: 'w2', repetition: 2 }),
    step('w1-pairs', { together: 'w1', seat }),
    step('w1-gemm', { together: 'w1', node: 'n2' }),
    step('s2-r1-hash', { workload: 'sha256', session: 2 }),
  ];
  const right = constructRequirement({
    id: 'right',
    rule: { kind: 'metric', metric: 'sha256.wrongDigests' },
  });
  const endured = constructRequirement({ id: 'endured', rule: { kind: 'soak', asks: 'endured', hours: 24 } });
  const planned = (kind: RepairKind, ...asks: readonly Requirement[]) => {
    const { steps: own, afterSoak } = planRepair({ kind, node: 'n1' }, 4, steps, asks, constructedMetrics);
    return { steps: own.map((each) => each.step), afterSoak };
  };
  // Every row of the table; a cable and a drive have none.
  it.each(Kinds.options)('is planned again, and what is behind it, where %s voids it', (kind) => {
    const soak = ['s4-w1-gemm', 's4-w2-gemm'];
    const expected = {
      module: soak,
      baseboard: soak,
      dimm: soak,
      cpu: ['s4-r1-hash', ...soak, 's5-r1-hash'],
      cable: [],
      drive: [],
    }[kind];
    expect(planned(kind, right, endured)).toEqual({
      steps: expected,
      afterSoak: expected.length === 0 ? undefined : 5,
    });
  });
  it('is not where nothing asks for one', () => {
    expect(planned('cpu', right)).toEqual({ steps: ['s4-r1-hash'], afterSoak: undefined });
  });
  it('also voids the speeds under its load', () => {
    const underLoad = constructRequirement({
      id: 'under-load',
      scope: 'accelerator',
      sampling: 'windows',
      rule: { kind: 'metric', metric: 'matmul.throughput' },
    });
    const card = { kind: 'accelerator', device: 'GPU-6' } as const;
    const touching = Kinds.options.filter((kind) => isTouched({ kind }, underLoad, card, true));
    expect(touching).toEqual(['module', 'baseboard', 'dimm', 'cpu']);
  });
});

describe('a part', () => {
  const facts = mergeFacts({ accelerators: known([h100(1), h100(0)]) });
  it('is a card by its place on the bus, its serial number or its address', () => {
    const card = { kind: 'module', device: 'GPU-00000000-0000-4000-8000-000000000001' };
    for (const name of ['GPU1', 'gpu1', '1654223011871', '0000:1c:00.0', card.device])
      expect(findPart('n', name, facts)).toEqual(card);
    expect(findPart('n', 'DIMM', facts)).toEqual({ kind: 'dimm' });
    expect(findPart('n', 'nvme0n1', facts).kind).toBe('drive');
  });
  it('that the node has not is refused, with what it has', () => {
    expect(refusal(() => findPart('n', 'GPU2', facts))).toMatchObject({
      code: 'USAGE',
      message: 'expected a part of n, got `GPU2`',
      hint: expect.stringContaining('GPU0 to GPU1, baseboard') as string,
    });
  });
});

import { describe, expect, it } from 'vitest';
import { besideOf } from '../../../../harness/plan/accompany.ts';
import { groupName } from '../../../../harness/plan/group-name.ts';
import type { Plan, PlannedStep } from '../../../../harness/plan/plan.ts';
import { planAgain } from '../../../../harness/plan/plan-again.ts';
import { planGroup } from '../../../../harness/plan/plan-groups.ts';
import { inSession, soakInSession } from '../../../../harness/plan/sessions.ts';
import type { CoordinatorEntry } from '../../../../harness/store/coordinator-journal.ts';
import { proveDecisions } from '../../../../harness/store/prove-decisions.ts';

const digest = 'a'.repeat(64);
const nodes = ['n1', 'n2', 'n3', 'n4'];

const step = (node: string, name: string): PlannedStep => ({
  step: name,
  node,
  entry: 'hash',
  workload: 'sha256',
  tool: 'openssl',
  params: { seconds: 1 },
  repetition: 1,
  session: 1,
  budgetMs: 1000,
});

const group = (name: string, members: readonly string[], isExtra = true): readonly PlannedStep[] =>
  planGroup(
    members.map((node, index) => ({ node, tool: 't', network: '10.0.0.0/24', address: `10.0.0.${index}` })),
    { id: 'pairs', workload: 'allreduce', params: {}, budgetSeconds: 1 },
    { step: name, repetition: 1, ...(isExtra ? { isExtra } : {}) },
  );

const steps = [
  ...nodes.flatMap((node) => [step(node, 'r1-hash'), step(node, 'r2-hash')]),
  ...group('r1-pairs-1', ['n1', 'n2'], false),
];
const plan: Plan = {
  schema: 'assay/plan',
  schemaVersion: 1,
  run: 'r',
  profile: 'survey',
  subjects: [],
  cells: [],
  steps,
  unplanned: [],
  budgetSeconds: 0,
};

const planned: CoordinatorEntry = { type: 'planned', digest };
const added = (reason: 'blame' | readonly string[], ...more: readonly PlannedStep[]): CoordinatorEntry => ({
  type: 'added',
  reason: reason === 'blame' ? { why: 'blame', entry: 'pairs' } : { why: 'again', steps: [...reason] },
  steps: [...more],
});

const prove = (...entries: readonly CoordinatorEntry[]): void => proveOf(plan, ...entries);

function proveOf(of: Plan, ...entries: readonly CoordinatorEntry[]): void {
  const at = '2026-11-23T00:00:00Z';
  const records = entries.map((entry, seq) => ({ ...entry, seq, prev: digest, at }));
  proveDecisions(
    records,
    {
      nodes: nodes.map((name) => ({ name })),
      asics: [
        { name: 's21', model: 'S21', watts: 3500, terahashesPerSecond: 200, api: 'cgminer' },
        { name: 's9', model: 'S9', watts: 1400, terahashesPerSecond: 13.5 },
      ],
    },
    entries.some(({ type }) => type === 'planned') ? of : undefined,
  );
}

const again = (replaces: string, changes: Partial<PlannedStep> = {}): PlannedStep => ({
  ...step('n2', `a1-${replaces}`),
  replaces,
  ...changes,
});

describe('what a coordinator decided', () => {
  it('has of ASICs only what those said that are asked, behind the plan', () => {
    const said = (name: string): CoordinatorEntry => ({
      type: 'asic',
      name,
      answer: { unknown: 'no answer' },
    });
    expect(() => prove({ type: 'planned', digest }, said('s21'))).not.toThrow();
    for (const entries of [[said('s21')], [{ type: 'planned', digest } as const, said('s9')]])
      expect(() => prove(...entries)).toThrow('expected an ASIC of the inventory that is asked');
  });
  it('is believed as a run comes to it: again, once more, and whatever tells who is to blame', () => {
    const first = planAgain(steps, () => 'cancelled');
    expect(first).toHaveLength(steps.length);
    const second = planAgain([...steps, ...first], () => 'lost-contact');
    const list = (those: typeof first): readonly string[] => those.map(({ replaces }) => replaces);
    expect(() =>
      prove(
        planned,
        added(list(first), ...first),
        added('blame', ...group('d1-pairs', ['n1', 'n3']), ...group('d2-pairs', ['n2', 'n4'])),
        added(list(second), ...second),
      ),
    ).not.toThrow();
  });

  const behindBoot = (
    boots: Readonly<Record<string, string>>,
    ...more: readonly PlannedStep[]
  ): CoordinatorEntry => ({
    type: 'added',
    reason: { why: 'session', session: 3, boots },
    steps: [...more],
  });
  const boots = { n1: 'b1', n2: 'b2', n3: 'b3', n4: 'b4' };

  it('is believed of the first session once more, behind a boot that is told, and of nothing else there', () => {
    const more = inSession(steps, 3);
    expect(more).toHaveLength(steps.length);
    expect(() => prove(planned, behindBoot(boots, ...more))).not.toThrow();
    const [first] = more as [PlannedStep];
    for (const strange of [
      { ...first, budgetMs: 2000 },
      { ...first, session: 4 },
      { ...first, step: 's3-r9-hash' },
      { ...first, params: { seconds: 9 } },
    ])
      expect(() => prove(planned, behindBoot(boots, strange))).toThrow(
        'expected a step of the first session in session 3, behind a boot of its node',
      );
    expect(() => prove(planned, behindBoot({ n2: 'b2' }, first))).toThrow('behind a boot of its node');
  });

  it('is believed of a repair for its node and what others do together with it, and of no other', () => {
    const repaired = (...more: readonly PlannedStep[]): CoordinatorEntry => ({
      type: 'added',
      reason: { why: 'repair', repair: { session: 3, node: 'n1', part: 'GPU0', kind: 'module' }, boots: {} },
      steps: [...more],
    });
    const more = inSession(steps, 3);
    const his = more.filter(({ node, seat }) => node === 'n1' || seat !== undefined);
    expect(() => prove(planned, repaired(...his))).not.toThrow();
    const [first] = his as [PlannedStep];
    const [other] = more.filter(({ node, seat }) => node === 'n3' && seat === undefined) as [PlannedStep];
    for (const strange of [other, { ...first, budgetMs: 2000 }, { ...first, step: 's3-r9-hash' }])
      expect(() => prove(planned, repaired(strange))).toThrow('in session 3, on n1 or together with it');
  });

  it('is believed of a soak behind a repair, and of what comes behind that soak', () => {
    const window = { ...step('n1', 'w1-gemm'), together: 'w1' };
    const soaked: Plan = { ...plan, steps: [...plan.steps, window] };
    const repaired = (afterSoak: number, ...more: readonly PlannedStep[]): CoordinatorEntry => ({
      type: 'added',
      reason: {
        why: 'repair',
        repair: { session: 4, afterSoak, node: 'n1', part: 'cpu', kind: 'cpu' },
        boots: {},
      },
      steps: [...more],
    });
    const [behind] = inSession([step('n1', 'r1-hash')], 5) as [PlannedStep];
    const [again] = soakInSession([window], 4) as [PlannedStep];
    const prove4 = (entry: CoordinatorEntry): void => proveOf(soaked, planned, entry);
    expect(() => prove4(repaired(5, again, behind))).not.toThrow();
    expect(() => prove4(repaired(6, behind))).toThrow('in session 4, on n1 or together with it');
    const [late] = soakInSession([window], 5) as [PlannedStep];
    expect(() => prove4(repaired(5, late))).toThrow('in session 4, on n1 or together with it');
  });

  it('is believed of runs behind a look that could not decide, and of none without one', () => {
    const looked = (node: string, decision: 'more' | 'pass', session = 1): CoordinatorEntry => ({
      type: 'looked',
      node,
      session,
      cells: [{ cell: `${node}:hash-rate`, decision }],
    });
    const extended = (...more: readonly PlannedStep[]): CoordinatorEntry => ({
      type: 'added',
      reason: { why: 'extension', session: 3 },
      steps: [...more],
    });
    const [again] = inSession([step('n1', 'r1-hash')], 3);
    if (again === undefined) throw new Error('no step');
    prove(planned, looked('n1', 'more'), extended(again));
    const refused = 'in session 3, behind a look at its node that could not decide';
    expect(() => prove(planned, extended(again))).toThrow(refused);
    expect(() => prove(planned, looked('n2', 'more'), extended(again))).toThrow(refused);
    expect(() => prove(planned, looked('n1', 'more'), looked('n1', 'pass'), extended(again))).toThrow(
      refused,
    );
    expect(() => prove(planned, looked('n1', 'more', 3), extended(again))).toThrow(refused);
    expect(() => prove(planned, looked('n1', 'more'), extended({ ...again, budgetMs: 1 }))).toThrow(refused);
    expect(() => prove(looked('n1', 'more'))).toThrow('expected a plan before anybody looks');
    expect(() => prove(planned, looked('other', 'pass'))).toThrow('expected nodes of the inventory');
  });

  it('is believed of what nodes do together behind a look at exactly these', () => {
    const looked = (members: readonly string[], changes: object = {}): CoordinatorEntry => ({
      type: 'looked',
      node: members[0] ?? '',
      group: { name: groupName(members), members: [...members] },
      session: 1,
      cells: [{ cell: `${groupName(members)}:pair-rate`, decision: 'more' }],
      ...changes,
    });
    const both = ['n1', 'n2'];
    const more = inSession(group('r1-pairs-1', both, false), 3);
    expect(more).toHaveLength(2);
    const extended: CoordinatorEntry = {
      type: 'added',
      reason: { why: 'extension', session: 3 },
      steps: [...more],
    };
    expect(() => prove(planned, looked(both), extended)).not.toThrow();
    const refused = 'in session 3, behind a look at its node that could not decide';
    expect(() => prove(planned, extended)).toThrow(refused);
    expect(() => prove(planned, looked(['n1', 'n3']), extended)).toThrow(refused);
    // A look at one of them alone is none at the pair, nor the other way round.
    const { group: _, ...alone } = looked(both) as Extract<CoordinatorEntry, { type: 'looked' }>;
    expect(() => prove(planned, alone, extended)).toThrow(refused);
    const [own] = inSession([step('n1', 'r1-hash')], 3) as [PlannedStep];
    expect(() => prove(planned, looked(both), { ...extended, steps: [own] })).toThrow(refused);
    expect(() => prove(planned, looked(['n1', 'other']))).toThrow('expected nodes of the inventory');
    expect(() => prove(planned, looked(both, { node: 'n2' }))).toThrow('of which n2 is the first');
    const misnamed = { group: { name: 'n3+n4', members: both } };
    expect(() => prove(planned, looked(both, misnamed))).toThrow('expected a look at n1+n2');
  });

  const extraPair = group('d1-pairs', ['n1', 'n3']);
  const [lead] = extraPair as readonly [PlannedStep];
  const besideExtra = besideOf(step('n1', 'r1-hash'), lead);

  it('may record beside what tells who is to blame, as beside all others', () => {
    expect(besideExtra).toMatchObject({ node: 'n1', beside: 'd1-pairs', isExtra: true });
    expect(() => prove(planned, added('blame', besideExtra, ...extraPair))).not.toThrow();
  });

  it('may be about more subjects and cells, of nodes that there are', () => {
    const about = (members: readonly string[]): CoordinatorEntry => ({
      ...(added('blame', ...group('d1-pairs', ['n1', 'n3'])) as Extract<CoordinatorEntry, { type: 'added' }>),
      subjects: [
        {
          id: members.join('+'),
          node: members.join('+'),
          kind: 'pair',
          label: 'pair',
          members: [...members],
        },
      ],
      cells: [`${members.join('+')}:pair-exact`],
    });
    expect(() => prove(planned, about(['n1', 'n3']))).not.toThrow();
    expect(() => prove(planned, about(['n1', 'n9']))).toThrow(
      'expected subjects on nodes of the inventory, found n1+n9',
    );
  });

  const same = (node: string, as: string): CoordinatorEntry => ({ type: 'same-machine', node, as });

  it('may say names of one machine, and later that its first name is another one', () => {
    expect(() => prove(same('n3', 'n2'), same('n4', 'n2'), planned)).not.toThrow();
    expect(() => prove(same('n3', 'n2'), same('n3', 'n1'), same('n2', 'n1'), planned)).not.toThrow();
  });

  const skipped = (name: string, node: string): CoordinatorEntry => ({
    type: 'skipped',
    step: name,
    cause: { why: 'lost', node },
  });
  const broken = (name: string, node: string): CoordinatorEntry => ({
    type: 'broken',
    step: name,
    node,
    said: 'x',
  });
  const unreached = (node: string): CoordinatorEntry => ({
    type: 'unreached',
    node,
    error: { code: 'HOST_UNREACHABLE', message: 'x' },
  });
  const distinct = (...those: readonly string[]): CoordinatorEntry => ({
    type: 'distinct',
    nodes: [...those],
    bootId: 'b',
  });

  const idled = (...those: readonly string[]): CoordinatorEntry => ({
    type: 'idled',
    nodes: [...those],
    trouble: { kind: 'leak' },
  });

  it('may say of its nodes what came between, and because of whom', () => {
    const extra = group('d1-pairs', ['n1', 'n3']);
    expect(() =>
      prove(
        unreached('n4'),
        distinct('n1', 'n2'),
        planned,
        idled('n1'),
        skipped('r1-pairs-1', 'n1'),
        broken('r1-pairs-1', 'n2'),
        added('blame', ...extra),
        skipped('d1-pairs', 'n3'),
        unreached('n4'),
      ),
    ).not.toThrow();
  });

  it.each<[string, CoordinatorEntry, string]>([
    ['a skip of no step', skipped('r9', 'n1'), 'expected a step of several nodes in the plan, found r9'],
    [
      'a skip of what one does alone',
      skipped('r1-hash', 'n1'),
      'expected a step of several nodes in the plan',
    ],
    [
      'a skip because of no member',
      skipped('r1-pairs-1', 'n3'),
      'expected one of n1+n2 because of whom r1-pairs-1 came to nothing, found n3',
    ],
    ['a skip because of nobody known', skipped('r1-pairs-1', 'n9'), 'came to nothing, found n9'],
    [
      'a skip because of nobody',
      { type: 'skipped', step: 'r1-pairs-1', cause: { why: 'said', words: 'x' } },
      'came to nothing, found nobody',
    ],
    ['a loss of no member', broken('r1-pairs-1', 'n3'), 'came to nothing, found n3'],
    ['a loss during no step', broken('r9', 'n1'), 'expected a step of several nodes in the plan'],
    ['a stranger who was not reached', unreached('n9'), 'expected nodes of the inventory, found n9'],
    ['a stranger beside a node', distinct('n1', 'n9'), 'expected nodes of the inventory, found n9'],
    ['a stranger that idles', idled('n9'), 'expected nodes of the inventory, found n9'],
  ])('is damaged by %s', (_, entry, message) => {
    expect(() => prove(planned, entry)).toThrow('coordinator.ndjson line 2: ');
    expect(() => prove(planned, entry)).toThrow(message);
  });

  const [leads, follows] = group('d1-pairs', ['n1', 'n9']);
  const [own] = group('d1-pairs', ['n1', 'n2']);
  if (leads?.seat === undefined || follows === undefined || own === undefined) throw new Error('no seats');
  it.each<[string, readonly CoordinatorEntry[], string]>([
    ['a second plan', [planned, planned], 'line 2: expected one plan, found another one'],
    [
      'a name behind the plan',
      [planned, same('n2', 'n1')],
      'line 2: expected names of one machine before the plan',
    ],
    ...(
      [
        [['n2', 'n2']],
        [['n9', 'n1']],
        [['n2', 'n9']],
        [
          ['n2', 'n1'],
          ['n1', 'n2'],
        ],
        [
          ['n2', 'n1'],
          ['n3', 'n2'],
        ],
        [
          ['n3', 'n2'],
          ['n2', 'n1'],
        ],
      ] as const
    ).map((names): [string, readonly CoordinatorEntry[], string] => [
      `the names ${names.map((each) => each.join(' is ')).join(' and ')}`,
      names.map(([node, as]) => same(node, as)),
      `line ${names.length}: expected a node of the inventory as the first name of another one, found `,
    ]),
    ['steps before a plan', [added(['r2-hash'], again('r2-hash'))], 'line 1: expected a plan before'],
    [
      'a step of an unknown node',
      [planned, added(['r2-hash'], again('r2-hash', { node: '../n' }))],
      'line 2: expected a1-r2-hash on a node of the inventory, found ../n',
    ],
    [
      'a step in its own place',
      [planned, added(['r2-hash'], again('r2-hash', { step: 'r2-hash' }))],
      'expected a step of a new name, found r2-hash on n2',
    ],
    [
      "a step under another node's name",
      [planned, added(['r2-hash'], again('r2-hash', { step: 'r1-pairs-1' }))],
      'expected a step of a new name, found r1-pairs-1 on n2',
    ],
    [
      'one step twice',
      [planned, added(['r2-hash'], again('r2-hash'), again('r2-hash'))],
      'expected a step of a new name, found a1-r2-hash on n2',
    ],
    [
      'a step in place of none',
      [planned, added(['r2-hash'], step('n2', 'r9-hash'))],
      'expected steps in place of those that the reason lists, found r9-hash on n2 in place of none',
    ],
    [
      'a step in place of one that is not listed',
      [planned, added(['r1-hash'], again('r2-hash'))],
      'expected steps in place of those that the reason lists',
    ],
    [
      'a step in place of one that never was',
      [planned, added(['r7-hash'], again('r7-hash'))],
      'expected an earlier step of the same node',
    ],
    [
      'a second step in place of one',
      [
        planned,
        added(['r2-hash'], again('r2-hash')),
        added(['r2-hash'], again('r2-hash', { step: 'a2-r2-hash' })),
      ],
      'line 3: expected an earlier step of the same node that nothing stands in place of',
    ],
    ...(
      [
        { workload: 'matmul' },
        { tool: 'other' },
        { params: { seconds: 2 } },
        { entry: 'other' },
        { repetition: 2 },
        { session: 2 },
        { budgetMs: 9 },
        { isExtra: true },
        { seat: own.seat },
      ] satisfies readonly Partial<PlannedStep>[]
    ).map((change): [string, readonly CoordinatorEntry[], string] => [
      `another ${Object.keys(change).join()}`,
      [planned, added(['r2-hash'], again('r2-hash', change))],
      'expected the same step under another name, found a1-r2-hash on n2 in place of r2-hash',
    ]),
    [
      'a step of one node to find who is to blame',
      [planned, added('blame', { ...step('n1', 'd1'), entry: 'pairs', isExtra: true })],
      'expected an extra step of several nodes for pairs, found d1 on n1',
    ],
    ...(
      [
        { params: { other: true } },
        { isExtra: undefined },
        { beside: 'd9-pairs' },
        { budgetMs: 60_000 },
        { node: 'n4' },
      ] satisfies readonly (Omit<Partial<PlannedStep>, 'isExtra'> & { readonly isExtra?: undefined })[]
    ).map((change): [string, readonly CoordinatorEntry[], string] => [
      `something beside an extra step with another ${Object.keys(change).join()}`,
      [planned, added('blame', { ...besideExtra, ...change }, ...extraPair)],
      'expected beside an extra step of several nodes, what its node does by itself, found d1-pairs-beside',
    ]),
    [
      'something beside an extra step that is not added',
      [planned, added('blame', besideExtra)],
      'expected beside an extra step of several nodes',
    ],
    [
      'a step that fills a cell to find who is to blame',
      [planned, added('blame', ...group('d1-pairs', ['n1', 'n2'], false))],
      'expected an extra step of several nodes for pairs',
    ],
    [
      'a step of another entry to find who is to blame',
      [planned, added('blame', { ...own, entry: 'hash' })],
      'expected an extra step of several nodes for pairs',
    ],
    [
      'a replacement to find who is to blame',
      [planned, added('blame', { ...own, replaces: 'r2-hash' })],
      'expected an extra step of several nodes for pairs',
    ],
    ['a group with an unknown node', [planned, added('blame', leads)], 'expected a seat of n1 in a group'],
    [
      'the seat of another node',
      [planned, added('blame', { ...own, node: 'n2' })],
      'expected a seat of n2 in a group',
    ],
    [
      'a group with the name of a node',
      [
        planned,
        added('blame', { ...own, seat: { ...leads.seat, members: own.seat?.members ?? [], group: 'n3' } }),
      ],
      'expected a seat of n1 in a group',
    ],
  ])('is damaged by %s', (_, entries, message) => {
    expect(() => prove(...entries)).toThrow('coordinator.ndjson line ');
    expect(() => prove(...entries)).toThrow(message);
  });
});

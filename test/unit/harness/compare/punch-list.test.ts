import { describe, expect, it } from 'vitest';
import { keepPunchList } from '../../../../harness/compare/punch-list.ts';
import { punchRunOf } from '../../../../harness/compare/punch-run.ts';
import type { ToldRepair } from '../../../../harness/compare/seen-since.ts';
import { punchListPaper } from '../../../../reports/page/punch-list-paper.ts';
import { KeptPunchList } from '../../../../reports/verdict/punch-list.ts';
import { whyKept } from '../../../../reports/verdict/words/punch-list-words.ts';
import { renderKeptPunchList } from '../../../../reports/writers/kept-punch-list-csv.ts';
import { renderPaperMarkdown } from '../../../../reports/writers/paper.ts';
import { known } from '../../../../workloads/kit/facts/fact.ts';
import type { Accelerator } from '../../../../workloads/kit/facts/host-facts.ts';
import { h100, mergeFacts } from '../../../support/constructed/facts.ts';
import {
  constructLimit,
  constructProfile,
  constructRequirement,
  constructRun,
} from '../../../support/constructed-run.ts';

const uuid = (index: number): string => `GPU-00000000-0000-4000-8000-00000000000${index}`;
const fresh = 'GPU-00000000-0000-4000-8000-0000000000ff';
const swapped = { uuid: known(fresh), serial: known('999') };
const profile = constructProfile([
  constructRequirement({
    id: 'gemm',
    scope: 'accelerator',
    sampling: 'screening',
    rule: { kind: 'metric', metric: 'matmul.throughput' },
  }),
  constructRequirement({
    id: 'power',
    scope: 'accelerator',
    owner: 'configuration',
    rule: { kind: 'fact', path: 'powerLimitWatts', atLeastFact: 'defaultPowerLimitWatts' },
  }),
]);

const own = '4c4c4544004410358052b2c04f4b3132';

interface Told {
  readonly node?: string;
  readonly machineId?: string;
  /** Of the two cards, in FLOP/s; absent: not measured. */
  readonly speeds?: readonly [number, number];
  readonly second?: Partial<Accelerator>;
}

/** One machine with two cards, on a day. */
function runOn(
  day: number,
  { node = 'n', machineId = own, speeds = [7.5e14, 7.5e14], second = {} }: Told = {},
) {
  const cards = [h100(0), h100(1, second)] as const;
  const made = constructRun({
    profile,
    limits: [constructLimit({ id: 'gemm', metric: 'matmul.throughput', value: 7e14, unit: 'FLOP/s' })],
    nodes: [
      {
        id: node,
        facts: mergeFacts({ accelerators: known([...cards]), machineId }),
        steps: [
          {
            entry: 'gemm',
            workload: 'matmul',
            samples: [
              ...speeds.flatMap((value, at) => {
                const card = cards[at]?.uuid;
                return value === 0 || card === undefined || !('value' in card)
                  ? []
                  : [{ metric: 'matmul.throughput', value, device: card.value }];
              }),
              { metric: 'matmul.wrongMatrixElements', value: 0 },
            ],
          },
        ],
      },
    ],
  });
  const header = { ...made.header, id: `run-${day}`, startedAt: `2026-11-0${day}T00:00:00Z` };
  return punchRunOf({ ...made, header });
}

const listOf = (runs: readonly ReturnType<typeof runOn>[], told: readonly ToldRepair[] = []) =>
  KeptPunchList.parse(keepPunchList(runs, told));
/** `open found GPU-…1 gemm` */
const linesOf = (...given: Parameters<typeof listOf>): readonly string[] =>
  listOf(...given).entries.map(({ state, why, device = '', cells }) =>
    [state, why, device.slice(-2), ...cells.map((cell) => cell.replace(/.*:/, ''))].join(' '),
  );
const slow = { speeds: [7.5e14, 5e14] } as const;

describe('a punch list over runs', () => {
  it('keeps open what failed, though another run was right, until a repair is told of that part', () => {
    const runs = [runOn(1, slow), runOn(2)];
    expect(linesOf(runs.slice(0, 1))).toEqual(['open found 01 gemm']);
    expect(linesOf(runs)).toEqual(['open unexplained 01 gemm']);
    expect(listOf(runs).exitCode).toBe(1);
    expect(linesOf(runs, [{ node: 'n', part: 'GPU1' }])).toEqual(['verified told 01 gemm']);
    expect(listOf(runs, [{ node: 'n', part: 'GPU1' }])).toMatchObject({
      exitCode: 0,
      entries: [{ first: 'run-1', last: 'run-1', right: 'run-2', repair: 'n=GPU1' }],
    });
    // What does not touch it explains nothing.
    for (const part of ['GPU0', 'cable', 'dimm'])
      expect(linesOf(runs, [{ node: 'n', part }])).toEqual(['open unexplained 01 gemm']);
    // The order of words is not the order of time.
    expect(linesOf(runs.toReversed())).toEqual(['open unexplained 01 gemm']);
  });

  it('takes a told repair for one that waits where nothing was measured since', () => {
    const runs = [runOn(1, slow), runOn(2, { speeds: [7.5e14, 0] })];
    expect(linesOf(runs)).toEqual(['open found 01 gemm']);
    expect(linesOf(runs, [{ node: 'n', part: 'GPU1' }])).toEqual(['repaired told 01 gemm']);
    expect(listOf(runs, [{ node: 'n', part: 'GPU1' }]).exitCode).toBe(2);
  });

  it('lets no run without a measurement take the place of a fail', () => {
    const runs = [runOn(1, slow), runOn(2, { speeds: [7.5e14, 0] }), runOn(3)];
    expect(listOf(runs).entries).toMatchObject([{ state: 'open', why: 'unexplained', verdict: 'fail' }]);
  });

  it('sees another part in its place, and what that one does', () => {
    const first = runOn(1, slow);
    expect(linesOf([first, runOn(2, { second: swapped })])).toEqual(['verified replaced 01 gemm']);
    expect(linesOf([first, runOn(2, { second: swapped, speeds: [7.5e14, 0] })])).toEqual([
      // Of the new one nothing is known yet.
      'open found ff gemm',
      'repaired replaced 01 gemm',
    ]);
    expect(linesOf([first, runOn(2, { second: swapped, speeds: [7.5e14, 5e14] })])).toEqual([
      'open found ff gemm',
      'repaired replaced 01 gemm',
    ]);
    const [entry] = listOf([first, runOn(2, { second: swapped })]).entries;
    expect(entry && whyKept(entry)).toBe(`${uuid(1)} → ${fresh}: right in run-2`);
  });

  it('sees that the state of the machine is another one', () => {
    const flashed = { firmware: known('96.00.A5.00.01') };
    const list = listOf([runOn(1, slow), runOn(2, { second: flashed })]);
    expect(list.entries).toMatchObject([
      {
        state: 'verified',
        why: 'changed',
        repair: expect.stringMatching(/^other firmware: .* → 96.00/) as string,
      },
    ]);
  });

  it('ends what is a fact when it is another one', () => {
    const limited = { powerLimitWatts: known(500) };
    expect(linesOf([runOn(1, { second: limited }), runOn(2)])).toEqual(['verified read-anew 01 power']);
  });

  it('ends what had never failed when it is measured', () => {
    // 3 % below the limit, which a screening does not decide.
    const near = { speeds: [7.5e14, 6.8e14] } as const;
    expect(linesOf([runOn(1, near), runOn(2)])).toEqual(['verified measured 01 gemm']);
  });

  it('opens again what fails again, as an entry of its own', () => {
    const told = [{ node: 'n', part: 'GPU1' }];
    expect(linesOf([runOn(1, slow), runOn(2), runOn(3, slow)], told)).toEqual([
      'open found 01 gemm',
      'verified told 01 gemm',
    ]);
    // Without a repair it was one fail all the time.
    const list = listOf([runOn(1, slow), runOn(2), runOn(3, slow)]);
    expect(list.entries).toMatchObject([{ state: 'open', why: 'found', first: 'run-1', last: 'run-3' }]);
  });

  it('knows a machine by what it says of itself, and believes no name', () => {
    const told = [{ node: 'n', part: 'GPU1' }];
    expect(linesOf([runOn(1, slow), runOn(2, { node: 'renamed' })], told)).toEqual(['verified told 01 gemm']);
    const other = 'fedcba9876543210fedcba9876543210';
    expect(linesOf([runOn(1, slow), runOn(2, { machineId: other })], told)).toEqual([
      'open unrecognised 01 gemm',
    ]);
    expect(linesOf([runOn(1, slow), runOn(2, { node: 'other', machineId: other })], told)).toEqual([
      'open found 01 gemm',
    ]);
  });

  it('is a report, and a row for each entry', () => {
    const list = listOf([runOn(1, slow), runOn(2)]);
    const text = renderPaperMarkdown(punchListPaper(list));
    expect(text).toContain('1 entry: 1 open · 0 repaired · 0 verified');
    expect(text).toContain('right since run-1, and nothing says that it was repaired');
    const [head, row] = renderKeptPunchList(list).split('\r\n');
    expect(head).toMatch(/^state,node,rack,slot,machine,device,part,/);
    expect(row).toMatch(new RegExp(`^open,n,,,,${uuid(1)},`));
  });
});

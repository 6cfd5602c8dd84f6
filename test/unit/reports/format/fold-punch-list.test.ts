import { describe, expect, it } from 'vitest';
import { foldPunchList } from '../../../../reports/format/fold-punch-list.ts';
import type { Defect, Verdict } from '../../../../reports/verdict/verdict.ts';

const defect = (node: string, change: Partial<Defect> = {}): Defect => ({
  id: `${node}:${change.subject ?? ''}${change.symptom ?? ''}`,
  node,
  subject: node,
  owner: 'hardware',
  symptom: 'Drive: expected at least 1, found 0',
  verdict: 'fail',
  action: 'Fit a drive.',
  cells: [`${node}:drive`],
  evidence: [`nodes/${node}/steps/facts/probes.json`],
  ...change,
});

const fold = (defects: readonly Defect[], block?: unknown): readonly (readonly [string, string, number])[] =>
  foldPunchList({ defects, cells: [], block } as unknown as Verdict).map(({ node, subject, cells }) => [
    node,
    subject,
    cells.length,
  ]);

describe('a punch list for readers', () => {
  it('says once what it says of many nodes, where it said it first, and loses no cell', () => {
    const list = [defect('n1'), defect('n2', { symptom: 'hot' }), defect('n2'), defect('n3')];
    expect(fold(list)).toEqual([
      ['n[1-3]', 'n[1-3]', 3],
      ['n2', 'n2', 1],
    ]);
    expect(foldPunchList({ defects: list, cells: [] } as unknown as Verdict)[0]?.evidence).toHaveLength(3);
  });

  it('keeps devices apart', () => {
    expect(
      fold([
        defect('n1', { subject: 'n1/gpu0' }),
        defect('n2', { subject: 'n2/gpu0' }),
        defect('n2', { subject: 'n2/gpu1' }),
      ]),
    ).toEqual([
      ['n[1-2]', 'n[1-2]/gpu0', 2],
      ['n2', 'n2/gpu1', 1],
    ]);
  });

  it('leaves alone what nodes did together, and what a blame stands beside', () => {
    expect(
      fold([defect('n1', { subject: 'n1+n2' }), defect('n2', { subject: 'n1+n2', id: 'other' })]),
    ).toHaveLength(2);
    const blames = [{ node: 'n1', steps: [], reason: 'n1 is to blame.' }];
    expect(fold([defect('n1'), defect('n2'), defect('n3')], { blames, trials: [], nodes: [] })).toEqual([
      ['n1', 'n1', 1],
      ['n[2-3]', 'n[2-3]', 2],
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { validateVerdict } from '../../../../reports/verdict/validate.ts';
import { exampleVerdict } from '../../../support/example-verdict.ts';
import { smallBlockVerdict } from '../../../support/judged-examples.ts';

const { block } = smallBlockVerdict();
const nodes = block!.nodes.map(({ id }) => ({ id, reached: true, facts: [] }));
const whole = exampleVerdict({ cells: [], nodes, conclusion: 'fail' });
const sentence = 'expected at least 125 MB/s, found 98.00 MB/s';

/** A document as version 1 wrote it: four nodes, the second pair of which is bad. */
function documentV1(change: object = {}): object {
  const cell = (subject: string, node: string, verdict: string) => ({
    id: `${subject}:r`,
    subject,
    node,
    requirement: 'r',
    title: 'R',
    dimension: 'D5',
    level: 'required',
    owner: 'hardware',
    gate: false,
    sampling: 'screening',
    verdict,
    reason: sentence,
  });
  const fact = { kind: 'fact', path: 'memory.totalBytes', value: 25_276_502_016 };
  return {
    ...whole,
    schemaVersion: 1,
    headline: 'One pair is slow.',
    counts: {
      required: { fail: 1, invalid: 0, missing: 2, inconclusive: 0, pass: 4, 'not-applicable': 0 },
      advisory: { fail: 0, invalid: 0, missing: 0, inconclusive: 0, pass: 0, 'not-applicable': 0 },
    },
    block: {
      nodes: block!.nodes.map(({ id }) => ({
        id,
        conclusion: id === 'node3' ? 'fail' : 'undecided',
        reason: 'r',
      })),
      trials: block!.trials.map((trial) => ({ ...trial, reason: sentence })),
      blames: block!.blames.map((blame) => ({ ...blame, reason: 'node3 is slow.' })),
    },
    cells: [
      { ...cell('node1', 'node1', 'pass'), observed: fact },
      cell('node2', 'node2', 'pass'),
      cell('node1/a/b', 'node1', 'pass'),
      cell('node1+node2', 'node1+node2', 'pass'),
      { ...cell('node3+node4', 'node3', 'fail'), action: 'Recable it.' },
      cell('node4', 'node4', 'missing'),
      cell('block', 'block', 'missing'),
    ],
    defects: [
      {
        id: 'shared',
        node: 'node[1,4]',
        subject: 'node[1,4]',
        owner: 'hardware',
        symptom: 'S',
        verdict: 'missing',
        action: 'A',
        cells: ['node1:r', 'node4:r'],
        evidence: [],
      },
      {
        id: 'blamed',
        node: 'node3',
        subject: 'node3+node4',
        owner: 'hardware',
        symptom: 'S',
        verdict: 'fail',
        action: 'A',
        retest: 'all',
        cells: ['node3+node4:r'],
        evidence: [],
      },
    ],
    notShown: [
      { what: 'node node2', reason: 'it was off' },
      { what: '2 of 3 runs of tests on drives on node4', reason: 'it was off' },
      { what: 'Tests on drives', reason: 'nobody asked' },
    ],
    ...change,
  };
}

describe('a verdict of version 1', () => {
  const verdict = validateVerdict(documentV1());

  it('has its subjects by what their names stood for, and who is to blame', () => {
    expect(verdict.cells.map(({ subject, blamedOn }) => [subject, blamedOn])).toEqual([
      [{ kind: 'node', node: 'node1' }, undefined],
      [{ kind: 'node', node: 'node2' }, undefined],
      [{ kind: 'device', node: 'node1', device: 'a/b' }, undefined],
      [{ kind: 'pair', nodes: ['node1', 'node2'] }, undefined],
      [{ kind: 'pair', nodes: ['node3', 'node4'] }, ['node3']],
      [{ kind: 'node', node: 'node4' }, undefined],
      [{ kind: 'group', name: 'block' }, undefined],
    ]);
  });

  it('has the nodes of a defect one by one, and those that a line is about', () => {
    expect(verdict.defects.map(({ nodes, subject }) => [nodes, subject])).toEqual([
      [['node1', 'node4'], undefined],
      [['node3'], { kind: 'pair', nodes: ['node3', 'node4'] }],
    ]);
    expect(verdict.notShown.map(({ about }) => about)).toEqual([['node2'], ['node4'], undefined]);
  });

  it('says in quotes what it said, and shows a fact in the unit that its path stood for', () => {
    expect(verdict.cells[4]).toMatchObject({
      reason: { say: 'quoted', text: sentence },
      action: { say: 'quoted', text: 'Recable it.' },
    });
    expect(verdict.cells[0]?.observed).toMatchObject({ value: 25_276_502_016, unit: 'B' });
  });

  it.each([
    ['no sentence for its headline', { headline: { say: 'all-right' } }, '/headline'],
    ['a key that version 1 did not have', { remark: 'x' }, 'remark'],
    ['no list of cells', { cells: 'none' }, '/cells'],
  ])('is refused with %s', (_, change, place) => {
    expect(() => validateVerdict(documentV1(change))).toThrow(
      expect.objectContaining({
        code: 'EVIDENCE_DAMAGED',
        message: expect.stringContaining(place) as string,
      }) as Error,
    );
  });
});

import { describe, expect, it } from 'vitest';
import { punchListSection } from '../../../../reports/page/punch-list.ts';
import type { Defect, Verdict } from '../../../../reports/verdict/verdict.ts';
import { createLookup } from '../../../../reports/verdict/verdict-lookup.ts';
import { exampleSubject, quoted } from '../../../support/example-verdict.ts';
import { smallBlockVerdict } from '../../../support/judged-examples.ts';

const defect = (
  node: string,
  { subject = node, symptom = 'Drive: expected at least 1, found 0', ...change }: Partial<Example> = {},
): Defect => ({
  id: `${node}:${subject}${symptom}`,
  nodes: [node],
  subject: exampleSubject(subject),
  owner: 'hardware',
  symptom: quoted(symptom),
  verdict: 'fail',
  action: quoted('Fit a drive.'),
  cells: [`${node}:drive`],
  evidence: [`nodes/${node}/steps/facts/probes.json`],
  ...change,
});
type Example = Omit<Defect, 'subject' | 'symptom'> & { readonly subject: string; readonly symptom: string };

const entriesOf = (verdict: Verdict) =>
  punchListSection(createLookup(verdict)).content.flatMap((it) => (it.kind === 'defects' ? it.entries : []));

const fold = (defects: readonly Defect[], block?: unknown): readonly (readonly [string, string])[] =>
  entriesOf({
    defects,
    cells: [],
    nodes: ['n1', 'n2', 'n3'].map((id) => ({ id })),
    block,
  } as unknown as Verdict).map(({ where, cells }) => [where.join(' · '), cells]);

describe('a punch list for readers', () => {
  it('says once what it says of many nodes, where it said it first, and loses no cell', () => {
    const list = [defect('n1'), defect('n2', { symptom: 'hot' }), defect('n2'), defect('n3')];
    expect(fold(list)).toEqual([
      ['n[1-3]', '3 cells'],
      ['n2', '1 cell'],
    ]);
  });

  it('keeps devices apart', () => {
    const devices = ['n1/gpu0', 'n2/gpu0', 'n2/gpu1'].map((subject) =>
      defect(subject.slice(0, 2), { subject }),
    );
    expect(fold(devices)).toEqual([
      ['n[1-2]/gpu0', '2 cells'],
      ['n2/gpu1', '1 cell'],
    ]);
  });

  it('leaves alone what nodes did together, and what a blame stands beside', () => {
    expect(
      fold([defect('n1', { subject: 'n1+n2' }), defect('n2', { subject: 'n1+n2', id: 'other' })]),
    ).toHaveLength(2);
    const blames = [{ node: 'n1', members: ['n1'], steps: [], reason: quoted('n1 is to blame.') }];
    expect(fold([defect('n1'), defect('n2'), defect('n3')], { blames, trials: [], nodes: [] })).toEqual([
      ['n1', '1 cell'],
      ['n[2-3]', '2 cells'],
    ]);
  });

  it('names, in the report on one node, that one before those that share its cause', () => {
    const { subject: _, ...shared } = defect('n1', { nodes: ['n1', 'n2'] });
    const about = (...ids: readonly string[]): readonly string[] =>
      entriesOf({
        defects: [shared],
        cells: [],
        nodes: ids.map((id) => ({ id })),
      } as unknown as Verdict).flatMap(({ where }) => where);
    expect(about('n1', 'n2')).toEqual(['n[1-2]']);
    expect(about('n1')).toEqual(['n1', 'n[1-2]']);
  });

  it('names the paths of many nodes as a set', () => {
    const many = Array.from({ length: 40 }, (_, at) => defect(`n${at + 1}`));
    const [entry] = entriesOf({ defects: many, cells: [], nodes: [] } as unknown as Verdict);
    expect(JSON.stringify(entry?.proof)).toContain('nodes/n[1-40]/steps/facts/probes.json');
  });

  it('names the cells of many devices by their nodes: no two devices have like names', () => {
    const cells = Array.from({ length: 16 }, (_, at) => {
      const node = `n${Math.floor(at / 8) + 1}`;
      const device = `GPU-${at * 7919}`;
      return { id: `${node}/${device}:ecc`, requirement: 'ecc', subject: { kind: 'device', node, device } };
    });
    const one = { ...defect('n1'), cells: cells.map(({ id }) => id) };
    const [entry] = entriesOf({ defects: [one], cells, nodes: [] } as unknown as Verdict);
    expect(JSON.stringify(entry?.proof)).toContain('on 16 devices of ');
    expect(JSON.stringify(entry?.proof)).toContain('n[1-2]');
    expect(JSON.stringify(entry?.proof)).not.toContain('GPU-');
  });

  const base = smallBlockVerdict();
  const own = { ...base.defects[0]!, id: 'own', cells: ['node3:sha256'], subject: exampleSubject('node3') };
  const linesOf = (defects: readonly Defect[]) =>
    entriesOf({ ...base, defects: [...defects] }).map(({ lines }) => lines.length);

  it('has a blame beside the defect of the cells that it is about, not beside another of its node', () => {
    expect(linesOf([own, ...base.defects])).toEqual([1, 2]);
  });

  it('has it beside a defect of its node when no defect is about its cells, and alone when there is none', () => {
    expect(linesOf([own])).toEqual([2]);
    const { content } = punchListSection(createLookup({ ...base, defects: [] }));
    expect(JSON.stringify(content)).toContain('node3 is bad with each of 2 partners');
  });
});

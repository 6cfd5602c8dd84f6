import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listedUnder } from '../../../../reports/verdict/algebra.ts';
import { contradictions } from '../../../../reports/verdict/contradictions.ts';
import { nodeParts } from '../../../../reports/verdict/node-parts.ts';
import { validateVerdict } from '../../../../reports/verdict/validate.ts';
import type { Conclusion } from '../../../../reports/verdict/verdict.ts';
import { createLookup } from '../../../../reports/verdict/verdict-lookup.ts';
import { say } from '../../../../reports/verdict/words/say.ts';
import { renderHtml } from '../../../../reports/writers/html/render-html.ts';
import { nameOf, nodeOf } from '../../../../workloads/kit/subject.ts';
import { quoted } from '../../../support/example-verdict.ts';
import { blockVerdict, smallBlockVerdict } from '../../../support/judged-examples.ts';
import { arbitraryBlockVerdict } from '../arbitrary-block.ts';
import { arbitraryVerdict } from '../arbitrary-verdict.ts';

const worstFirst: readonly Conclusion[] = ['fail', 'undecided', 'unreached', 'pass'];

describe('nodeParts', () => {
  it('contradicts itself for no node of any document', () => {
    fc.assert(
      fc.property(fc.oneof(arbitraryBlockVerdict, arbitraryVerdict), (verdict) => {
        expect(contradictions(verdict)).toEqual([]);
        for (const { id } of verdict.nodes) expect(contradictions(nodeParts(verdict)(id))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('gives a block its worst node, where no group is open without a node to blame', () => {
    let seen = 0;
    fc.assert(
      fc.property(arbitraryBlockVerdict, (verdict) => {
        const ids = new Set(verdict.nodes.map(({ id }) => id));
        const isLoose = verdict.cells.some(
          (cell) =>
            !ids.has(listedUnder(cell)) && cell.verdict !== 'pass' && cell.verdict !== 'not-applicable',
        );
        if (isLoose) return;
        seen += 1;
        const all = verdict.nodes.map(({ id }) => nodeParts(verdict)(id).conclusion);
        const worst = worstFirst.find((each) => all.includes(each));
        // One that was not reached among others that were leaves the block undecided.
        const isMixed = worst === 'unreached' && all.includes('pass');
        expect(verdict.conclusion).toBe(isMixed ? 'undecided' : worst);
      }),
      { numRuns: 300 },
    );
    expect(seen).toBeGreaterThan(30);
  });

  it('keeps what the node is blamed for, and names what failed for the sake of another', () => {
    const whole = smallBlockVerdict();
    const guilty = nodeParts(whole)('node3');
    expect(guilty.cells.map((cell) => [cell.id, listedUnder(cell), cell.verdict])).toEqual([
      ['node3:sha256', 'node3', 'pass'],
      ['node3+node4:allreduce', 'node3', 'fail'],
    ]);
    expect([guilty.conclusion, guilty.exitCode, say(guilty.headline)]).toEqual([
      'fail',
      1,
      'All-reduce, bus bandwidth: expected at least 125 MB/s, found 98 MB/s: median of 1 run misses the limit by more than 10 %.',
    ]);
    expect(guilty.defects.map(({ id }) => id)).toEqual(['node3:blamed']);
    expect(guilty.block?.whole).toEqual({ nodes: 4, conclusion: 'fail' });
    const partner = nodeParts(whole)('node4');
    expect([partner.conclusion, partner.exitCode, partner.counts.required.pass]).toEqual(['pass', 0, 2]);
    expect(partner.defects).toEqual([]);
    expect(partner.notShown.map(({ what, reason }) => [say(what), say(reason)])).toEqual([
      [
        'All-reduce, bus bandwidth on node3+node4',
        'fail: expected at least 125 MB/s, found 98 MB/s: median of 1 run misses the limit by more than 10 %; blamed on node3',
      ],
    ]);
    expect(partner.block?.trials.map(({ step }) => step)).toEqual(['t2', 't4']);
  });

  it('blames each of two nodes for the cell that names only one of them', () => {
    const whole = smallBlockVerdict();
    const block = whole.block!;
    const both = {
      ...whole,
      block: {
        ...block,
        nodes: block.nodes.map((node) =>
          node.id === 'node4'
            ? { ...node, conclusion: 'fail' as const, reason: quoted('slow with all') }
            : node,
        ),
        blames: [
          ...block.blames,
          { node: 'node4', members: ['node3', 'node4'], reason: quoted('r'), steps: ['t2'] },
        ],
      },
    };
    expect(contradictions(both)).toEqual([]);
    const other = nodeParts(both)('node4');
    expect(contradictions(other)).toEqual([]);
    expect(other.cells.map((cell) => [cell.id, listedUnder(cell)])).toEqual([
      ['node4:sha256', 'node4'],
      ['node3+node4:allreduce', 'node4'],
      ['node1+node4:allreduce', 'node1+node4'],
    ]);
    expect(other.counts.required.fail).toBe(1);
    expect(other.defects.map(({ nodes, subject }) => [nodes, subject && nameOf(subject)])).toEqual([
      [['node4'], 'node3+node4'],
    ]);
  });

  it('counts what nobody is blamed for as far as the block does, and says else that it is not shown', () => {
    const whole = smallBlockVerdict();
    const cells = whole.cells.map(({ blamedOn: _, ...cell }) => cell);
    const nodes = whole.block!.nodes.map((node) => ({
      ...node,
      conclusion: node.id === 'node4' ? ('fail' as const) : ('pass' as const),
    }));
    const loose = { ...whole, cells, block: { ...whole.block!, nodes, blames: [] } };
    expect(nodeParts(loose)('node4').counts.required.fail).toBe(1);
    expect(nodeParts(loose)('node3').counts.required.fail).toBe(0);
    expect(say(nodeParts(loose)('node3').notShown[0]!.reason)).toBe(
      'fail: expected at least 125 MB/s, found 98 MB/s: median of 1 run misses the limit by more than 10 %; no node was singled out, the report on the block has it',
    );
  });

  it('has of a defect that many nodes share itself and its own cells', () => {
    const whole = smallBlockVerdict();
    const { subject: _, ...defect } = whole.defects[0]!;
    const shared = { ...defect, nodes: ['node1', 'node2'], cells: ['node1:sha256', 'node2:sha256'] };
    const cells = whole.cells.map((cell) =>
      shared.cells.includes(cell.id) ? { ...cell, verdict: 'missing' as const } : cell,
    );
    const [own] = nodeParts({ ...whole, cells, defects: [shared] })('node1').defects;
    expect([own?.nodes, own?.cells]).toEqual([['node1'], ['node1:sha256']]);
  });

  it('keeps a requirement on groups of which none was formed', () => {
    const whole = smallBlockVerdict();
    const block = whole.block!;
    const { blamedOn: _, ...cell } = whole.cells[5]!;
    const cells = [
      ...whole.cells.slice(0, 4),
      {
        ...cell,
        id: 'block:allreduce',
        subject: { kind: 'group' as const, name: 'block' },
        verdict: 'missing' as const,
      },
    ];
    const nodes = block.nodes.map((node) => ({ ...node, conclusion: 'undecided' as const }));
    const none = { ...whole, cells, defects: [], block: { nodes, trials: [], blames: [] } };
    expect(nodeParts(none)('node2').cells.map(({ id }) => id)).toEqual(['node2:sha256', 'block:allreduce']);
  });

  it('takes what is about the node and leaves what is about others', () => {
    const part = validateVerdict(nodeParts(blockVerdict())('gpu003'));
    const attemptsOf = (node: string) => [
      ...new Set(nodeParts(blockVerdict())(node).attempts.map((attempt) => attempt.node)),
    ];
    expect(attemptsOf('gpu003')).toEqual(['gpu003']);
    // Its partner could not do its part of their pair.
    expect(attemptsOf('gpu029')).toEqual(['gpu029', 'gpu030']);
    const shared = part.measurements.filter(({ subject }) => nodeOf(subject) !== 'gpu003');
    expect(new Set(shared.map(({ subject }) => nameOf(subject)))).toEqual(
      new Set(['gpu003+gpu004', 'gpu003+gpu014']),
    );
    expect(part.evidence.journals.map(({ node }) => node)).toEqual(['gpu003']);
    expect(part.notShown.map(({ what }) => say(what))).not.toContain('node gpu030');
    expect(part.notShown.map(({ what }) => say(what))).toContain('Steady-state writes');
  });

  it('is a page on one node that says which block it belongs to', () => {
    const page = renderHtml(createLookup(nodeParts(blockVerdict())('gpu014')));
    expect(page).toContain('</span> Does not conform</h2>');
    expect(page).toContain('Part of a run over 32 nodes. Block: not accepted.');
    expect(page).toContain('<a href="../../report.html">');
    expect(page).toContain('gpu014 is bad with each of 4 partners');
    expect(renderHtml(createLookup(nodeParts(blockVerdict())('gpu030')))).toContain(
      '</span> Nothing was reached</h2>',
    );
  });

  it('lets a survey that classified the node end with 0, and one that reached nothing not', () => {
    const survey = {
      ...blockVerdict(),
      run: { ...blockVerdict().run, purpose: 'survey' as const },
      exitCode: 0,
    };
    expect(nodeParts(survey)('gpu014').exitCode).toBe(0);
    expect(nodeParts(survey)('gpu030').exitCode).toBe(3);
  });
});

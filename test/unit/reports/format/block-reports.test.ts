import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../../../reports/text/display-width.ts';
import { foldAttempts } from '../../../../reports/format/fold-attempts.ts';
import { foldBlockShown } from '../../../../reports/format/fold-block-shown.ts';
import { foldFacts } from '../../../../reports/format/fold-facts.ts';
import { foldNotShown } from '../../../../reports/format/fold-not-shown.ts';
import { inTheWay } from '../../../../reports/format/in-the-way.ts';
import { mapNodes } from '../../../../reports/format/map-nodes.ts';
import { nodeMapLines } from '../../../../reports/format/node-map-lines.ts';
import { renderJunit } from '../../../../reports/writers/junit.ts';
import { renderMarkdown } from '../../../../reports/writers/markdown.ts';
import { renderPunchList } from '../../../../reports/writers/punch-list.ts';
import { renderTerminal } from '../../../../reports/writers/terminal.ts';
import type { BlockNode } from '../../../../reports/verdict/verdict.ts';
import { blockVerdict, smallBlockVerdict } from '../../../support/example-block.ts';
import { arbitraryBlockVerdict } from '../arbitrary-block.ts';

const node = (id: string, rack?: string, slot?: string): BlockNode => ({
  id,
  conclusion: 'pass',
  reason: '',
  ...(rack === undefined ? {} : { rack }),
  ...(slot === undefined ? {} : { slot }),
});

describe('the node map', () => {
  it('puts racks side by side and the highest rack unit on top', () => {
    expect(nodeMapLines(blockVerdict().block!.nodes, 88)).toEqual([
      '     R31       R32       R33       R34       R35       R36       R37       R38',
      'U34  ● gpu001  ● gpu005  ● gpu009  ● gpu013  ● gpu017  ● gpu021  ● gpu025  ● gpu029',
      'U26  ● gpu002  ● gpu006  ● gpu010  ✖ gpu014  ● gpu018  ● gpu022  ● gpu026  ○ gpu030',
      'U18  ● gpu003  ● gpu007  ● gpu011  ● gpu015  ● gpu019  ● gpu023  ✖ gpu027  ● gpu031',
      'U10  ● gpu004  ● gpu008  ● gpu012  ● gpu016  ● gpu020  ● gpu024  ● gpu028  ● gpu032',
      '',
      '● 29 conform  ✖ 2 fail  ○ 1 not reached',
    ]);
  });

  it('lists nodes without a rack, in a width', () => {
    expect(nodeMapLines(smallBlockVerdict().block!.nodes, 24)).toEqual([
      '● node1  ● node2',
      '✖ node3  ● node4',
      '',
      '● 3 conform  ✖ 1 fails',
    ]);
  });

  it('keeps gaps, several nodes in one slot, and those of which no rack is known', () => {
    const nodes = [
      node('a', 'R2', '1'),
      node('b', 'R10', '2'),
      node('c', 'R10', '2'),
      node('d'),
      node('e', 'R2', '10'),
    ];
    expect(nodeMapLines(nodes, 60)).toEqual([
      '    R2   R10',
      '1   ● a',
      '2        ● b',
      '         ● c',
      '10  ● e',
      '',
      'No rack is known:',
      '● d',
      '',
      '● 5 conform',
    ]);
  });

  it('names the slots in every rack when the racks have too little in common', () => {
    const nodes = Array.from({ length: 6 }, (_, at) => node(`n${at}`, `R${at}`, `U${at}`));
    expect(mapNodes(nodes).isLevel).toBe(false);
    expect(nodeMapLines(nodes, 40).slice(0, 2)).toEqual([
      'R0       R1       R2       R3',
      'U0 ● n0  U1 ● n1  U2 ● n2  U3 ● n3',
    ]);
  });
});

describe('inTheWay', () => {
  it('counts defects by owner, with zeros, and what was not reached or is open without a culprit', () => {
    expect(inTheWay(blockVerdict())).toBe(
      'In the way: 2 hardware defects, 0 configuration, 1 environment, 1 node not reached, 0 with something not run, 2 groups open without a node to blame.',
    );
    expect(inTheWay(smallBlockVerdict())).toBe(
      'In the way: 1 hardware defect, 0 configuration, 0 environment, 0 nodes not reached, 0 with something not run.',
    );
  });
});

describe('renderTerminal of a block', () => {
  it('says the verdict in words, where the nodes stand, who has to do what, and what was shown', () => {
    const text = renderTerminal(blockVerdict(), { columns: 100, color: false });
    const order = [
      '✖ BLOCK: NOT ACCEPTED\n  29 of 32 nodes conform\n  In the way: 2 hardware defects',
      'NODES (32)',
      '  ○ gpu030 not reached: connection refused by gpu030:22',
      '20 measurements across nodes: 15 good, 4 bad, 1 unknown; 4 of them added',
      'PUNCH LIST (3)',
      ' 2.  ✖ fail · gpu014 · R34 / U26 · gpu013+gpu014 · mlx5_5, SN MT2412X09117 · hardware · 1 cell',
      '     gpu014 is as slow with gpu003, gpu021 and gpu032',
      '     → Recable: first swap the transceiver.\n       Re-test: three pairs and the group, about 10 min',
      'WHAT WAS SHOWN ON THE 29 THAT CONFORM',
      '  BF16 matrix multiplication, sustained: 232 of 249, 696 runs, lowest on gpu001\n    ≥ 690 TFLOPS  736.6 TFLOPS  750.5 TFLOPS  764.6 TFLOPS  +6.7 %',
      'NOT SHOWN',
      '  – gpu[001-013,015-026,028-029,031-032]: A, fit for the intended purpose',
    ].map((part) => text.indexOf(part));
    expect(order).toEqual([...order].sort((left, right) => left - right));
    expect(order).not.toContain(-1);
  });

  it.each([40, 60, 80, 200])('keeps every line within %d columns', (columns) => {
    const some = fc.sample(arbitraryBlockVerdict, { numRuns: 40, seed: 7 });
    for (const verdict of [blockVerdict(), smallBlockVerdict(), ...some])
      for (const line of renderTerminal(verdict, { columns, color: false }).split('\n'))
        expect(displayWidth(line)).toBeLessThanOrEqual(columns);
  });

  it('keeps the words of a survey', () => {
    const survey = { ...blockVerdict(), profile: { ...blockVerdict().profile, id: 'survey' } };
    expect(renderTerminal(survey, { columns: 80, color: false })).toContain('■ 32 MACHINES CLASSIFIED');
  });
});

describe('renderMarkdown of a block', () => {
  it('has the map as fixed columns, the partner logic, and added trials', () => {
    const text = renderMarkdown(blockVerdict());
    expect(text).toContain('**✖ Block: not accepted.** 29 of 32 nodes conform.');
    expect(text).toContain('\n    U26  ● gpu002  ● gpu006  ● gpu010  ✖ gpu014');
    expect(text).toContain('   gpu014 is as slow with gpu003, gpu021 and gpu032');
    expect(text).toContain('- ✖ **gpu003+gpu014** (extra): expected at least 10 GB/s, found 5.190 GB/s');
    expect(text).toContain(
      '| All-reduce in pairs, 64 MiB, bus bandwidth | ≥ 10 GB/s | 11.10 GB/s | 11.28 GB/s | 11.46 GB/s | +11.0 % | gpu001+gpu002 | 42 | 14 of 16 |',
    );
    expect(text).not.toContain('## Measured');
  });
});

describe('renderJunit of a block', () => {
  it('has a suite for each node and one for all groups; a blamed cell is in the suite of its node', () => {
    const text = renderJunit(blockVerdict());
    expect(text.match(/<testsuite name="gpu0/g)).toHaveLength(32);
    expect(text).toContain('<testsuite name="gpu014" tests="13" failures="1" errors="0"');
    expect(text).toContain('<testsuite name="groups" tests="16" failures="2" errors="0"');
    expect(text.match(/<testsuite /g)).toHaveLength(33);
  });
});

describe('renderPunchList of a block', () => {
  it('says where to go, to which part, why this one, and what to measure again', () => {
    const row = renderPunchList(blockVerdict()).split('\r\n')[2];
    expect(row).toBe(
      'd2,gpu014,R34,U26,gpu013+gpu014,"mlx5_5, SN MT2412X09117",hardware,fail,"All-reduce in pairs, 64 MiB, bus bandwidth: expected at least 10 GB/s, found 5.210 GB/s.",≥ 10 GB/s,"5.210 GB/s (5.179 – 5.241 GB/s, n = 3)",Recable: first swap the transceiver.,"three pairs and the group, about 10 min","gpu014 is as slow with gpu003, gpu021 and gpu032, which all reach 11 GB/s with others: its cable, transceiver or switch port, not the partner.",gpu013+gpu014:allreduce-pair,groups/allreduce-pair-7',
    );
  });

  it('disarms formulas in the new columns too', () => {
    const base = smallBlockVerdict();
    const [defect] = base.defects;
    const block = base.block!;
    const row = renderPunchList({
      ...base,
      defects: [{ ...defect!, part: '=1', retest: '+1' }],
      block: {
        ...block,
        nodes: block.nodes.map((each) => ({ ...each, rack: '@1', slot: '-1' })),
        blames: block.blames.map((blame) => ({ ...blame, reason: '=HYPERLINK()' })),
      },
    }).split('\r\n')[1];
    expect(row).toContain("d1,node3,'@1,'-1,node3+node4,'=1,");
    expect(row).toContain(",'+1,'=HYPERLINK(),");
  });
});

describe('a blame', () => {
  const base = smallBlockVerdict();
  const own = { ...base.defects[0]!, id: 'own', cells: ['node3:sha256'], subject: 'node3' };

  it('stands beside the defect of the cells that it is about, not beside another of its node', () => {
    const rows = renderPunchList({ ...base, defects: [own, ...base.defects] }).split('\r\n');
    expect(rows[1]).not.toContain('node3 is slow');
    expect(rows[2]).toContain(
      '"node3 is slow with node1 and with node4, and those two are good with each other."',
    );
  });

  it('stands beside a defect of its node when no defect is about its cells, and alone when there is none', () => {
    expect(renderPunchList({ ...base, defects: [own] })).toContain('node3 is slow');
    expect(renderTerminal({ ...base, defects: [] }, { columns: 100, color: false })).toContain(
      '   – node3 is slow with node1',
    );
    expect(renderMarkdown({ ...base, defects: [] })).toContain('\nnode3 is slow with node1');
  });
});

describe('what a block folds', () => {
  it('speaks for the nodes that conform only, with the node nearest to the limit', () => {
    const [sha, allreduce] = foldBlockShown(smallBlockVerdict());
    expect(sha).toEqual({
      title: 'SHA-256, 16 KiB blocks',
      level: 'required',
      limit: '≥ 200 MB/s',
      lowest: '1.372 GB/s',
      median: '1.381 GB/s',
      highest: '1.391 GB/s',
      nearest: { end: 'lowest', where: 'node1' },
      margin: '+585.9 %',
      runs: 9,
      passed: 3,
      applicable: 4,
    });
    expect([allreduce?.passed, allreduce?.applicable]).toEqual([1, 2]);
  });

  it('puts steps with one fate into one row, what did not complete first', () => {
    expect(foldAttempts(blockVerdict())).toEqual([
      {
        what: 'matmul by cublas',
        execution: 'cancelled',
        reason: 'stopped by the operator at 03:12',
        steps: 1,
        nodes: 'gpu008',
      },
      {
        what: 'matmul by cublas',
        execution: 'skipped',
        reason: 'the node was not reached',
        steps: 3,
        nodes: 'gpu030',
      },
      {
        what: 'allreduce by openmpi',
        execution: 'skipped',
        reason: 'gpu030 was not reached',
        steps: 1,
        nodes: 'gpu029+gpu030',
      },
      {
        what: 'matmul by cublas',
        execution: 'completed',
        reason: '',
        steps: 92,
        nodes: 'gpu[001-029,031-032]',
      },
      expect.objectContaining({ what: 'allreduce by openmpi', execution: 'completed', steps: 15 }),
    ]);
  });

  it('tells facts that differ from those that are the same, and names nobody for a serial number', () => {
    const { nodes, same, different, individual } = foldFacts(blockVerdict());
    expect([nodes, same.length]).toEqual([31, 3]);
    expect(different.map(({ name, values }) => [name, ...values.slice(1)])).toEqual([
      ['total', { value: '1.031 TB', count: 1, nodes: 'gpu009' }],
      ['kernel', { value: '6.8.0-57-generic', count: 2, nodes: 'gpu[004,020]' }],
    ]);
    expect(individual.map(({ name }) => name)).toEqual(['host name', 'serial']);
  });

  it('folds many things that were not shown for one reason', () => {
    const notShown = Array.from({ length: 150 }, (_, at) => ({
      what: `node gpu${String(at + 1).padStart(3, '0')}`,
      reason: 'no route',
    }));
    expect(foldNotShown({ notShown })).toEqual([{ what: ['node gpu[001-150]'], reason: 'no route' }]);
  });
});

import { describe, expect, it } from 'vitest';
import { contradictions } from '../../../../reports/verdict/contradictions.ts';
import type { Block, BlockNode, Verdict } from '../../../../reports/verdict/verdict.ts';
import { quoted } from '../../../support/example-verdict.ts';
import { smallBlockVerdict, vmVerdict } from '../../../support/judged-examples.ts';

const base = smallBlockVerdict();
const block = base.block!;
const withBlock = (change: Partial<Block>): Verdict => ({ ...base, block: { ...block, ...change } });
const withNode = (id: string, change: Partial<BlockNode>): Verdict =>
  withBlock({ nodes: block.nodes.map((node) => (node.id === id ? { ...node, ...change } : node)) });

describe('contradictions of a block', () => {
  it('finds none in a block that is in order', () => {
    expect(contradictions(base)).toEqual([]);
  });

  it.each([
    [
      'a node left out',
      withBlock({ nodes: block.nodes.slice(1) }),
      'block.nodes: expected `node1` exactly once',
    ],
    [
      'a node named twice',
      withBlock({ nodes: [...block.nodes, block.nodes[0]!] }),
      'block.nodes: expected `node1` exactly once',
    ],
    [
      'a node that is none of the run',
      withBlock({ nodes: [...block.nodes, { ...block.nodes[0]!, id: 'x' }] }),
      'block.nodes: expected a node of the run, got `x`',
    ],
    [
      'a pass with a required cell that is not met',
      withNode('node3', { conclusion: 'pass' }),
      'block.nodes `node3`: expected anything but `pass`, since `node3+node4:allreduce` is fail',
    ],
    [
      'a pass of the second of two that are blamed for one cell',
      withBlock({
        blames: [...block.blames, { node: 'node4', members: ['node4'], reason: quoted('r'), steps: ['t2'] }],
      }),
      'block.nodes `node4`: expected anything but `pass`, since `node3+node4:allreduce` is fail',
    ],
    [
      'a fail called undecided',
      withNode('node3', { conclusion: 'undecided' }),
      'block.nodes `node3`: expected `fail`, since `node3+node4:allreduce` is fail',
    ],
    [
      'a fail without a cell',
      withNode('node1', { conclusion: 'fail' }),
      'block.nodes `node1`: expected a required cell that fails behind `fail`, got none',
    ],
    [
      'a node that was reached and was not',
      withNode('node1', { conclusion: 'unreached' }),
      'block.nodes `node1`: expected anything but `unreached`, since it was reached',
    ],
    [
      'a pass of a node that was not reached',
      { ...base, nodes: base.nodes.map((node) => ({ ...node, reached: node.id !== 'node1' })) },
      'block.nodes `node1`: expected anything but `pass`, since it was not reached',
    ],
    [
      'a pass of a node without cells',
      { ...base, cells: base.cells.slice(1) },
      'block.nodes `node1`: expected a required cell that passes behind `pass`, got none',
    ],
    [
      'a block that is better than its worst node',
      { ...base, conclusion: 'undecided', exitCode: 2 } as const,
      'conclusion: expected `fail`, as the worst node or group is, got `undecided`',
    ],
    [
      'a pass while a node does not conform',
      { ...base, conclusion: 'pass', exitCode: 0 } as const,
      'conclusion: expected `fail`, as the worst node or group is, got `pass`',
    ],
    [
      'a blame without a bad trial',
      withBlock({ blames: [{ ...block.blames[0]!, steps: ['t1'] }] }),
      'block.blames[0]: expected a bad trial among its steps, got none',
    ],
    [
      'a blame on somebody who did not take part',
      withBlock({ blames: [...block.blames, { ...block.blames[0]!, node: 'node1' }] }),
      'block.blames[1]: expected one of its members to be blamed, got `node1`',
    ],
    [
      'a trial of strangers',
      withBlock({ trials: [{ ...block.trials[0]!, members: ['node1', 'x'] }, ...block.trials.slice(1)] }),
      'block.trials `t1`: expected nodes of the block as members, got `x`',
    ],
    [
      'a step of two trials',
      withBlock({ trials: [...block.trials, block.trials[0]!] }),
      'block.trials: expected every step once',
    ],
    [
      'a part of a block with two nodes',
      withBlock({ whole: { nodes: 4, conclusion: 'fail' } }),
      'block.nodes: expected one node in a part of a block, got 4',
    ],
  ])('finds %s', (_, verdict, message) => {
    expect(contradictions(verdict)).toContain(message);
  });

  it('takes no offence at a blame that no cell of the profile is about', () => {
    const cells = base.cells.filter(({ id }) => id !== 'node3+node4:allreduce');
    const nodes = block.nodes.map((node) => ({ ...node, conclusion: 'pass' as const }));
    const counts = { ...base.counts, required: { ...base.counts.required, fail: 0 } };
    const storage = { ...base, cells, counts, defects: [], block: { ...block, nodes } };
    expect(contradictions({ ...storage, conclusion: 'pass', exitCode: 0 })).toEqual([]);
  });

  it('lets a node fail with a pair that nobody is blamed for, as the rules of the judge may have it', () => {
    const cells = base.cells.map(({ blamedOn: _, ...cell }) => cell);
    const nodes = block.nodes.map((node) =>
      node.id === 'node4' ? { ...node, conclusion: 'fail' as const } : node,
    );
    expect(contradictions({ ...base, cells, block: { ...block, nodes, blames: [] } })).toEqual([]);
  });

  it('lets a group that no node is blamed for fail the block', () => {
    const cells = base.cells.map(({ blamedOn: _, ...cell }) => cell);
    const nodes = block.nodes.map((node) => ({ ...node, conclusion: 'pass' as const }));
    const { node: _, ...blame } = block.blames[0]!;
    expect(contradictions({ ...base, cells, block: { ...block, nodes, blames: [blame] } })).toEqual([]);
  });

  it('lets no block conform while a group was not measured', () => {
    const cells = base.cells.map(({ blamedOn: _, ...cell }) =>
      cell.verdict === 'fail' ? { ...cell, verdict: 'missing' as const } : cell,
    );
    const nodes = block.nodes.map((node) => ({ ...node, conclusion: 'pass' as const }));
    const open = { ...base, cells, block: { ...block, nodes, blames: [] } };
    const counts = { ...base.counts, required: { ...base.counts.required, fail: 0, missing: 1 } };
    expect(contradictions({ ...open, counts, conclusion: 'undecided', exitCode: 2 })).toEqual([]);
    expect(contradictions({ ...open, counts, conclusion: 'pass', exitCode: 0 })).toContain(
      'conclusion: expected `undecided`, as the worst node or group is, got `pass`',
    );
  });
});

describe('contradictions of any verdict', () => {
  it('finds a fail that is called undecided, and one without a cell', () => {
    expect(contradictions({ ...vmVerdict(), conclusion: 'undecided', exitCode: 2 })).toEqual([
      'conclusion: expected `fail`, since `vm-1:accelerator-present` is fail, got `undecided`',
    ]);
    const cells = vmVerdict().cells.slice(1);
    const { required } = vmVerdict().counts;
    const counts = { ...vmVerdict().counts, required: { ...required, fail: 0 } };
    expect(contradictions({ ...vmVerdict(), cells, counts, defects: [] })).toEqual([
      'conclusion: expected a required cell that fails behind `fail`, got none',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import {
  expectedWireBytes,
  farthestRail,
  livingRails,
  readUsed,
} from '../../../../workloads/collective/read-rails.ts';

const rail = (name: string, sentBytes: number) => ({ name, sentBytes, rate: undefined });

describe('bytes that a node has to send', () => {
  it.each([
    // Two nodes of eight: 1.875 of a vector by rings; up or down a tree, once.
    ['Ring', 2, 16, 1875],
    ['Tree', 2, 16, 1000],
    ['NVLSTree', 2, 16, 1000],
    ['CollNetChain', 4, 32, 1000],
    ['Ring', 4, 32, 1937.5],
    ['Tree', 4, 32, undefined],
    ['NVLS', 2, 16, undefined],
    ['PAT', 2, 16, undefined],
  ] as const)('%s over %d nodes with %d ranks: %d of 1000', (algorithm, nodes, ranks, expected) => {
    expect(expectedWireBytes(algorithm, { bytes: 1000, ranks, nodes })).toBe(expected);
  });
});

describe('rails', () => {
  it('are those that NCCL names, each once', () => {
    const line =
      'a:1:2 [0] NCCL INFO NET/IB : Using [0]mlx5_0:1/IB [1]mlx5_1:2/RoCE [2]mlx5_0:1/IB [RO]; OOB eth0:10.0.0.1<0>';
    expect(readUsed(`x\n${line}\n`)).toEqual(['mlx5_0:1', 'mlx5_1:2']);
    expect(readUsed('a:1:2 [0] NCCL INFO NET/Socket : Using [0]eth0:10.0.0.1<0>')).toEqual([]);
    expect(readUsed(undefined)).toEqual([]);
  });

  it('are as good as dead below half of the busiest one, and the farthest off is named', () => {
    const all = [rail('a', 100), rail('b', 49), rail('c', 51)];
    expect(livingRails(all).map(({ name }) => name)).toEqual(['a', 'c']);
    expect(farthestRail(all)).toMatchObject({ name: 'a', share: 1.5, off: 0.5 });
    expect(livingRails([rail('a', 0)])).toEqual([]);
    expect(farthestRail([rail('a', 0)])).toBeUndefined();
  });
});

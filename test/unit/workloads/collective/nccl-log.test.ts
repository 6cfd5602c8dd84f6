import { describe, expect, it } from 'vitest';
import { readAlgorithm, readWays } from '../../../../workloads/collective/read-nccl-log.ts';

const line = (words: string): string => `node1:4242:4250 [0] NCCL INFO ${words}\n`;
const error = (part: string) => ({ ok: false, error: expect.stringContaining(part) as string });

/** The log of a rank of two that sends on two channels by these ways. */
const logOf = (rank: number, ways: readonly string[]): string =>
  ways
    .map((way, channel) => line(`Channel 0${channel}/0 : ${rank}[${rank}] -> ${1 - rank}[${1 - rank}]${way}`))
    .join('');

describe('how ranks reach each other, by the log of NCCL', () => {
  it.each([
    ['P2P', ' via P2P/CUMEM', {}],
    ['P2P', ' via P2P/CUMEM/read', {}],
    ['P2P', ' via P2P/direct pointer', {}],
    ['P2P', ' via P2P/IPC/CE', {}],
    ['P2P', ' via P2P/indirect/3[1b000]', {}],
    ['P2P/MNNVL', ' via P2P/MNNVL', {}],
    ['SHM', ' via SHM/direct/direct', {}],
    ['NET/IB', ' [send] via NET/IB/0/GDRDMA', { gdr: 'all' }],
    ['NET/IB', ' [send] via NET/IB/0(3)/GDRDMA(PCI)/Shared', { gdr: 'all' }],
    ['NET/IB', ' [send] via NET/IB/0', { gdr: 'none' }],
    ['NET/AWS Libfabric', ' [send] via NET/AWS Libfabric/0/GDRDMA', { gdr: 'all' }],
    ['NET/Socket', ' [send] via NET/Socket/0', { gdr: 'none', socketConnections: 4 }],
  ])('knows %s from `%s`', (transport, way, more) => {
    expect(readWays([logOf(0, [way, way]), logOf(1, [way, way])])).toEqual({
      ok: true,
      value: { transport, socketConnections: 0, ...more },
    });
  });

  it('takes lines of SHM, which name no connection, and lines that are said twice', () => {
    const log = (rank: number) => line(`Channel 00 : ${rank}[${rank}] -> ${1 - rank}[0] via SHM/direct/CE`);
    expect(readWays([log(0).repeat(2), log(1)])).toMatchObject({ ok: true, value: { transport: 'SHM' } });
  });

  it('names all ways where there are several, and whether some reach accelerators by themselves', () => {
    const inside = logOf(0, [' via P2P/CUMEM', ' via P2P/CUMEM']);
    const outside = logOf(1, [' [send] via NET/IB/0/GDRDMA', ' [send] via NET/IB/1']);
    expect(readWays([inside, outside])).toEqual({
      ok: true,
      value: { transport: 'NET/IB+P2P', gdr: 'some', socketConnections: 0 },
    });
  });

  const good = [
    logOf(0, [' via P2P/CUMEM', ' via P2P/CUMEM']),
    logOf(1, [' via SHM/direct/direct', ' via P2P/CUMEM']),
  ];
  it.each([
    ['a rank kept no log', [good[0], undefined], 'rank 1 kept no log'],
    ['a log is empty', [good[0], ''], 'it tells of no connection'],
    ['a line is gone', [good[0], good[1]?.split('\n').slice(1).join('\n')], 'expected every channel'],
    [
      'the last line is gone',
      [good[0], good[1]?.split('\n').slice(0, 1).join('\n')],
      'expected 2 channels, got 1',
    ],
    [
      'a way is not known',
      [good[0], logOf(1, [' via P2P/QUANTUM', ' via P2P/CUMEM'])],
      'a way that is not known: `P2P/QUANTUM`',
    ],
    [
      'a line is not known',
      [good[0], `${good[1] ?? ''}${line('Channel 2 connects via P2P/CUMEM')}`],
      'a line that is not known',
    ],
    ['a log is that of another rank', [good[0], good[0]], 'a line of rank 0 in the log of rank 1'],
  ])('is not known when %s', (_, logs, why) => {
    expect(readWays(logs)).toEqual(error(why));
  });
});

describe('the algorithm of a size, by the log of rank 0', () => {
  it.each([
    ['RING', 'Ring'],
    ['Tree', 'Tree'],
    ['NVLS_TREE', 'NVLSTree'],
    ['COLLNET_DIRECT', 'CollNetDirect'],
    ['1', 'Ring'],
    ['4', 'NVLS'],
  ])('%s is %s', (word, algorithm) => {
    const log = line(`AllReduce: 8 Bytes -> Algo TREE proto LL channel{Lo..Hi}={0..0}`).concat(
      line(`AllReduce: 65536 Bytes -> Algo ${word} proto SIMPLE channel{Lo..Hi}={0..15}`),
    );
    expect(readAlgorithm(log, 65536)).toEqual({ ok: true, value: algorithm });
  });

  it.each([
    ['no log', undefined, 'tells of no algorithm'],
    ['another size', line('AllReduce: 4096 Bytes -> Algo RING proto LL'), 'tells of no algorithm'],
    ['an unknown one', line('AllReduce: 65536 Bytes -> Algo MAGIC proto LL'), '`MAGIC`'],
    [
      'two of them',
      ['RING', 'TREE'].map((each) => line(`AllReduce: 65536 Bytes -> Algo ${each} proto LL`)).join(''),
      '`RING`, `TREE`',
    ],
  ])('is not known with %s', (_, log, why) => {
    expect(readAlgorithm(log, 65536)).toEqual(error(why));
  });
});

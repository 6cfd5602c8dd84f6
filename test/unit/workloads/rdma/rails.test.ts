import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { CommandInput } from '../../../../workloads/kit/command.ts';
import type { CommandOutput } from '../../../../workloads/kit/tool.ts';
import { perftest } from '../../../../workloads/rdma/tools/perftest.ts';
import { RdmaParams } from '../../../../workloads/rdma/workload.ts';
import { fillFacts } from '../../../support/case.ts';
import { openDoor, runToEnd } from '../../../support/launch-door.ts';
import type { PlayedRail } from '../../../support/stand-ins/play-rails.ts';
import { fakePerftest, writeRails } from '../../../support/stand-ins/play-rails.ts';
import { removeFolder } from '../../../support/temporary.ts';

// Two nodes, each with cards of its own where the kernel has them, and perftest played; what an agent does is done by the test.

const canMount = spawnSync('unshare', ['--mount', 'true']).status === 0;
if (!canMount && process.env['CI'] === 'true') throw new Error('expected to be allowed to mount in CI');

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'assay-rails-'));
afterAll(() => removeFolder(folder));
const tools = join(folder, 'bin');
fakePerftest(tools);

const facts = fillFacts({});
const seat = {
  group: 'node1+node2',
  rank: 0,
  members: [
    { node: 'node1', address: '127.0.0.1' },
    { node: 'node2', address: '127.0.0.2' },
  ],
  network: '127.0.0.0/8',
};
const bandwidth = RdmaParams.parse({
  what: 'bandwidth',
  bytes: 65536,
  queuePairs: 2,
  seconds: 1,
  joinSeconds: 30,
});

let count = 0;
/** What each of two nodes has, and what came of it. */
async function between(
  [first, second]: readonly [readonly PlayedRail[], readonly PlayedRail[]],
  params: RdmaParams = bandwidth,
) {
  const [leader, member] = ['leader', 'member'].map((name) => join(folder, `${(count += 1)}-${name}`));
  if (leader === undefined || member === undefined) throw new Error('expected two folders');
  for (const [place, rails] of [
    [leader, first],
    [member, second],
  ] as const) {
    mkdirSync(join(place, 'class'), { recursive: true });
    writeRails(join(place, 'class/infiniband'), rails);
  }
  const run = ({ file, args }: CommandInput, place: string): Promise<CommandOutput> => {
    const fill = (text: string): string => text.replaceAll('{build}', place).replaceAll('{bundle}', root);
    const mounted = `mount --bind ${place}/class /sys/class; exec "$@"`;
    return runToEnd(['unshare', '--mount', 'sh', '-ec', mounted, 'sh', ...[file, ...args].map(fill)], {
      PATH: `${tools}:${process.env['PATH'] ?? ''}`,
      TMPDIR: place,
    });
  };
  const door = await openDoor(leader, async (words) => {
    const launch = perftest.readLaunch?.(words, seat);
    if (launch?.ok !== true) throw new Error('expected a launch that is accepted');
    const place = { seat: { ...seat, rank: 1 }, launch: launch.value };
    const [, build, part] = perftest.plan(params, facts, place);
    if (build === undefined || part === undefined) throw new Error('expected a part');
    await run(build, member);
    const ended = await run(part, member);
    // As the coordinator tells the leader of it (harness/run/group-launches.ts).
    return ended.exitCode === 0
      ? { ...ended, stderr: '' }
      : { ...ended, exitCode: 1, stderr: `node2: error: run: exit code 1 (${ended.stderr.trim()})` };
  });
  const outputs: Record<string, CommandOutput> = {};
  for (const command of perftest.plan(params, facts, { seat, launch: undefined }))
    outputs[command.id] = await run(command, leader);
  await door.close();
  const read = perftest.parse(outputs, params, seat);
  return { outputs, read, launched: door.launched };
}

/** What was read of one metric, in one line each. */
const told = (read: Awaited<ReturnType<typeof between>>['read'], metric: string) => {
  if (!read.ok) throw new Error(read.error);
  return read.value.readings
    .filter((each) => each.metric === metric)
    .map(({ value, dimensions: { card, from, error, counter }, invalid }) =>
      [card, from ?? counter, value.toPrecision(4), error ?? invalid]
        .filter((each) => each !== undefined)
        .join(' '),
    );
};
const text = (pattern: RegExp): string => expect.stringMatching(pattern) as string;

describe.skipIf(!canMount)('perftest between two nodes, played', () => {
  it('measures each rail in each direction, and tells the one that is slow and the port that lost its link', async () => {
    const { read, launched } = await between([
      [{}, {}],
      [{}, { played: ['gbits 20', 'link_downed 1'] }],
    ]);
    expect(launched).toEqual([['1', text(/^[23]\d{4}$/), '2']]);
    expect(told(read, 'bandwidth')).toEqual([
      'mlx5_0 node1 3.918e+11',
      'mlx5_0 node2 3.918e+11',
      'mlx5_1 node1 3.918e+11',
      'mlx5_1 node2 2.000e+10',
    ]);
    expect(told(read, 'efficiency').at(-1)).toBe('mlx5_1 node2 0.05000');
    expect(told(read, 'portErrors')).toEqual(
      ['mlx5_0', 'mlx5_1'].flatMap((card) => [
        `${card} link_downed 0.000`,
        `${card} excessive_buffer_overrun_errors 0.000`,
      ]),
    );
  }, 60_000);

  it('fails a port without a link, and takes no number of bytes that went another way', async () => {
    const rails = [
      { state: '1: DOWN', rate: '10 Gb/sec (4X SDR)' },
      { played: ['share 0.4', 'link_downed 1', 'symbol_error 40'] },
    ];
    const { read } = await between([rails, [{ state: '1: DOWN' }, {}]]);
    expect(told(read, 'efficiency')).toEqual([
      'mlx5_0 node1 0.000 mlx5_0 of node1: its port is 1: DOWN',
      'mlx5_0 node2 0.000 mlx5_0 of node1: its port is 1: DOWN',
      'mlx5_1 node1 0.9795 the port carried 19589500000 bytes of 24486875000: they went another way',
      'mlx5_1 node2 0.9795 the port carried 19589500000 bytes of 24486875000: they went another way',
    ]);
    expect(told(read, 'portErrors').slice(-2)).toEqual([
      'mlx5_1 link_downed 2.000',
      'mlx5_1 excessive_buffer_overrun_errors 0.000',
    ]);
  }, 60_000);

  it('fails the last rail where only the other node has no link, though its part ends before ours', async () => {
    const { read } = await between([
      [{}, {}],
      [{}, { state: '1: DOWN' }],
    ]);
    expect(told(read, 'efficiency').slice(-2)).toEqual([
      'mlx5_1 node1 0.000 card 2 of node2: its port is not active',
      'mlx5_1 node2 0.000 card 2 of node2: its port is not active',
    ]);
  }, 60_000);

  it('goes over Ethernet by RoCE v2, and takes small packets for a setting', async () => {
    const rail = { layer: 'Ethernet' as const, played: ['mtu 256'] };
    const { read, outputs } = await between([[rail], [rail]]);
    expect(outputs['run']?.stdout).toContain('"gid":"RoCE v2"');
    expect(outputs['run']?.stdout).toContain('GID index       : 3');
    expect(told(read, 'efficiency')[0]).toContain('the ends agreed on packets of 256 bytes');
  }, 60_000);

  it('waits for a test that takes longer than its ends have to meet, of which nothing is told before it has ended', async () => {
    const { read } = await between(
      [[{}], [{}]],
      RdmaParams.parse({ ...bandwidth, seconds: 4, joinSeconds: 3 }),
    );
    expect(told(read, 'bandwidth')).toEqual(['mlx5_0 node1 3.918e+11', 'mlx5_0 node2 3.918e+11']);
  }, 60_000);

  it('tells latency from the node that leads', async () => {
    const params = RdmaParams.parse({ what: 'latency', bytes: 8, iterations: 1000, joinSeconds: 30 });
    const { read } = await between([[{}], [{}]], params);
    if (!read.ok) throw new Error(read.error);
    expect(read.value.readings.filter(({ metric }) => metric === 'latency')).toMatchObject([
      { value: expect.closeTo(1.67e-6, 9) as number, dimensions: { from: 'node1', quantile: 0.5, bytes: 8 } },
      { value: expect.closeTo(1.82e-6, 9) as number, dimensions: { quantile: 0.99 } },
      { value: expect.closeTo(1.68e-6, 9) as number, dimensions: { mean: true } },
    ]);
  }, 60_000);

  it('is not made between nodes with other numbers of cards', async () => {
    const { read } = await between([[{}, {}], [{}]]);
    expect(read).toEqual({ ok: false, error: text(/expected 2 cards for RDMA, got 1/) });
  }, 60_000);
});

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nccl } from '../../../../workloads/collective/tools/nccl.ts';
import { CollectiveParams } from '../../../../workloads/collective/workload.ts';
import type { CommandInput } from '../../../../workloads/kit/command.ts';
import { valueOf } from '../../../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../../../workloads/kit/facts/host-facts.ts';
import type { CommandOutput } from '../../../../workloads/kit/tool.ts';
import { fillFacts, loadCase } from '../../../support/case.ts';
import { openDoor, runToEnd } from '../../../support/launch-door.ts';
import { buildNccl, buildStandIn, canBuildStandIn } from '../../../support/stand-ins/build-stand-in.ts';
import { removeFolder } from '../../../support/temporary.ts';
import { seatOf } from '../allreduce/seats.ts';

// Ranks of two nodes, which meet in memory of this machine; what an agent does for the leader is done by the test.

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const { facts: whole } = loadCase('collective', 'nccl-2.25.1-ring');
const [card] = valueOf(whole.accelerators) ?? [];
const addresses = ['0000:01:00.0', '0000:02:00.0', '0000:03:00.0', '0000:04:00.0'] as const;
const factsOf = (own: readonly string[], more: Readonly<Record<string, unknown>> = {}): HostFacts =>
  fillFacts({
    accelerators: own.map((address) => ({ ...card, address })),
    programs: whole.programs,
    headers: whole.headers,
    libraries: whole.libraries,
    ...more,
  });
const seat = seatOf(2);
const params = CollectiveParams.parse({
  span: 'nodes',
  dtype: 'bf16',
  algorithm: 'ring',
  minBytes: 16384,
  maxBytes: 65536,
  factor: 4,
  iterations: 2,
  joinSeconds: 3,
  callSeconds: 3,
});

const folder = mkdtempSync(join(tmpdir(), 'assay-nodes-'));
afterAll(() => removeFolder(folder));
beforeAll(() => {
  if (!canBuildStandIn) return;
  buildStandIn(folder);
  buildNccl(folder);
});

/** Runs a command to its end, with `build` and TMPDIR in a folder of its own. */
function run(
  { file, args, env }: CommandInput,
  { place, scenario = '' }: { readonly place: string; readonly scenario?: string },
): Promise<CommandOutput> {
  const fill = (text: string): string => text.replaceAll('{build}', place).replaceAll('{bundle}', root);
  const own = { ...env, ASSAY_STAND_IN: scenario, LD_LIBRARY_PATH: folder, TMPDIR: place };
  const all = Object.entries({ PATH: process.env['PATH'] ?? '', ...own });
  return runToEnd(
    [file, ...args].map(fill),
    Object.fromEntries(all.map(([name, value]) => [name, fill(value)])),
  );
}

/** The step of both nodes. */
async function together(scenario: readonly string[], others: readonly string[] = addresses.slice(2)) {
  const [leader, member] = ['leader-', 'member-'].map((name) => mkdtempSync(join(folder, name)));
  if (leader === undefined || member === undefined) throw new Error('expected two folders');
  const file = join(leader, 'scenario');
  writeFileSync(file, [...addresses.map((address) => `gpu ${address}`), ...scenario, ''].join('\n'));
  const planned = nccl.plan(params, factsOf(addresses.slice(0, 2)), { seat, launch: undefined });
  const [build, lead] = planned;
  if (build === undefined || lead === undefined) throw new Error('expected a program and its run');
  const door = await openDoor(leader, (words) => {
    const launch = nccl.readLaunch?.(words, seat);
    if (launch?.ok !== true) throw new Error('expected a launch that is accepted');
    const place = { seat: { ...seat, rank: 1 }, launch: launch.value };
    const part = nccl.plan(params, factsOf(others), place).at(-1);
    if (part === undefined) throw new Error('expected a part');
    return run(part, { place: leader, scenario: file });
  });
  const compiled = await run(build, { place: leader });
  const output = await run(lead, { place: leader, scenario: file });
  await door.close();
  const artifacts = Object.fromEntries(
    ['nccl-0.txt', 'nccl-1.txt'].map((name) => [name, readFileSync(join(leader, name), 'utf8')]),
  );
  /** With what the counters of its network cards say around it. */
  const readWith = (counters?: CommandOutput['counters']) =>
    nccl.parse({ build: compiled, run: { ...output, artifacts, counters } }, params, seat);
  return { read: readWith(), readWith, launched: door.launched, stderr: output.stderr };
}

/** Of eight cards of 400 Gb/s: what each sent, in bytes. */
function countersOf(sent: readonly number[], began = 7_000) {
  const look = (of: (bytes: number) => number) =>
    Object.fromEntries(
      sent.flatMap((bytes, card) => [
        [`/sys/class/infiniband/mlx5_${card}/ports/1/counters/port_xmit_data`, `${of(bytes)}\n`],
        [`/sys/class/infiniband/mlx5_${card}/ports/1/rate`, '400 Gb/sec (4X NDR)\n'],
      ]),
    );
  return { before: look(() => began), after: look((bytes) => began + bytes / 4) };
}
const text = (pattern: RegExp): string => expect.stringMatching(pattern) as string;

describe.skipIf(!canBuildStandIn)('sums over the accelerators of two nodes, on stand-ins', () => {
  it('are right and timed, of all ranks, with the id handed over once', async () => {
    const { read, launched } = await together([]);
    expect(launched).toEqual([['1', text(/^[0-9a-f]{256}$/), '2']]);
    if (!read.ok) throw new Error(read.error);
    const { readings } = read.value;
    const speeds = readings.filter(({ metric }) => metric === 'busbw');
    expect(speeds).toMatchObject([
      { dimensions: { bytes: 16384, ranks: 4, nodes: 2, usedAlgorithm: 'Ring' } },
      { dimensions: { bytes: 65536, ranks: 4, nodes: 2, usedAlgorithm: 'Ring' } },
    ]);
    const wrong = readings.filter(({ metric }) => metric === 'wrongElements');
    expect(wrong).toMatchObject([
      { value: 0, dimensions: { checked: 4 * 7 * 8192 } },
      { value: 0, dimensions: { checked: 4 * 7 * 32768 } },
    ]);
  }, 20_000);

  it('are held against what the network cards of a node sent: by rings, and each its part', async () => {
    const { readWith } = await together(['nccl-via NET/IB/0/GDRDMA']);
    // Seven sums of 16 KiB and of 64 KiB by rings of four ranks: one and a half times their bytes.
    const all = 1.5 * 7 * (16384 + 65536);
    const even = Array.from({ length: 8 }, () => all / 8);
    const told = (counters: CommandOutput['counters']) => {
      const read = readWith(counters);
      if (!read.ok) throw new Error(read.error);
      const { readings, unmeasured = [] } = read.value;
      const of = (name: string) => readings.find(({ metric }) => metric === name);
      return { of, whys: unmeasured.map(({ why }) => why) };
    };
    const healthy = told(countersOf(even));
    expect(healthy.of('railsUsed')).toMatchObject({ value: 8 });
    expect(healthy.of('railSpread')).toMatchObject({ value: 0, dimensions: { rails: 8 } });
    expect(healthy.of('wireShare')).toMatchObject({ value: 1 });
    const [busbw, share] = [healthy.of('busbw')?.value ?? 0, healthy.of('railEfficiency')?.value ?? 0];
    expect(share / (busbw / (8 * 50e9))).toBeCloseTo(1, 6);
    expect(healthy.of('socketConnections')).toMatchObject({ value: 0, dimensions: { rdma: true } });

    // Three rails are dead, and the other five carry everything: as fast, and not well.
    const dead = told(countersOf([...even.slice(0, 5).map(() => all / 5), 0, 0, 0]));
    expect(dead.of('railsUsed')).toMatchObject({
      value: 5,
      dimensions: { error: 'as good as idle: mlx5_5:1, mlx5_6:1, mlx5_7:1' },
    });
    expect(dead.of('railSpread')).toMatchObject({
      value: 1,
      dimensions: { error: 'mlx5_5:1 carried 0 % of its share' },
    });
    expect(dead.of('wireShare')).toMatchObject({ value: 1 });

    // What the counters do not show came another way.
    expect(told(countersOf(even.map((bytes) => bytes / 2))).of('wireShare')).toMatchObject({ value: 0.5 });
    const reset = countersOf(even);
    const back = told({ before: reset.after, after: reset.before });
    expect(back.of('railsUsed')).toBeUndefined();
    expect(back.whys).toEqual(['rails: mlx5_0:1: what it has sent was set back meanwhile']);
    expect(told({ before: {}, after: {} }).of('socketConnections')).toMatchObject({
      dimensions: { rdma: false },
    });
  }, 20_000);

  it('are wrong where a rank of the other node is lost once', async () => {
    const { read } = await together(['nccl-fault lost 3 4']);
    if (!read.ok) throw new Error(read.error);
    const [wrong] = read.value.readings.filter(({ metric }) => metric === 'wrongElements');
    expect(wrong?.value).toBeGreaterThan(3.9 * 8192);
  }, 20_000);

  it('end by the deadline where a rank of the other node hangs', async () => {
    const { read } = await together(['nccl-fault hang 3 4']);
    if (!read.ok) throw new Error(read.error);
    expect(read.value.readings).toMatchObject([
      { metric: 'wrongElements', value: 1, dimensions: { error: text(/silent: (none of this node|rank)/) } },
    ]);
  }, 40_000);

  it('are not made where the other node has another number of accelerators', async () => {
    const { read } = await together([], addresses.slice(2, 3));
    if (!read.ok) throw new Error(read.error);
    expect(read.value).toMatchObject({
      readings: [],
      unmeasured: [{ why: text(/expected 2 accelerators, as on the node that leads, got 1/) }],
    });
  }, 20_000);
});

describe('what the leader of two nodes hands over', () => {
  const id = 'a0'.repeat(128);
  it.each([
    ['no rank', [], /expected a member's rank/],
    ['the leader itself', ['0', id, '8'], /expected a member's rank/],
    ['a rank that there is not', ['2', id, '8'], /expected a member's rank/],
    ['a word too many', ['1', id, '8', 'x'], /expected a member's rank/],
    ['an id that is too short', ['1', id.slice(2), '8'], /launch parameters/],
    ['an id that is none', ['1', `${id.slice(1)}G`, '8'], /launch parameters/],
    ['no number', ['1', id, 'many'], /launch parameters/],
  ])('is refused with %s', (_, words, why) => {
    expect(nccl.readLaunch?.(words, seat)).toEqual({ ok: false, error: text(why) });
  });

  it('is not asked of a node whose network cards cannot register memory', () => {
    const nic = { rdmaDevice: { value: 'mlx5_0' } };
    const facts = factsOf(addresses.slice(0, 2));
    const limited = {
      ...facts,
      nics: { value: [{ ...nic } as never] },
      limits: { ...facts.limits, memlockBytes: { value: 8388608 } },
    };
    expect(nccl.needs(params, limited)).toEqual({ ok: false, error: text(/memlock 8388608.*limits\.d/) });
    expect(nccl.needs({ ...params, span: 'node' }, limited)).toEqual({ ok: true, value: undefined });
  });

  it('goes through the interface of the network under test', () => {
    const own = [{ interface: 'eth3', ipv4: '10.77.0.1/24' }];
    const [, run] = nccl.plan(params, factsOf(addresses, { addresses: own }), { seat, launch: undefined });
    expect(run?.env).toMatchObject({ NCCL_SOCKET_IFNAME: '=eth3' });
  });

  it('is a bug of the harness where a member is told nothing', () => {
    const place = { seat: { ...seat, rank: 1 }, launch: undefined };
    expect(() => nccl.plan(params, factsOf(addresses), place)).toThrow(/expected a launch of rank 1/);
  });
});

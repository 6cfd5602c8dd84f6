import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { systemClock } from '../../../../agents/clock.ts';
import { Keeper } from '../../../../agents/keeper/keeper.ts';
import type { Link } from '../../../../agents/keeper/link.ts';
import { keepProbes } from '../../../../agents/keeper/probe-step.ts';
import { createNodeRun } from '../../../../agents/keeper/run-directory.ts';
import { readChain, sha256 } from '../../../../agents/protocol/chain.ts';
import type { JournalRecord } from '../../../../agents/protocol/journal-record.ts';
import type { ToAgent } from '../../../../agents/protocol/messages.ts';
import { ProbeDocument } from '../../../../workloads/kit/facts/probe-output.ts';
import { err, ok } from '../../../../workloads/kit/result.ts';
import { defineTool } from '../../../../workloads/kit/tool.ts';
import { defineWorkload } from '../../../../workloads/kit/workload.ts';
import type { Registry } from '../../../../workloads/registry.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const sleep = defineWorkload({
  id: 'sleep',
  title: 'A tool that takes its time',
  scope: 'node',
  load: 'heavy',
  params: z.strictObject({ seconds: z.number() }),
  metrics: { wrong: { unit: 'count', better: 'lower', domain: 'count', title: 'Wrong', correctness: true } },
});
const tool = defineTool(sleep, {
  id: 'sh',
  rank: 1,
  origin: 'native',
  requires: { programs: [], packages: [] },
  needs: ({ seconds }) => (seconds > 100 ? err('nobody waits that long') : ok(undefined)),
  plan: ({ seconds }) => [{ id: 'run', file: 'sleep', args: [`${seconds}`], timeoutMs: 60_000 }],
  parse: () => err('prints nothing'),
});
// The registry is typed over unknown parameters, as the real one is.
const registry = new Map([
  ['sleep', { workload: sleep, tools: [tool] }],
  ['nap', { workload: { ...sleep, id: 'nap', load: 'light' as const }, tools: [tool] }],
]) as unknown as Registry;

const facts = ProbeDocument.parse(
  JSON.parse(
    readFileSync(
      new URL('../../../../workloads/kit/facts/fixtures/virtual-machine.json', import.meta.url),
      'utf8',
    ),
  ),
);
const head = sha256('header');

/** A keeper in a directory of its own, without lease or socket: nobody is attached to it. */
async function keeper(
  clock = systemClock,
): Promise<{ keeper: Keeper; records: () => readonly JournalRecord[]; directory: string }> {
  const state = temporaryDirectory();
  const directory = join(state, 'runs', 'boot', 'run');
  const node = await createNodeRun(directory, {
    run: `keeper-test-${process.pid}`,
    node: 'n',
    head,
    bootId: 'boot',
    bundle: 'b',
    beacon: 'b'.repeat(32),
  });
  await keepProbes(directory, 'facts', facts, {
    startedAt: systemClock.now().toISOString(),
    durationMs: 1,
    agentCpuSeconds: 0.1,
  });
  const around = {
    state,
    directory,
    node,
    bundle: state,
    runtime: process.execPath,
    path: '/usr/bin:/bin',
    clock,
    loadRegistry: () => Promise.resolve(registry),
    log: () => undefined,
    leashMs: 60_000,
    bootId: 'boot',
    onEnd: () => undefined,
  };
  const records = (): readonly JournalRecord[] => {
    const chain = readChain(readFileSync(join(directory, 'journal.ndjson'), 'utf8'), head);
    if (!chain.ok) throw new Error(chain.error);
    return chain.value.records;
  };
  return { keeper: await Keeper.start(around), records, directory };
}

/** The other side of a connection that nobody reads. */
const link: Link = {
  send: () => Promise.resolve(),
  end: () => undefined,
  drop: () => undefined,
  onClose: () => undefined,
};

const batch = (workload: 'nap' | 'sleep', ...seconds: readonly number[]): ToAgent => ({
  type: 'batch',
  batch: 'b1',
  plan: sha256('plan'),
  facts: 'facts',
  deadlineMs: 60_000,
  steps: seconds.map((each, index) => ({
    step: `s${index}`,
    workload,
    tool: 'sh',
    params: { seconds: each },
    repetition: 1,
    session: 1,
    budgetMs: 30_000,
  })),
});

const ends = (records: readonly JournalRecord[]): readonly string[] =>
  records.flatMap((record) =>
    record.type === 'step-ended' || record.type === 'batch-ended'
      ? [`${record.type} ${record.execution}`]
      : [],
  );

/** A keeper whose batch of two steps has ended, and which was not spoken to for two minutes from its first step on. */
async function leftAlone(workload: 'nap' | 'sleep') {
  let aloneMs = 0;
  const found = await keeper({ ...systemClock, monotonicMs: () => systemClock.monotonicMs() + aloneMs });
  const running = found.keeper.handle(batch(workload, 0.3, 0.3), link);
  await expect.poll(() => found.records().some(({ type }) => type === 'step-started')).toBe(true);
  aloneMs = 120_000;
  await running;
  return found;
}

describe('Keeper', () => {
  it('lets a heavy step end and then idles when no coordinator has been there for the length of the leash', async () => {
    const { keeper: it_, records } = await leftAlone('sleep');
    expect(ends(records())).toEqual(['step-ended completed', 'batch-ended lost-contact']);
    expect(records().find((record) => record.type === 'batch-ended')).toMatchObject({
      reason: 'no contact with the coordinator for 60 s',
    });
    await it_.terminate('test over');
  });

  it('finishes a light batch alone', async () => {
    const { keeper: it_, records } = await leftAlone('nap');
    expect(ends(records())).toEqual([
      'step-ended completed',
      'step-ended completed',
      'batch-ended completed',
    ]);
    await it_.terminate('test over');
  });

  it('says that a step was refused, with the reason, and goes on with the next', async () => {
    const { keeper: it_, records, directory } = await keeper();
    await it_.handle(batch('nap', 1000, 0.1), link);
    expect(ends(records())).toEqual(['step-ended refused', 'step-ended completed', 'batch-ended completed']);
    expect(JSON.parse(readFileSync(join(directory, 'steps/s0/exit.json'), 'utf8'))).toMatchObject({
      execution: 'refused',
      reason: 'nobody waits that long',
      commands: [],
    });
    await it_.terminate('test over');
  });

  it('cancels the running step and closes its journal on SIGTERM', async () => {
    const { keeper: it_, records } = await keeper();
    const running = it_.handle(batch('nap', 20, 20), link);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await it_.terminate('the agent received SIGTERM');
    await running;
    expect(ends(records())).toEqual(['step-ended cancelled', 'batch-ended cancelled']);
    expect(records().at(-1)).toMatchObject({ type: 'closed', reason: 'the agent received SIGTERM' });
  });

  it('begins nothing once it ends, and lets go of whoever asks for more', async () => {
    const { keeper: it_, records } = await keeper();
    const dropped: string[] = [];
    const ask = (message: ToAgent): Promise<void> =>
      it_.handle(message, { ...link, drop: () => void dropped.push(message.type) });
    const ending = it_.terminate('the agent received SIGTERM');
    const again = it_.terminate('the agent received SIGINT');
    await Promise.all([ask(batch('nap', 1)), ask({ type: 'probe', step: 'facts-2' }), ending, again]);
    expect(records().map(({ type }) => type)).toEqual(['opened', 'closed']);
    expect(dropped).toEqual(['batch', 'probe']);
  });

  it('puts its own CPU time beside every step', async () => {
    const { keeper: it_, directory } = await keeper();
    await it_.handle(batch('nap', 1), link);
    const { agentCpuSeconds } = z
      .looseObject({ agentCpuSeconds: z.number() })
      .parse(JSON.parse(readFileSync(join(directory, 'steps/s0/exit.json'), 'utf8')));
    expect(agentCpuSeconds).toBeGreaterThan(0);
    await it_.terminate('test over');
  });
});

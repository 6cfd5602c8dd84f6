import { existsSync, readFileSync } from 'node:fs';
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
/** Is there after so many seconds, and goes on until it is told to end; then it says so. */
const beside = defineTool(sleep, {
  ...tool,
  id: 'beside',
  rank: 2,
  beside: 'run',
  plan: ({ seconds }) => [
    {
      id: 'run',
      file: 'sh',
      args: [
        '-c',
        `trap 'echo told; exit 0' TERM; sleep ${seconds}; echo here; while :; do sleep 0.02; done`,
      ],
      timeoutMs: 60_000,
    },
  ],
});
// The registry is typed over unknown parameters, as the real one is.
const registry = new Map([
  ['sleep', { workload: sleep, tools: [tool, beside] }],
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
    from: { records: 0, head },
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

/** Begins and ends of steps, in order. */
const told = (records: readonly JournalRecord[]): readonly string[] =>
  records.flatMap((record) =>
    record.type === 'step-started' || record.type === 'step-ended'
      ? [`${record.type.slice(5)} ${record.step}`]
      : [],
  );

/** Three steps of which the first goes on beside the others, or beside the second, with which it has a window. */
function besideOthers(window?: string): ToAgent {
  const asked = batch('sleep', 0.5, 0.3, 0.1);
  const steps = asked.type === 'batch' ? asked.steps : [];
  return {
    ...asked,
    steps: steps.map((step, index) => ({
      ...step,
      ...(index === 0 ? { tool: 'beside' } : {}),
      ...(window !== undefined && index < 2 ? { together: window } : {}),
    })),
  } as ToAgent;
}

/** A keeper whose batch of two steps has ended, and which was not spoken to for two minutes from its first step on. */
async function leftAlone(workload: 'nap' | 'sleep', more: { readonly leashMs?: number } = {}) {
  let aloneMs = 0;
  const found = await keeper({ ...systemClock, monotonicMs: () => systemClock.monotonicMs() + aloneMs });
  const seconds = more.leashMs === undefined ? 0.3 : 20;
  const running = found.keeper.handle({ ...batch(workload, seconds, seconds), ...more }, link);
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

  it('ends a heavy step on the shorter leash of a batch, which is what its cooling is known by', async () => {
    const { keeper: it_, records } = await leftAlone('sleep', { leashMs: 500 });
    expect(ends(records())).toEqual(['step-ended lost-contact', 'batch-ended lost-contact']);
    expect(records().find((record) => record.type === 'batch-ended')).toMatchObject({
      reason: 'no contact with the coordinator for 0.5 s',
    });
    await it_.terminate('test over');
  });

  it('gives a batch of a month and its steps their time', async () => {
    const { keeper: it_, records } = await keeper();
    const asked = batch('nap', 0.1);
    const steps = asked.type === 'batch' ? asked.steps : [];
    const month = 31 * 86_400_000;
    const long = { ...asked, deadlineMs: month, steps: steps.map((step) => ({ ...step, budgetMs: month })) };
    await it_.handle(long, link);
    expect(ends(records())).toEqual(['step-ended completed', 'batch-ended completed']);
    await it_.terminate('test over');
  });

  it('looks now and then whether it is alone, also where nobody has to be there', async () => {
    let looks = 0;
    const counting = { ...systemClock, monotonicMs: () => ((looks += 1), systemClock.monotonicMs()) };
    const { keeper: it_, records } = await keeper(counting);
    await it_.handle({ ...batch('sleep', 1), unattended: true } as ToAgent, link);
    expect(ends(records())).toEqual(['step-ended completed', 'batch-ended completed']);
    expect(looks).toBeLessThan(50);
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

  it('runs steps that say the same word at once, and what follows when all of them have ended', async () => {
    const { keeper: it_, records, directory } = await keeper();
    const asked = batch('nap', 0.6, 0.1, 0.1);
    const steps = asked.type === 'batch' ? asked.steps : [];
    const together = steps.map((step, index) => (index < 2 ? { ...step, together: 'w1' } : step));
    await it_.handle({ ...asked, steps: together } as ToAgent, link);
    const said = records().flatMap((record) =>
      record.type === 'step-started' || record.type === 'step-ended'
        ? [`${record.type.slice(5)} ${record.step}`]
        : [],
    );
    expect(said.slice(0, 2)).toEqual(['started s0', 'started s1']);
    expect(said.slice(2, 4).toSorted()).toEqual(['ended s0', 'ended s1']);
    expect(said.slice(4)).toEqual(['started s2', 'ended s2']);
    expect(JSON.parse(readFileSync(join(directory, 'steps/s1/exit.json'), 'utf8'))).toMatchObject({
      execution: 'completed',
      together: 'w1',
    });
    await it_.terminate('test over');
  });

  it('has a step go on beside those behind it, from when it has printed something to when they have ended', async () => {
    const { keeper: it_, records, directory } = await keeper();
    await it_.handle(besideOthers(), link);
    expect(told(records())).toEqual([
      'started s0',
      'started s1',
      'ended s1',
      'started s2',
      'ended s2',
      'ended s0',
    ]);
    const { execution, commands } = JSON.parse(
      readFileSync(join(directory, 'steps/s0/exit.json'), 'utf8'),
    ) as { execution: string; commands: unknown[] };
    expect([execution, commands]).toMatchObject(['completed', [{ execution: 'completed', exitCode: 0 }]]);
    expect(readFileSync(join(directory, 'steps/s0/run.stdout'), 'utf8')).toBe('here\ntold\n');
    // It was ready first.
    const began = (step: string): string =>
      (
        JSON.parse(readFileSync(join(directory, `steps/${step}/exit.json`), 'utf8')) as {
          commands: { startedAt: string }[];
        }
      ).commands[0]?.startedAt ?? '';
    expect(Date.parse(began('s1')) - Date.parse(began('s0'))).toBeGreaterThan(400);
    await it_.terminate('test over');
  });

  it('has a step go on beside those of its window, and no longer', async () => {
    const { keeper: it_, records } = await keeper();
    await it_.handle(besideOthers('w1'), link);
    const all = told(records());
    expect(all.slice(0, 2)).toEqual(['started s0', 'started s1']);
    expect(all.slice(2)).toEqual(['ended s1', 'ended s0', 'started s2', 'ended s2']);
    await it_.terminate('test over');
  });

  it('ends what goes on beside others unfinished when the batch is stopped', async () => {
    const { keeper: it_, records } = await keeper();
    const running = it_.handle(besideOthers(), link);
    await expect.poll(() => told(records()).includes('started s1'), { timeout: 20_000 }).toBe(true);
    await it_.handle({ type: 'stop', reason: 'by hand', now: false }, link);
    await running;
    expect(ends(records())).toEqual([
      'step-ended completed',
      'step-ended cancelled',
      'batch-ended cancelled',
    ]);
    await it_.terminate('test over');
  });

  it('has a member wait in its turn for the launch of its leader, and lets go of it when the leader has ended', async () => {
    const { keeper: it_, records, directory } = await keeper();
    const patient = { timeout: 20_000 };
    const asked = batch('nap', 0.1, 0.1, 29, 0.1);
    const seat = {
      group: 'm+n',
      rank: 1,
      members: ['m', 'n'].map((node, index) => ({ node, address: `10.0.0.${index + 1}` })),
      network: '10.0.0.0/24',
    };
    const steps = asked.type === 'batch' ? asked.steps : [];
    const members = new Set(['s0', 's2', 's3']);
    const running = it_.handle(
      {
        ...asked,
        steps: steps.map((step, index) => ({
          ...step,
          together: `w${Math.floor(index / 2)}`,
          ...(members.has(step.step) ? { seat } : {}),
        })),
      } as ToAgent,
      link,
    );
    const begun = (step: string) => () =>
      records().some((record) => record.type === 'step-started' && record.step === step);
    await expect.poll(begun('s0'), patient).toBe(true);
    await it_.handle({ type: 'launch', step: 's0', launch: { rank: 1, parameters: {} } }, link);
    await expect.poll(begun('s2'), patient).toBe(true);
    // One is at work when its leader ends, the other was never launched.
    await it_.handle({ type: 'launch', step: 's2', launch: { rank: 1, parameters: {} } }, link);
    await expect.poll(() => existsSync(join(directory, 'steps/s2/run.stdout')), patient).toBe(true);
    for (const step of ['s2', 's3']) await it_.handle({ type: 'release', step }, link);
    await running;
    const ended = records().flatMap((record) =>
      record.type === 'step-ended' ? [`${record.step} ${record.execution}`] : [],
    );
    expect(ended.toSorted()).toEqual(['s0 completed', 's1 completed', 's2 cancelled', 's3 refused']);
    await it_.terminate('test over');
  }, 60_000);

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
    await expect.poll(() => records().map(({ type }) => type), { timeout: 30_000 }).toContain('step-started');
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

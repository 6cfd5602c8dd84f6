import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { CliContext } from '../../../../harness/cli/command.ts';
import { printBudget } from '../../../../harness/cli/print-budget.ts';
import { History } from '../../../../harness/history/history.ts';
import { noiseClassOf } from '../../../../harness/nights/false-events.ts';
import { sixteenNodes } from '../../../support/constructed/night-rows.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const print = (budget: Parameters<typeof printBudget>[0]): readonly [string, number] => {
  const out = new PassThrough();
  const code = printBudget(budget, false, { out } as unknown as CliContext); // nothing else is used
  return [((out.read() as Buffer | null) ?? '').toString(), code];
};

describe('false events', () => {
  it('are expected at the rates that were measured', () => {
    const text = readFileSync(new URL('../../../../docs/variability.md', import.meta.url), 'utf8');
    const measured = (model: string) => Number(new RegExp(`^\\| ${model} \\| (\\S+)`, 'm').exec(text)?.[1]);
    expect(noiseClassOf({ scale: 0.009, persistence: 1.7 })).toEqual({
      name: 'usual',
      rate: measured('AR 0.5'),
    });
    expect(noiseClassOf({ scale: 0.009, persistence: 3 })).toEqual({
      name: 'persistent',
      rate: measured('AR 0.8'),
    });
    expect(noiseClassOf({ scale: 0.004, persistence: 3 }).name).toBe('persistent');
    const quiet = noiseClassOf({ scale: 0.004, persistence: 1.7 });
    expect(quiet.name).toBe('quiet');
    expect(quiet.rate).toBeGreaterThan(measured('quiet'));
  });

  it('of a fleet are those of its series, beside what people found no cause of', async () => {
    const history = await History.open(join(temporaryDirectory(), 'nights'), 'UTC');
    expect(await history.budget()).toBeUndefined();
    expect(print(undefined)).toEqual(['No night yet.\n', 2]);
    const share = (node: number, night: number) => (node === 7 && night >= 30 ? -0.08 : 0);
    await history.addAll(sixteenNodes({ nights: 5 }));
    expect((await history.budget())?.rows).toEqual([
      { metric: 'matmul.throughput', noise: 'unknown', series: 16 },
    ]);
    await history.addAll(sixteenNodes({ nights: 36, share }).slice(5));
    const [event] = (await history.judge()).events;
    const said = { at: '2026-11-30T06:00:00.000Z', author: 'ops', words: 'none' };
    await history.say(event!.id, { ...said, action: 'no cause found' });
    const budget = await history.budget();
    expect(budget).toMatchObject({
      rows: [{ metric: 'matmul.throughput', noise: 'quiet', series: 16 }],
      observed: { events: 1, nights: 36 },
    });
    // 16 series, each night measured, 0.02 in 1,000.
    expect(budget?.rows[0]?.perNight).toBeCloseTo(0.00032, 10);
    const [text, code] = print(budget);
    expect(code).toBe(0);
    expect(text).toContain('16 series: 0.0003 false events a night to be expected, one in 3125 nights');
    expect(text).not.toContain('nobody has found');
    const [odd] = print({ ...budget!, observed: { events: 3, nights: 36 } });
    expect(odd).toContain('more than three times as many');
    const [many] = print({
      ...budget!,
      rows: [{ metric: 'm', noise: 'usual', series: 2560, perNight: 0.59 }],
    });
    expect(many).toContain('More than one in three nights');
    await history.close();
  });
});

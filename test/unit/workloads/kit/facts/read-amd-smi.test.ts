import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { known, unknown, valueOf } from '../../../../../workloads/kit/facts/fact.ts';
import type { ProbeDocument } from '../../../../../workloads/kit/facts/probe-output.ts';
import { readAmdSmi } from '../../../../../workloads/kit/facts/read-amd-smi.ts';
import { readMachine } from '../../../../../workloads/kit/facts/read-host-facts.ts';
import { loadMachine } from '../../../../support/machines.ts';

const names = ['mi300x-amd-smi-7', 'mi210-amd-smi-6', 'rx6600-amd-smi'];
const textOf = (name: string, what: string): string =>
  readFileSync(
    new URL(
      `../../../../../workloads/kit/facts/fixtures/machines/${name}/amd-smi-${what}.json`,
      import.meta.url,
    ),
    'utf8',
  );

/** The machine with other answers of some probes. */
function changed(name: string, answers: Record<string, (text: string) => string>) {
  const { document } = loadMachine(name);
  const probes = document.probes.map((probe) => ({
    ...probe,
    text: answers[probe.id]?.(probe.text) ?? probe.text,
  }));
  const { facts, counted } = readMachine({ ...document, probes } satisfies ProbeDocument);
  return { cards: valueOf(facts.accelerators) ?? [], counts: valueOf(counted.counts) };
}

const [described, measured] = ['amd-smi static --json', 'amd-smi metric --json'];

describe('what amd-smi says of cards', () => {
  it('counts errors that could not be corrected by the unique id of the card', () => {
    expect(changed('mi300x-amd-smi-7', {}).counts).toEqual([
      { of: '6f1f0a2b3c4d5e05', counter: 'uncorrectedErrors', value: 0 },
      { of: '0f1f0a2b3c4d5e26', counter: 'uncorrectedErrors', value: 3 },
    ]);
  });

  it('takes N/A for no count, and never for 0', () => {
    const { counts } = changed('mi300x-amd-smi-7', {
      [measured]: (text) =>
        text.replace(/"total_uncorrectable_count": 0/, '"total_uncorrectable_count": "N/A"'),
    });
    expect(counts?.map(({ of }) => of)).toEqual(['0f1f0a2b3c4d5e26']);
  });

  it.each([
    ['another unique id', '6F1F0A2B3C4D5E05', '6F1F0A2B3C4D5E06', 'unique id 6f1f0a2b3c4d5e06'],
    ['another size', '196592', '65520', 'bytes of memory of 0000:05:00.0'],
    ['a card where none is', '0000:26:00.0', '0000:27:00.0', 'lists 0000:27:00.0, where the PCI bus has no'],
    ['the same card twice', '0000:26:00.0', '0000:05:00.0', 'each another one'],
  ])('believes nothing of it when it tells %s', (_, from, to, why) => {
    const { cards, counts } = changed('mi300x-amd-smi-7', {
      [described]: (text) => text.replaceAll(from, to),
    });
    expect(cards.map(({ usable }) => valueOf(usable))).toEqual([undefined, undefined]);
    expect(cards[0]?.driverVersion).toMatchObject({ unknown: expect.stringContaining(why) as string });
    expect(counts).toBeUndefined();
  });

  it('says of a card that it does not list that it is there and not usable', () => {
    const { cards } = changed('mi300x-amd-smi-7', {
      [described]: (text) => {
        const [first] = (JSON.parse(text) as { gpu_data: unknown[] }).gpu_data;
        return JSON.stringify([first]);
      },
    });
    expect(cards.map(({ usable }) => usable)).toEqual([{ value: true }, { value: false }]);
    expect(cards[1]?.fault).toMatchObject({ value: { kind: 'unlisted' } });
  });

  it('finds nothing wrong with cards where there is no amd-smi', () => {
    const { document } = loadMachine('mi300x-idle');
    const { facts } = readMachine({
      ...document,
      probes: [...document.probes, { id: described, status: 'absent', text: '' }],
    });
    const [card] = valueOf(facts.accelerators) ?? [];
    expect(card?.usable).toEqual({ unknown: '`amd-smi` is not on the PATH' });
    expect(card?.fault).toEqual({ unknown: 'nothing is known to be wrong with it' });
    expect(card?.serial).toEqual({ value: '6923210005' });
  });

  it('is refused when metrics are of fewer cards', () => {
    const read = readAmdSmi(textOf(names[0] ?? '', 'static'), known('[{"gpu": 0}]'));
    expect(read.ok && read.value[0]?.memoryUsedBytes).toEqual({
      unknown: 'amd-smi metric --json: expected 2 cards as amd-smi static has, found 1',
    });
  });

  it.each(names)('never tells more of a damaged document: %s', (name) => {
    const whole = textOf(name, 'static');
    const metric = textOf(name, 'metric');
    const right = JSON.stringify(readAmdSmi(whole, known(metric)));
    const lines = whole.split('\n');
    const damaged = [
      '',
      'nan',
      ...[0.1, 0.5, 0.9].map((share) => whole.slice(0, Math.floor(share * whole.length))),
      ...lines.map((_, at) => lines.toSpliced(at, 1).join('\n')),
      ...lines.map((line, at) => lines.toSpliced(at, 0, line).join('\n')),
      whole.replaceAll(/: (\d+)/g, ': $1,5'),
      whole.replaceAll(/: \d+/g, ': NaN'),
      whole.replaceAll('"W"', '"mW"'),
    ];
    const amounts = (text: string): readonly number[] =>
      [...text.matchAll(/"value":(\d+(?:\.\d+)?)/g)].map((found) => Number(found[1]));
    const told = new Set(amounts(right));
    for (const text of damaged) {
      const read = readAmdSmi(text, known(metric));
      for (const amount of amounts(JSON.stringify(read))) expect(told).toContain(amount);
    }
    const metricLines = metric.split('\n');
    for (const [at] of metricLines.entries()) {
      const read = readAmdSmi(whole, known(metricLines.toSpliced(at, 1).join('\n')));
      for (const amount of amounts(JSON.stringify(read))) expect(told).toContain(amount);
    }
    expect(readAmdSmi(whole, unknown('absent')).ok).toBe(true);
  });
});

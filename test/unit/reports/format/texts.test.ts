import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText } from '../../../../reports/text/clean-text.ts';
import { displayWidth } from '../../../../reports/text/display-width.ts';
import { formatDimensions } from '../../../../reports/verdict/words/format-dimensions.ts';
import { formatDuration } from '../../../../reports/verdict/words/format-duration.ts';
import { formatNodeFact } from '../../../../reports/verdict/words/format-fact.ts';
import { formatLimit } from '../../../../reports/verdict/words/format-limit.ts';
import { escapeMarkdown, markdownCode } from '../../../../reports/format/markdown.ts';
import { shellWord } from '../../../../reports/format/shell-word.ts';
import { formatMargin, worstSample } from '../../../../reports/format/worst-sample.ts';
import { wrapText } from '../../../../reports/text/wrap-text.ts';
import { exampleCell } from '../../../support/example-verdict.ts';

describe('cleanText', () => {
  it.each([
    ['plain Größe 大きさ', 'plain Größe 大きさ'],
    ['\u001b[2J', '\\u{1b}[2J'],
    ['a\u202eb', 'a\\u{202e}b'],
    ['a\r\nb\tc', 'a b c'],
    ['\ud800', '\\u{d800}'],
    ['x'.repeat(5000), `${'x'.repeat(2000)}… (5000 characters)`],
  ])('makes %j into %j', (text, clean) => {
    expect(cleanText(text)).toBe(clean);
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (text) => {
        const clean = cleanText(text);
        expect(cleanText(clean)).toBe(clean);
      }),
    );
  });
});

describe('formatDimensions', () => {
  it('is the same text for the same dimensions in any order', () => {
    expect(formatDimensions({ cores: 8, blockBytes: 4096 })).toBe('block 4 KiB · cores 8');
    expect(formatDimensions({ blockBytes: 4096, cores: 8 })).toBe('block 4 KiB · cores 8');
  });

  it.each([
    [{}, ''],
    [{ bytes: 17_179_869_184 }, '16 GiB'],
    [{ bytes: 5000 }, '5.000 kB'],
    [{ quantile: 0.999 }, 'p99.9'],
    [{ queueDepth: 16, direct: true, pattern: 'randread' }, 'direct yes · pattern randread · queue depth 16'],
  ])('reads %j as %s', (dimensions, text) => {
    expect(formatDimensions(dimensions)).toBe(text);
  });
});

describe('formatNodeFact', () => {
  it.each([
    ['totalBytes', '25276502016', 'total', '25.28 GB'],
    ['speedBitsPerSecond', '25000000000', 'speed', '25.00 Gbit/s'],
    ['serial', '12345', 'serial', '12345'],
    ['hostName', 'n-1', 'host name', 'n-1'],
    ['totalBytes', 'none', 'total bytes', 'none'],
  ])('reads %s %s as %s: %s', (name, value, shownName, shownValue) => {
    expect(formatNodeFact(name, value)).toEqual({ name: shownName, value: shownValue });
  });
});

describe('formatDuration', () => {
  it.each([
    [840, '840 ms'],
    [12_400, '12.4 s'],
    [60_000, '1 min 0 s'],
    [7_800_000, '2 h 10 min'],
  ])('reads %d ms as %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});

describe('wrapText', () => {
  it('never exceeds the width and loses no character', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        fc.integer({ min: 2, max: 60 }),
        (raw, columns) => {
          const text = cleanText(raw);
          const lines = wrapText(text, columns);
          for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
          expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
        },
      ),
    );
  });
});

describe('escapeMarkdown', () => {
  it.each([
    ['a | b', 'a \\| b'],
    ['<b>', '\\<b\\>'],
    ['[x](https://e.example)', '\\[x\\](https:\\/\\/e.example)'],
    ['- item', '\\- item'],
    ['1. item', '1\\. item'],
    ['0.1.0', '0.1.0'],
    ['www.evil.example', 'www\\.evil.example'],
  ])('makes %j into %j', (text, escaped) => {
    expect(escapeMarkdown(text)).toBe(escaped);
  });

  it('fences code with more backticks than it holds', () => {
    expect(markdownCode('a``b')).toBe('``` a``b ```');
  });
});

describe('shellWord', () => {
  it.each([
    ['vm-1/vda:nvme-read', 'vm-1/vda:nvme-read'],
    ['$(id)', "'$(id)'"],
    ["it's", String.raw`'it'\''s'`],
    ['-rf', "'-rf'"],
    ['', "''"],
  ])('quotes %j as %s', (text, word) => {
    expect(shellWord(text)).toBe(word);
  });
});

describe('a limit and the sample nearest to it', () => {
  const base = {
    subject: 'n',
    requirement: 'r',
    title: 't',
    dimension: 'D1',
    verdict: 'pass',
    reason: 'x',
  } as const;
  const observed = {
    kind: 'samples',
    unit: 'B/s',
    n: 3,
    median: 4.78e11,
    min: 4.71e11,
    max: 4.81e11,
    steps: [],
  } as const;
  const limit = { id: 'l', source: 's', expected: { value: 4.6e11, unit: 'B/s' } } as const;
  const floor = exampleCell({
    ...base,
    limit: { ...limit, comparator: 'atLeast' },
    observed: { ...observed, steps: [] },
  });
  const ceiling = exampleCell({
    ...base,
    limit: { ...limit, comparator: 'atMost' },
    observed: { ...observed, steps: [] },
  });

  it('is the lowest beside a floor and the highest beside a ceiling', () => {
    expect(formatLimit(floor)).toBe('≥ 460 GB/s');
    expect(worstSample(floor)).toMatchObject({ value: 4.71e11, end: 'lowest' });
    expect(worstSample(ceiling)).toMatchObject({ value: 4.81e11, end: 'highest' });
    expect(formatMargin(worstSample(floor)?.margin)).toBe('+2.4 %');
    expect(formatMargin(worstSample(ceiling)?.margin)).toBe('−4.6 %');
  });

  it('has no margin beside another unit or a limit of 0', () => {
    expect(
      worstSample(
        exampleCell({
          ...base,
          limit: { ...limit, comparator: 'atLeast', expected: { value: 4.6e11, unit: 'bit/s' } },
          observed: { ...observed, steps: [] },
        }),
      ),
    ).toBeUndefined();
    expect(
      formatMargin(
        worstSample(
          exampleCell({
            ...base,
            limit: { ...limit, comparator: 'atMost', expected: { value: 0, unit: 'B/s' } },
            observed: { ...observed, steps: [] },
          }),
        )?.margin,
      ),
    ).toBe('–');
  });

  it.each([
    [-0.0004, '−0.04 %'],
    [0, '+0 %'],
    [0.0551, '+5.5 %'],
    [5.851, '+585.1 %'],
  ])('writes the margin %d as %s', (margin, text) => {
    expect(formatMargin(margin)).toBe(text);
  });
});

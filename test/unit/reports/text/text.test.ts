import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText, escapeJson } from '../../../../reports/text/clean-text.ts';
import { displayWidth } from '../../../../reports/text/display-width.ts';
import { wrapText } from '../../../../reports/text/wrap-text.ts';

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

describe('escapeJson', () => {
  it('gives the same document without a character that a terminal obeys or nobody sees', () => {
    const document = { name: 'a\u009b31m\u202e\u2028\u{e0001}b', list: ['\u007f', 'µ', 'ä', '漢'] };
    const text = escapeJson(JSON.stringify(document, undefined, 1));
    expect(JSON.parse(text)).toEqual(document);
    expect(text).toContain('\\u009b31m\\u202e\\u2028\\udb40\\udc01');
    expect(text).toContain('µ');
    expect(text.split('\n')).toHaveLength(9);
  });
});

import { describe, expect, it } from 'vitest';
import {
  cellIn,
  conclusionIn,
  meaningIn,
  nodeIn,
  ownerIn,
} from '../../../../../reports/verdict/words/front-terms.ts';
import { allSentences, languages, piecesIn } from '../../../../../reports/verdict/words/front-words.ts';

const tables = [allSentences, cellIn, meaningIn, nodeIn, ownerIn];
const all = [
  ...tables.flatMap((table) => Object.entries(table)),
  ...Object.entries(conclusionIn).flatMap(([key, { one, block }]) => [
    [key, one] as const,
    [`${key} block`, block] as const,
  ]),
];

describe('the words of page one', () => {
  it.each(all)('%s: has a text in every language, which names the same values', (_, texts) => {
    const named = languages.map((language) =>
      [...texts[language].matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort(),
    );
    for (const language of languages) expect(texts[language].trim()).not.toBe('');
    expect(new Set(named.map((names) => names.join(' '))).size).toBe(1);
  });

  it.each(all)('%s: has Western digits only, and Arabic letters in Arabic only', (_, texts) => {
    for (const language of languages) {
      expect(texts[language]).not.toMatch(/[٠-٩۰-۹]/);
      expect(/[\u0600-\u06ff]/.test(texts[language])).toBe(language === 'ar');
    }
  });

  it('keep what is put in apart from themselves', () => {
    const pieces = piecesIn('ar', 'nodes conform', { passed: 29, of: 32 });
    expect(pieces.filter(({ isValue }) => isValue).map(({ text }) => text)).toEqual(['29', '32']);
    expect(
      piecesIn('en', 'nodes conform', { passed: 29, of: 32 })
        .map(({ text }) => text)
        .join(''),
    ).toBe('29 of 32 nodes conform');
  });
});

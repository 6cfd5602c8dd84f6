import { formatExpectedFact, formatFact } from './format-fact.ts';
import type { Sentences } from './sentences.ts';

/** A comparator in a sentence. */
export const comparatorWords = {
  atLeast: 'at least',
  atMost: 'at most',
  equal: 'exactly',
  oneOf: 'one of',
  noneOf: 'none of',
} as const;

/** What the facts say. */
export const factSentences = {
  'fact-unknown': ({ unknown }) => `not known: ${unknown}`,
  fact: ({ comparator, expected, found, unit }) => {
    const bars = Array.isArray(expected) ? expected : [expected];
    const bar = bars.map((value) => formatExpectedFact(value, unit)).join(', ');
    const wanted = `${typeof expected === 'boolean' ? '' : `${comparatorWords[comparator]} `}${bar}`;
    return `expected ${wanted}, found ${formatFact(found, unit, expected)}`;
  },
  unique: ({ found }) => `expected that nothing else in the run has, found ${formatFact(found, undefined)}`,
  'no-driver': ({ label }) => `${label} is on the bus but not usable: no driver answers for it`,
  'bar-unknown': ({ path, unknown }) => `expected \`${path}\` to be known: ${unknown}`,
  'no-claim': ({ path }) => `expected the inventory to claim \`${path}\`, found no claim`,
} satisfies Partial<Sentences>;

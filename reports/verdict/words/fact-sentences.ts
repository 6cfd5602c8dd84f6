import type { FactValue } from '../said-parts.ts';
import { foldNodeSet } from './fold-names.ts';
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

const ownValue = (found: FactValue): string =>
  `expected a value of its own, found ${formatFact(found, undefined)}`;

/** Limits that do not exist are told as a number that nothing reaches. */
const isUnlimited = (value: unknown, unit: string | undefined): boolean =>
  unit === 'B' && typeof value === 'number' && value >= 1e18;

const looked = (days: number | undefined): string =>
  days === undefined ? '' : `; what is advised was looked up ${days} days before the run: look again`;

/** What the facts say. */
export const factSentences = {
  'fact-unknown': ({ unknown }) => `not known: ${unknown}`,
  fact: ({ comparator, expected, found, unit, noun, listed = [] }) => {
    const bars = Array.isArray(expected) ? expected : [expected];
    const bar = bars.map((value) => formatExpectedFact(value, unit)).join(', ');
    const wanted = isUnlimited(expected, unit)
      ? 'no limit'
      : `${typeof expected === 'boolean' ? '' : `${comparatorWords[comparator]} `}${bar}`;
    const of = noun === undefined ? '' : ` ${expected === 1 ? noun.replace(/s$/, '') : noun}`;
    const there = isUnlimited(found, unit) ? 'none' : formatFact(found, unit, expected);
    return `expected ${wanted}${of}, found ${there}${listed.length === 0 ? '' : `: ${listed.join('; ')}`}`;
  },
  unique: ({ found, known, of, unknown }) =>
    `${ownValue(found)}: unique among ${known} of ${of}${unknown === undefined ? '' : `; ${unknown} unknown`}`,
  'not-unique': ({ found, others, how }) => {
    switch (how) {
      case 'in-node':
        return `${ownValue(found)}, as ${others} has it`;
      case 'taken':
        return `${ownValue(found)}, which is that of ${others}`;
      case 'said-too':
        return `${ownValue(found)}, which ${others} says too`;
    }
  },
  incomparable: ({ found, unknown }) => `${ownValue(found)}, and none to compare it with: ${unknown} unknown`,
  'same-machine': ({ node }) => `it is the same machine as ${node}`,
  'one-machine': ({ names }) => `${foldNodeSet(names)} are one machine`,
  'own-machine': ({ nodes }) => `A machine of its own on ${nodes}`,
  'equal-ids': ({ nodes, ids, isDistinct }) => {
    const said = ids.map(({ name, value, count }) =>
      count === 1 ? `${name} ${value}` : `${count} ${name}s`,
    );
    const proof = isDistinct
      ? 'each agent held the lease of its machine, which one kernel gives once'
      : 'nothing proves that they are one machine, and nothing that they are not';
    return `${nodes} say the same: ${said.join(', ')}; ${proof}`;
  },
  'no-driver': ({ label, why }) =>
    `${label} is on the bus but not usable: ${why === undefined ? 'no driver answers for it' : `no driver answers for it (${why})`}`,
  faulty: ({ label, said }) => `${label} is on the bus but not usable: ${said}`,
  'bar-unknown': ({ path, unknown }) => `expected \`${path}\` to be known: ${unknown}`,
  'no-claim': ({ path }) => `expected the inventory to claim \`${path}\`, found no claim`,
  'no-setting': ({ path }) =>
    `nobody says what \`${path}\` should be on a machine of its class (\`settings\` in the inventory can)`,
  version: ({ component, found, atLeast, line, advisory, date, days }) =>
    `expected ${component} ${atLeast} or later${line === '' ? '' : ` in line ${line}`}, found ${found} (${advisory}, ${date})${looked(days)}`,
  'version-line': ({ component, found, lines, days }) =>
    `${component} ${found} is of a line that no advisory speaks of (${lines.join(', ')})${looked(days)}`,
  'version-unreadable': ({ component, found }) => `expected a version of ${component}, found \`${found}\``,
  'version-unread': ({ component }) => `not known: nothing reads the version of ${component} yet`,
} satisfies Partial<Sentences>;

import { expect, it } from 'vitest';
import { readSpreads } from '../../../../harness/config/read-spreads.ts';

const header = 'metric,spread,sessions,source\n';
const read = (text: string) => readSpreads(text, 's.csv');

it('reads what somebody states of the spread between sessions', () => {
  expect(read(`${header}memory.triad,0.012,30,nights of hall 3\n`)).toEqual([
    { metric: 'memory.triad', spread: 0.012, sessions: 30, source: 'nights of hall 3' },
  ]);
  expect(read('source;metric;sessions;spread\nnights;memory.triad;30;0.012\n')).toHaveLength(1);
});

it.each([
  ['metric,spread\n', 's.csv:1: expected the columns metric, spread, sessions, source, got `metric, spread`'],
  [`${header}memory.triad,1.2,30,nights\n`, 's.csv:2: spread: Too big'],
  [`${header}memory.triad,,30,nights\n`, 's.csv:2: spread: Too small'],
  [`${header}memory.triad,0.01,1,nights\n`, 's.csv:2: sessions: Too small'],
  [`${header}memory.triad,0.01,30,\n`, 's.csv:2: source: Too small'],
  [`${header}triad,0.01,30,nights\n`, 's.csv:2: metric: Invalid string'],
  [`${header}memory.triad,0.01,30\n`, 's.csv:2: expected 4 fields, got 3'],
  [`${header}m.t,0.01,3,a\nm.t,0.02,3,b\n`, 's.csv:3: expected each metric once, got m.t again'],
])('refuses %j', (text, message) => {
  expect(() => read(text)).toThrow(message);
});

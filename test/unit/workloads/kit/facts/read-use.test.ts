import { expect, it } from 'vitest';
import { known, unknown } from '../../../../../workloads/kit/facts/fact.ts';
import { readUse } from '../../../../../workloads/kit/facts/read-use.ts';

const use = {
  driver: 'nvidia',
  processes: known([]),
  busyPercent: known(0),
  memoryBytes: known(150e9),
  memoryUsedBytes: known(1e9),
  silence: 'nobody answers',
};

it.each([
  ['lists no process and computes nothing', {}, known([])],
  [
    'lists no process and computes: in a container nobody sees whose it is',
    { busyPercent: known(97) },
    unknown('it computes 97 % of the time, and nothing says for whom'),
  ],
  ['lists a process', { processes: known(['7 python']) }, known(['runs the process 7 python'])],
])('an accelerator whose driver %s', (_, changes, expected) => {
  expect(readUse({ ...use, ...changes })).toEqual(expected);
});

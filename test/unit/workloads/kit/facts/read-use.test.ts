import { describe, expect, it } from 'vitest';
import { known, unknown } from '../../../../../workloads/kit/facts/fact.ts';
import { idleRows } from '../../../../../workloads/kit/facts/idle-memory.ts';
import { readUse } from '../../../../../workloads/kit/facts/read-use.ts';

const use = {
  vendor: 'NVIDIA',
  model: known('B200-SXM'),
  driver: 'nvidia',
  processes: known([]),
  busyPercent: known(0),
  isWatched: false,
  watchedPercent: unknown('not watched'),
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
  [
    'lists no process and computed while it was watched: somebody uses it, whoever it is',
    { busyPercent: known(0), watchedPercent: known(5) },
    known(['computed 5 % of the time that it was watched']),
  ],
  [
    'computed at one moment, and not while it was watched',
    { busyPercent: known(97), watchedPercent: known(4.9) },
    known([]),
  ],
  [
    'computes nothing at one moment, and told nothing of the time that it was watched',
    { isWatched: true, watchedPercent: unknown('three samples') },
    unknown('nothing says whether it computed while it was watched: three samples'),
  ],
  [
    'is none: nobody can compute on it, watched or not',
    { isWatched: true, driver: undefined, processes: unknown('N/A'), watchedPercent: unknown('none') },
    known([]),
  ],
  [
    'tells no processes, and nothing computed while it was watched',
    { processes: unknown('N/A'), busyPercent: unknown('N/A'), watchedPercent: known(0) },
    known([]),
  ],
  ['lists a process', { processes: known(['7 python']) }, known(['runs the process 7 python'])],
])('an accelerator whose driver %s', (_, changes, expected) => {
  expect(readUse({ ...use, ...changes })).toEqual(expected);
});

describe('memory that is taken and nobody named', () => {
  const mebibyte = 2 ** 20;
  const taken = (vendor: string, model: string, used: number, total: number) =>
    readUse({
      ...use,
      vendor,
      model: known(model),
      busyPercent: unknown('not told'),
      memoryBytes: known(total * 2 ** 30),
      memoryUsedBytes: known(used * mebibyte),
    });
  it.each([
    ['NVIDIA', 'P106-100', 15, 1],
    ['NVIDIA', 'H100-SXM5-80GB', 819, 80],
    ['NVIDIA', 'B200-SXM', 1_800, 179],
    ['AMD', 'RX-6800/6900', 284, 16],
    ['AMD', 'MI300X', 284, 192],
    ['NVIDIA', 'GH200', 60_000, 96],
    ['NVIDIA', 'GB200', 60_000, 184],
    ['AMD', 'MI300A', 60_000, 128],
    ['Intel', 'Max-1550', 1_000, 128],
  ])('on %s %s, %d MiB of %d GiB: idle', (vendor, model, used, total) => {
    expect(taken(vendor, model, used, total)).toEqual(known([]));
  });
  it.each([
    ['NVIDIA', 'P106-100', 16, 1],
    ['NVIDIA', 'H100-SXM5-80GB', 820, 80],
    ['AMD', 'RX-6800/6900', 321, 16],
    ['AMD', 'MI300X', 2_000, 192],
    ['Intel', 'Max-1550', 1_400, 128],
  ])('on %s %s, %d MiB of %d GiB: not known, never busy', (vendor, model, used, total) => {
    const found = taken(vendor, model, used, total);
    expect('unknown' in found ? found.unknown : 'busy').toMatch(/^\d+ MiB .* in use .*no process is named$/);
  });
  it('says nothing of one that shares it with the host, where nothing else tells', () => {
    const blind = { processes: unknown('N/A'), busyPercent: unknown('N/A'), model: known('GB10') };
    expect(readUse({ ...use, ...blind })).toEqual(
      unknown('nothing says whether it computes: nobody answers'),
    );
    const silent = { ...blind, memoryBytes: unknown('N/A'), memoryUsedBytes: unknown('N/A') };
    expect(readUse({ ...use, ...silent })).toEqual(
      unknown('nothing says whether it computes: nobody answers'),
    );
  });
  it('has a source for each allowance', () => {
    for (const { source } of idleRows) expect(source).toMatch(/^(https:\/\/|experience: )/);
  });
});

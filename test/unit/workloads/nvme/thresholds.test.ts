import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LimitFile } from '../../../../workloads/kit/limit.ts';

const limits = ['any', 'datacenter'].flatMap(
  (name) =>
    LimitFile.parse(
      JSON.parse(
        readFileSync(new URL(`../../../../workloads/nvme/thresholds/${name}.json`, import.meta.url), 'utf8'),
      ),
    ).limits,
);

test('the floors are those of their sources', () => {
  expect(limits.map(({ id, value, unit }) => [id, value, unit])).toEqual([
    ['nvme.verify-errors', 0, 'count'],
    ['nvme.random-read-rate-kept', 0.98, 'ratio'],
    ['nvme.superpod-good-read', 4_000_000_000, 'B/s'],
    ['nvme.superpod-good-write', 2_000_000_000, 'B/s'],
    ['nvme.oci-random-read.ssdpf2kx038t1s', 1_507_240, 'IOPS'],
    ['nvme.oci-random-read.mzwlr3t8hbls', 421_400, 'IOPS'],
    ['nvme.oci-random-read.mzwlr3t8hcls', 1_177_960, 'IOPS'],
    ['nvme.oci-random-read.mzwlj7t6hala', 421_400, 'IOPS'],
    ['nvme.oci-random-read.7361456-icrpc2dd2ora6.4t', 784_980, 'IOPS'],
  ]);
});

test('no speed holds for a number that was not proven to be an NVMe drive; any drive keeps right data, and its speed', () => {
  const ofAnyDrive = ['nvme.verify-errors', 'nvme.random-read-rate-kept'];
  expect(limits.map(({ id, proof }) => [ofAnyDrive.includes(id), proof])).toEqual([
    ...ofAnyDrive.map(() => [true, { direct: true }]),
    ...Array.from({ length: 7 }, () => [false, { transport: 'nvme', direct: true }]),
  ]);
});

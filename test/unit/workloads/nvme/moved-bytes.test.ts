import { describe, expect, test } from 'vitest';
import type { CommandOutput } from '../../../../workloads/kit/tool.ts';
import { whyNotMoved } from '../../../../workloads/nvme/moved-bytes.ts';
import { whyTooLarge } from '../../../../workloads/nvme/storage-budget.ts';

const gibibyte = 1024 ** 3;

/** Constructed counters: diskstats lines before and after; the process always moved enough. */
function output(before: string, after: string): CommandOutput {
  const at = (diskstats: string, moved: number) => ({
    '/proc/diskstats': diskstats,
    '/proc/self/io': `read_bytes: ${moved}\nwrite_bytes: ${moved}\n`,
  });
  return {
    stdout: '',
    stderr: '',
    exitCode: 0,
    artifacts: {},
    durationMs: 1,
    counters: { before: at(before, 0), after: at(after, 1e12) },
  };
}
const line = (majorMinor: string, name: string, read: number, written: number): string =>
  ` ${majorMinor.replace(':', '       ')} ${name} 9 9 ${read} 9 9 9 ${written} 9 0 9 9 0 0 0 0 9 9\n`;
const drive = { name: 'nvme0n1', majorMinor: '259:0' };

describe('whyNotMoved', () => {
  test('counts sectors of 512 bytes', () => {
    const moved = output(line('259:0', 'nvme0n1', 100, 7), line('259:0', 'nvme0n1', 2100, 7));
    expect(whyNotMoved(moved, drive, 'read', 1_024_000)).toBeUndefined();
    expect(whyNotMoved(moved, drive, 'read', 2_048_000)).toBe(
      'the drive moved 50 % of the bytes that were read (expected at least 95 %)',
    );
    expect(whyNotMoved(moved, drive, 'write', 1)).toBe(
      'the drive moved 0 % of the bytes that were written (expected at least 95 %)',
    );
  });

  test('another drive of the same name does not count', () => {
    const moved = output(line('259:3', 'nvme0n1', 0, 0), line('259:3', 'nvme0n1', 9999, 0));
    expect(whyNotMoved(moved, drive, 'read', 1000)).toBe('drive 259:0 is not in /proc/diskstats');
  });

  test('a multipath drive is counted on its hidden paths where the kernel counts it only there', () => {
    const at = (first: number, second: number): string =>
      line('259:0', 'nvme0n1', 0, 0) +
      line('259:5', 'nvme0c0n1', first, 0) +
      line('259:6', 'nvme0c1n1', second, 0) +
      line('259:7', 'nvme0c1n2', second, 0);
    expect(whyNotMoved(output(at(0, 0), at(1000, 1000)), drive, 'read', 1_024_000)).toBeUndefined();
    expect(whyNotMoved(output(at(0, 0), at(1000, 1000)), drive, 'read', 1_500_000)).toContain('68 %');
  });

  test('counters that are garbage prove nothing', () => {
    expect(whyNotMoved(output('259 0 nvme0n1 a b c', '259 0 nvme0n1'), drive, 'read', 1)).toBe(
      'drive 259:0 is not in /proc/diskstats',
    );
  });
});

describe('whyTooLarge', () => {
  test.each([
    [1, 21, undefined],
    [1, 20.5, 'the file of 1.0 GiB would leave less than 20.0 GiB of 20.5 GiB free'],
    [3, 29, 'the file of 3.0 GiB is larger than 2.9 GiB (10 % of what is free, at most 64 GiB)'],
    [64, 10_000, undefined],
    [65, 10_000, 'the file of 65.0 GiB is larger than 64.0 GiB (10 % of what is free, at most 64 GiB)'],
  ])('%d GiB where %d GiB are free', (file, free, expected) => {
    expect(whyTooLarge(file * gibibyte, free * gibibyte)).toBe(expected);
  });
});

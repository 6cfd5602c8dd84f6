import { describe, expect, it } from 'vitest';
import { formatDimensions } from '../../../../../reports/verdict/words/format-dimensions.ts';
import { formatDuration } from '../../../../../reports/verdict/words/format-duration.ts';
import { formatNodeFact } from '../../../../../reports/verdict/words/format-fact.ts';
import { kindNote } from '../../../../../reports/verdict/words/verdict-words.ts';

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
    [{ name: 'totalBytes', value: 25276502016, unit: 'B' }, 'total', '25.28 GB'],
    [{ name: 'speedBitsPerSecond', value: 25000000000, unit: 'bit/s' }, 'speed', '25.00 Gbit/s'],
    [{ name: 'serial', value: '12345' }, 'serial', '12345'],
    [{ name: 'hostName', value: 'n-1' }, 'host name', 'n-1'],
    [{ name: 'isRoot', value: true }, 'is root', 'yes'],
    [{ name: 'reasons', value: [] }, 'reasons', 'none'],
    [{ name: 'flags', value: ['a', 'b'] }, 'flags', 'a, b'],
    [{ name: 'flags', value: Array.from({ length: 13 }, () => 'a') }, 'flags', '13 entries'],
    [{ name: 'totalBytes', unit: 'B', unknown: 'no rights' }, 'total bytes', 'unknown: no rights'],
    [{ name: 'totalBytes' }, 'total bytes', 'unknown: no reason is known'],
  ] as const)('reads %j as %s: %s', (fact, name, value) => {
    expect(formatNodeFact(fact as Parameters<typeof formatNodeFact>[0])).toEqual({ name, value });
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

it('says of a screening in which all conforms why it certifies nothing', () => {
  const profile = { id: 'cpu-cluster', version: '1', title: 'CPU cluster', digest: '' };
  const note = (conclusion: 'pass' | 'fail', id = profile.id) =>
    kindNote({ kind: 'screening report', conclusion, profile: { ...profile, id } });
  expect(note('pass')).toMatch(/certifies nothing\. .*which cpu-cluster does not \(docs\/profiles\.md\)\.$/);
  for (const other of [note('fail'), note('pass', 'survey')]) expect(other).toMatch(/certifies nothing\.$/);
});

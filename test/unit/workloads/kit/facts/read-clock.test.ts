import { describe, expect, it } from 'vitest';
import { readEvidence } from '../../../../../workloads/kit/facts/evidence.ts';
import { clockId, readClock } from '../../../../../workloads/kit/facts/read-clock.ts';

const read = (sentMs: unknown, saidMs: unknown, receivedMs: unknown) => {
  const text = JSON.stringify({ sentMs, saidMs, receivedMs });
  const probes = [{ id: clockId, status: 'read' as const, text }];
  return readClock(readEvidence({ schema: 'assay/probes', schemaVersion: 1, scratchPath: '/', probes }));
};
const minute = 60_000;

describe('the clock of a node', () => {
  it.each([
    ['between question and answer', 1000, 1002, 1004, 0],
    ['before the middle of them', 1000, 990, 1004, 0.012],
    ['after it', 1000, 1100, 1050, 0.075],
    ['ten minutes off, however long the way', 0, 10 * minute, 2000, 599],
    ['ten minutes behind', 10 * minute, 0, 10 * minute + 2000, 601],
  ])('%s', (_, sent, said, received, seconds) => {
    expect(read(sent, said, received)).toEqual({ value: seconds });
  });

  it.each([
    ['a long way tells of a small deviation', 1000, 1050, 1200, '50 ms off, give or take 100 ms'],
    ['the clock here was set back', 1000, 900, 800, 'that of the coordinator was set meanwhile'],
    ['words are no times', 'now', 'then', 'soon', 'not the expected JSON'],
  ])('is not known where %s', (_, sent, said, received, why) => {
    expect(read(sent, said, received)).toEqual({ unknown: expect.stringContaining(why) as unknown });
  });
});

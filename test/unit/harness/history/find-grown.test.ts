import { describe, expect, it } from 'vitest';
import { loadBuiltIn } from '../../../../harness/config/built-in.ts';
import { counterWords, xidWords } from '../../../../harness/history/counter-words.ts';
import type { Look } from '../../../../harness/history/find-grown.ts';
import { findGrown } from '../../../../harness/history/find-grown.ts';
import { loadRegistry } from '../../../../workloads/registry.ts';

const look = (night: number, more: Partial<Look> = {}): Look => ({
  night,
  node: 'node1',
  kind: 'XE9680',
  domain: 'R1',
  boot: 'boot-1',
  counts: [],
  xids: [],
  ...more,
});
const link = (value: number): Look['counts'] => [['0000:1a:00.0', 'linkLosses', value]];
const told = (looks: readonly Look[], closed: readonly number[] = []) =>
  findGrown('SN1', looks, () => closed).spells.map(({ series, subject, first, last, grew, quiet }) => ({
    ...{ series, subject, first, last, grew, quiet },
  }));
const xid = (number: number, record: number, times = 1) => ({ of: 'GPU-1', xid: number, times, record });

describe('what a machine counted from night to night', () => {
  it('is an event where a counter grew, once for nights near each other, with how much and what to do', () => {
    const looks = [3, 3, 5, 6, 6].map((value, night) => look(night, { counts: link(value) }));
    expect(told(looks)).toEqual([
      { series: 'Losses of the link', subject: 'SN1/0000:1a:00.0', first: 2, last: 3, grew: 3, quiet: 1 },
    ]);
    expect(findGrown('SN1', looks, () => []).spells[0]).toMatchObject({
      ...{ owner: 'hardware', action: expect.stringContaining('transceiver') as string, speeds: ['counted'] },
    });
    // Closed as repaired, and again four weeks later.
    const later = [...looks, look(34, { counts: link(9) })];
    expect(told(later).map(({ first, grew }) => [first, grew])).toEqual([
      [2, 3],
      [34, 3],
    ]);
  });

  it('is none where it was reset, by a start of the kernel or of a driver, nor on the first look', () => {
    const looks = [
      look(0, { counts: link(200) }),
      look(1, { counts: link(4), boot: 'boot-2' }),
      look(2, { counts: link(0), boot: 'boot-2' }),
      look(3, { counts: undefined, boot: 'boot-2' }),
      look(4, { counts: link(0), boot: 'boot-2' }),
    ];
    expect(told(looks)).toEqual([]);
    expect(told([...looks, look(5, { counts: link(1), boot: 'boot-2' })])).toMatchObject([
      { first: 5, grew: 1 },
    ]);
    // More after a start than before it is not known to be more.
    expect(told([look(0, { counts: link(1) }), look(1, { counts: link(7), boot: 'boot-2' })])).toEqual([]);
    expect(
      told([look(0, { counts: link(1), boot: null }), look(1, { counts: link(7), boot: null })]),
    ).toEqual([]);
  });

  it('is an event behind a start, too, where a card counts for its life, and none of another card', () => {
    const rows = (value: number, of = 'GPU-1'): Look['counts'] => [[of, 'remappedRows', value]];
    expect(told([look(0, { counts: rows(0) }), look(1, { counts: rows(2), boot: 'boot-2' })])).toMatchObject([
      { series: 'Rows of memory that were remapped', grew: 2 },
    ]);
    expect(told([look(0, { counts: rows(0) }), look(1, { counts: rows(9, 'GPU-2') })])).toEqual([]);
  });

  it('tells slowdowns in seconds', () => {
    const slowed = (value: number): Look['counts'] => [['GPU-1', 'thermalSlowdown', value]];
    expect(
      told([look(0, { counts: slowed(1_000_000) }), look(1, { counts: slowed(3_500_000) })]),
    ).toMatchObject([{ series: 'Seconds slowed down by heat', grew: 2.5 }]);
  });

  it('knows an Xid that the log did not have before, by the number of its record', () => {
    const looks = [
      look(0, { xids: [xid(79, 10)] }),
      look(1, { xids: [xid(79, 10)] }),
      look(2, { xids: [xid(79, 900, 3)] }),
      look(3, { xids: [xid(79, 900, 3)] }),
      look(4, { xids: [xid(79, 40)], boot: 'boot-2' }),
    ];
    expect(told(looks)).toEqual([
      {
        series: 'Xid 79 (GPU has fallen off the bus; reseat)',
        ...{ subject: 'SN1/GPU-1', first: 2, last: 4, grew: 3, quiet: 0 },
      },
    ]);
    expect(findGrown('SN1', looks, () => []).spells[0]).toMatchObject({
      action: 'reseat',
      owner: 'hardware',
    });
  });

  it('says nothing of an Xid where nobody read the log before, nor of those of programs, and all of an unknown one', () => {
    expect(told([look(0, { xids: undefined }), look(1, { xids: [xid(79, 5)] })])).toEqual([]);
    expect(told([look(0), look(1, { xids: [xid(31, 5), xid(13, 6), xid(43, 7)] })])).toEqual([]);
    expect(told([look(0), look(1, { xids: [xid(60_000, 5)] })])).toMatchObject([
      { series: 'Xid 60000 (in no table that we know; investigate)' },
    ]);
    expect(xidWords(60_000)?.action).toBe('investigate');
  });
});

it('says of a counter what the requirement says that the same fails while a machine is measured', async () => {
  const { profiles } = await loadBuiltIn(await loadRegistry());
  const shipped = new Map(
    profiles.flatMap(({ requirements }) => requirements).map((each) => [each.id, each]),
  );
  for (const { requirement, owner, action } of Object.values(counterWords))
    expect(shipped.get(requirement)).toMatchObject({ owner, action });
});

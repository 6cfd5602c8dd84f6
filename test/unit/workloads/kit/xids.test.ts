import { describe, expect, it } from 'vitest';
import switches from '../../../../workloads/kit/sxids.json' with { type: 'json' };
import table from '../../../../workloads/kit/xids.json' with { type: 'json' };
import { isFatal, sayXid, sxidOf, XidTable, xidOf } from '../../../../workloads/kit/xids.ts';

const fatal = [48, 63, 64, 74, 79, 92, 94, 95, 119, 120, 140, 143, 144, 150, 154];

describe('the table of Xids', () => {
  it('has a source with a date, and every number once, in order', () => {
    const { source, xids } = XidTable.parse(table);
    expect(source).toMatchObject({ locator: expect.stringContaining('nvidia.com') as string });
    expect(new Set(xids.map(({ number }) => number)).size).toBe(xids.length);
    const [first, second] = table.xids;
    for (const wrong of [
      [first, first],
      [second, first],
      [{ ...first, action: 'hope' }],
      [{ ...first, number: 0 }],
      [{ ...first, note: 'a typo' }],
      [],
    ])
      expect(XidTable.safeParse({ ...table, xids: wrong }).success).toBe(false);
  });

  it('has errors of switches of its own, of which it records what is corrected', () => {
    const { source, xids } = XidTable.parse(switches);
    expect(source.title).toContain('Fabric Manager');
    expect(xids.length).toBe(92);
    expect(sxidOf(20034)).toMatchObject({ owner: 'link', action: 'reset-retest' });
    expect(sxidOf(22003)).toMatchObject({ action: 'reboot-retest' });
    expect(sxidOf(12021)).toMatchObject({ action: 'record' });
    expect(sxidOf(79)).toBeUndefined();
  });

  it('records what a program does, and nothing else that says something of a card', () => {
    expect([13, 31, 43, 45].map((number) => [isFatal(number), xidOf(number)?.owner])).toEqual(
      [13, 31, 43, 45].map(() => [false, 'application']),
    );
    expect(fatal.filter((number) => !isFatal(number))).toEqual([]);
    expect(sayXid(79)).toBe('Xid 79 (GPU has fallen off the bus; reseat)');
  });

  it('lets nobody pass on an Xid that it does not have', () => {
    for (const number of [0, 56, 999, 65_535]) {
      expect(xidOf(number)).toBeUndefined();
      expect(isFatal(number)).toBe(true);
      expect(sayXid(number)).toContain('investigate');
    }
  });
});

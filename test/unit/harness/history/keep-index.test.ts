import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { databaseRefusal } from '../../../../harness/history/database-refusal.ts';
import { History } from '../../../../harness/history/history.ts';
import { readImported } from '../../../../harness/history/read-imported.ts';
import type { RunRows } from '../../../../harness/history/run-rows.ts';
import { machinesOf } from '../../../../harness/history/run-rows.ts';
import { begin, sixteenNodes } from '../../../support/constructed/night-rows.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';
import { exported, withHistory } from '../../../support/with-history.ts';

const slow = { nights: 36, share: (node: number, night: number) => (node === 7 && night >= 30 ? -0.08 : 0) };
const said = { at: '2026-11-30T06:00:00.000Z', action: 'acknowledged', author: 'ops', words: '' } as const;

const today = begin + 100;
const csv = (rows: readonly string[]): string =>
  ['night,machine,device,metric,unit,better,value', ...rows].join('\n');

describe('an index', () => {
  it('has the same rows and the same notes when it is made again, also where a row was wrong', async () => {
    const runs = sixteenNodes(slow);
    await withHistory(runs, async (history, path) => {
      const [event] = (await history.judge()).events;
      await history.say(event!.id, said);
      const before = await exported(history);
      const other = new DatabaseSync(path);
      other.exec("UPDATE point SET median = 1 WHERE run = 'run-3'; UPDATE series SET title = 'x'");
      other.close();
      expect(await exported(history)).not.toBe(before);
      for (const rows of runs.toReversed()) await history.replace(rows);
      await history.tidy();
      expect(await exported(history)).toBe(before);
      expect((await history.judge()).events).toMatchObject([{ id: event!.id, state: 'acknowledged' }]);
    });
  });

  it('loses the nights that are pruned, what was of them alone, and no note', async () => {
    const [first, ...others] = sixteenNodes({
      ...slow,
      driver: (_node, night) => (night === 0 ? '560' : '570'),
    });
    const gone = { ...first!.series[0]!, id: 'gone' };
    const old: RunRows = {
      ...first!,
      series: [...first!.series, gone],
      points: [...first!.points, { ...first!.points[0]!, series: 'gone' }],
    };
    await withHistory([old, ...others], async (history) => {
      await history.say((await history.judge()).events[0]!.id, said);
      expect(await history.prune(begin + 3)).toEqual({ runs: 3, imported: 0 });
      const text = await exported(history);
      expect(text).not.toMatch(/"gone"|"560"|"run-2"/);
      expect(text).toContain('"table":"note"');
      expect((await history.judge()).events).toHaveLength(1);
    });
  });

  it('takes older numbers of a site, marks them, follows them, and misses none when they end', async () => {
    const rows = Array.from({ length: 40 }, (_, night) => {
      const date = new Date((begin + night) * 86_400_000).toISOString().slice(0, 10);
      const value = (night >= 30 ? 0.9 : 1) * (100 + (night % 3));
      return `${date},node1,gpu0,busbw,GB/s,higher,${value}`;
    });
    const { runs, notes } = readImported('old.csv', csv(rows), today);
    expect(notes).toEqual([]);
    await withHistory([...runs, ...sixteenNodes({ nights: 45 })], async (history) => {
      expect(await history.addAll(runs)).toEqual(Array(40).fill('known'));
      const { events, machines } = await history.judge();
      expect(events.map(({ about, spells }) => [about, spells[0]?.series])).toEqual([
        ['node1/gpu0', 'busbw · imported'],
      ]);
      expect(machines.size).toBe(16);
      expect(await exported(history)).toContain('"origin":"imported"');
    });
    const lines = rows.map((row) => {
      const [night = '', machine = '', device = '', metric = '', unit = '', better = '', value] =
        row.split(',');
      return JSON.stringify({ night, machine, device, metric, unit, better, values: [Number(value)] });
    });
    expect(readImported('old.ndjson', lines.join('\n'), today)).toEqual({ runs, notes });
  });

  it.for([
    ['night,machine\n2024-01-01,n1', 'line 2'],
    [csv(['2024-01-01,n1,,m,B/s,higher,1,5']), 'line 2'],
    [csv(['2024-01-01,n1,,m,B/s,higher,nan']), 'line 2'],
    [csv(['2024-01-01,n1,,m,B/s,higher,1', '2024-02-30,n1,,m,B/s,higher,1']), 'line 3'],
    [csv(['2030-01-01,n1,,m,B/s,higher,1']), 'night that was'],
    [csv(['2024-01-01,n1,,m,B/s,faster,1']), 'better'],
    [csv(['2024-01-01,,,m,B/s,higher,1']), 'machine'],
    ['night,night\n2024-01-01,2024-01-01', 'each column once'],
    ['{"night":"2024-01-01"}\nnothing', 'line 1'],
    ['{"table":"note","id":"x"}', 'line 1'],
  ])('takes nothing of %j', ([text, found]) => {
    expect(() => readImported('old', text!, today)).toThrow(found);
  });

  it('takes notes from an export of another, each once, and none that was changed', async () => {
    const runs = sixteenNodes(slow);
    const text = await withHistory(runs, async (history) => {
      await history.say((await history.judge()).events[0]!.id, said);
      return exported(history);
    });
    await withHistory(runs, async (history) => {
      const { notes, runs: none } = readImported('export', text, today);
      expect(none).toEqual([]);
      expect([await history.addNotes(notes), await history.addNotes(notes)]).toEqual([1, 0]);
      expect(await exported(history)).toBe(text);
    });
    expect(() => readImported('export', text.replace('"ops"', '"mob"'), today)).toThrow('digest');
  });

  it('follows a machine that got another name, and a serial number that moved to another place', async () => {
    const rename = (rows: RunRows, at: number): RunRows => {
      const named = (name: string): string =>
        at < 20 ? name : name === 'node3' ? 'gpu03' : name === 'node4' ? 'node5b' : name;
      return {
        ...rows,
        attendance: rows.attendance.map((each) => ({
          ...each,
          node: named(each.node),
          rack: `R${at < 20 ? 1 : 2}`,
        })),
        points: rows.points.map((each) => ({ ...each, node: named(each.node) })),
      };
    };
    await withHistory(sixteenNodes({ nights: 24 }).map(rename), async (history) => {
      const { events, machines } = await history.judge();
      expect(events).toEqual([]);
      expect([...machines.values()]).toEqual(Array(16).fill('measured'));
      expect([...machines.keys()]).toEqual(expect.arrayContaining(['gpu03', 'node5b']));
      for (const name of ['node3', 'gpu03'])
        expect((await history.show(name)).map(({ nights }) => nights.length)).toEqual([24]);
    });
  });

  it('tells machines with one serial number by what they do not share', () => {
    const none = { serial: undefined, uuid: undefined, machineId: undefined };
    const nodes = [
      { name: 'a', identity: { ...none, serial: 'S1', uuid: 'u1' } },
      { name: 'b', identity: { ...none, serial: 'S1', uuid: 'u2' } },
      { name: 'c', identity: { ...none, serial: 'S1', machineId: 'S1' } },
      { name: 'd', identity: { ...none, serial: 'S/2' } },
    ];
    expect([...machinesOf(nodes)]).toEqual([
      ['a', 'u1'],
      ['b', 'u2'],
      ['c', 'c'],
      ['d', 'S_2'],
    ]);
  });

  it('that is damaged is refused and left as it is', async () => {
    const path = await withHistory(sixteenNodes(slow), (_history, at) => Promise.resolve(at));
    truncateSync(path, 20_000);
    const before = readFileSync(path);
    const open = async () => {
      const history = await History.open(path, 'Europe/Madrid');
      try {
        await history.judge();
      } finally {
        await history.close();
      }
    };
    await expect(open()).rejects.toMatchObject({ code: 'HISTORY_UNUSABLE', exitCode: 64 });
    expect(readFileSync(path).equals(before)).toBe(true);
    const foreign = join(temporaryDirectory(), 'nights.sqlite');
    writeFileSync(foreign, '');
    const other = new DatabaseSync(foreign);
    other.exec('CREATE TABLE run (x)');
    other.close();
    await expect(History.open(foreign, 'UTC')).rejects.toMatchObject({ code: 'HISTORY_UNUSABLE' });
  });

  it('that has no room is a full disk', async () => {
    const path = await withHistory(sixteenNodes({ nights: 1 }), (_history, at) => Promise.resolve(at));
    const full = new DatabaseSync(path);
    const { page_count: pages } = full.prepare('PRAGMA page_count').get() as { page_count: number };
    full.exec(`PRAGMA max_page_count = ${pages}`);
    let found: unknown;
    try {
      full.exec(`CREATE TABLE filler (x); INSERT INTO filler VALUES (zeroblob(${64 * 4096}))`);
    } catch (cause) {
      found = databaseRefusal(path, cause);
    }
    full.close();
    expect(found).toMatchObject({ code: 'DISK_FULL', exitCode: 3 });
  });
});

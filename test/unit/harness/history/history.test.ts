import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeEvent, nightsDocument } from '../../../../harness/cli/print-nights.ts';
import { History } from '../../../../harness/history/history.ts';
import type { RunRows } from '../../../../harness/history/run-rows.ts';
import { changesBetween, nightOf, rowsOfRun } from '../../../../harness/history/run-rows.ts';
import { RunDirectory } from '../../../../harness/store/run-directory.ts';
import { RunEvidence } from '../../../../harness/store/run-evidence.ts';
import { loadRegistry } from '../../../../workloads/registry.ts';
import { begin, sixteenNodes, slowerNodes, stateDocument } from '../../../support/constructed/night-rows.ts';
import { writeScaleRun } from '../../../support/constructed/scale-run.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';
import { exported, withHistory } from '../../../support/with-history.ts';

const zone = 'Europe/Madrid';
describe('an index of nights', () => {
  it('tells of 16 machines the one that got slower, and of all of them once, with the driver that changed', async () => {
    const judgement = await withHistory(slowerNodes(), (history) => history.judge());
    expect(judgement).toMatchObject({ series: 16, lastNight: begin + 44, measured: 16 });
    expect(judgement.unjudged.size).toBe(0);
    expect(judgement.events.map(({ scope, about, first }) => [scope, about, first - begin])).toEqual([
      ['machine', 'node7', expect.toBeOneOf([30, 31])],
      ['fleet', 'XE9680', expect.toBeOneOf([38, 39])],
    ]);
    const changes = judgement.events.map(({ spells }) => [...new Set(spells.map(({ change }) => change))]);
    expect(changes).toEqual([[undefined], ['another driver or kernel: 570 → 575']]);
  });

  it('says what the next night of each series is held against, where enough nights are known', async () => {
    const metrics = new Set(['matmul.throughput']);
    await withHistory([], async (history) => {
      const nights = slowerNodes();
      await history.addAll(nights.slice(0, 9));
      expect(await history.usual(metrics)).toEqual([]);
      await history.addAll(nights.slice(9, 30));
      expect(await history.usual(new Set(['memory.triad']))).toEqual([]);
      const usual = await history.usual(metrics);
      expect(usual.map(({ machine }) => machine).toSorted()).toEqual(
        Array.from({ length: 16 }, (_, at) => `node${at}`).toSorted(),
      );
      for (const { middle, scale, nights: of, ...known } of usual) {
        expect(Math.abs(middle - 100)).toBeLessThan(5);
        expect(scale).toBeLessThan(0.02);
        expect(of).toBe(28);
        expect(known).toMatchObject({ metric: 'matmul.throughput', tool: 'cublaslt', unit: 'FLOP/s' });
      }
    });
  });

  it('says nothing of what is usual where two procedures were measured on the last night', async () => {
    await withHistory([], async (history) => {
      const both = slowerNodes()
        .slice(0, 20)
        .map((rows) => ({
          ...rows,
          series: [...rows.series, { ...rows.series[0]!, id: 'other', stratum: 'other' }],
          points: [...rows.points, { ...rows.points[0]!, series: 'other' }],
        }));
      await history.addAll(both);
      const usual = await history.usual(new Set(['matmul.throughput']));
      expect(usual.map(({ machine }) => machine)).not.toContain('node0');
      expect(usual).toHaveLength(15);
    });
  });

  it('tells of a metric that is measured no more, of a machine that was not reached, and of one that nobody planned', async () => {
    const without = (rows: RunRows, at: number): RunRows => ({
      ...rows,
      attendance: rows.attendance
        .filter(({ node }) => at < 42 || node !== 'node2')
        .map((each) => (at === 44 && each.node === 'node4' ? { ...each, reason: 'not reached' } : each)),
      // node5 has another metric all the time: something of it is measured.
      series: [
        ...rows.series,
        { ...rows.series[5]!, id: 'other', stratum: 'memory', metric: 'memory.triad', title: 'Triad' },
      ],
      points: [
        ...rows.points.filter(
          ({ node }) => (at < 42 || (node !== 'node2' && node !== 'node5')) && (at < 44 || node !== 'node4'),
        ),
        { ...rows.points[5]!, series: 'other' },
      ],
    });
    const judgement = await withHistory([], async (history) => {
      for (const [at, rows] of slowerNodes().entries()) await history.add(without(rows, at));
      return history.judge();
    });
    const vanished = judgement.events.filter(({ spells }) =>
      spells.some(({ speeds }) => speeds.includes('vanished')),
    );
    expect(vanished.map(({ about, first, last }) => [about, first - begin, last - begin])).toEqual([
      ['node5', 42, 44],
    ]);
    expect(vanished.map(({ standing }) => standing)).toEqual(['still']);
    expect([...judgement.machines].filter(([, why]) => why !== 'measured')).toEqual([
      ['node2', 'not planned'],
      ['node4', 'not reached'],
    ]);
  });

  it('tells of a machine that is in use every night what its devices counted, and keeps it when runs are pruned', async () => {
    const tallyOf = (losses: number) => JSON.stringify([['0000:1a:00.0', 'linkLosses', losses]]);
    const runs = sixteenNodes({ nights: 14 }).map((rows, at): RunRows => {
      const losses = at < 12 ? 4 : 6;
      return {
        ...rows,
        attendance: rows.attendance.map((each) =>
          each.node === 'node3' ? { ...each, reason: 'in use' } : each,
        ),
        series: rows.series.filter(({ subject }) => subject !== 'node3'),
        points: rows.points.filter(({ node }) => node !== 'node3'),
        counted: ['node2', 'node3'].map((node) => ({
          ...{ run: rows.run.id, node, machine: node, kind: 'XE9680', boot: 'b', xids: '[]' },
          tally: `t${node === 'node3' ? losses : 0}`,
        })),
        tallies: [0, losses].map((each) => ({ digest: `t${each}`, document: tallyOf(each) })),
      };
    });
    await withHistory(runs, async (history) => {
      const { events, counted } = await history.judge();
      expect(counted).toBe(2);
      expect(events).toMatchObject([
        {
          ...{ scope: 'machine', about: 'node3/0000:1a:00.0', first: begin + 12, standing: 'unseen' },
          spells: [{ series: 'Losses of the link', node: 'node3', grew: 2, speeds: ['counted'] }],
        },
      ]);
      const [event] = nightsDocument(await history.judge(), zone).events;
      expect(describeEvent(event!)).toMatch(
        /node3 \(node3\/0000:1a:00.0\): \+2 since .*\n[^]*hardware: Clean or swap/,
      );
      const before = await exported(history);
      for (const rows of runs) await history.replace(rows);
      await history.tidy();
      expect(await exported(history)).toBe(before);
      await history.prune(begin + 12);
      expect(await exported(history)).not.toContain('"digest":"t4"');
      expect((await history.judge()).events).toEqual([]);
    });
  });

  it('has the same rows in whatever order runs are added, and however often', async () => {
    const all = slowerNodes();
    const [once, again] = await Promise.all(
      [all, [...all.toReversed(), ...all]].map((runs) =>
        withHistory([], async (history) => {
          for (const rows of runs) await history.add(rows);
          return exported(history);
        }),
      ),
    );
    expect(again).toBe(once);
    expect(once?.split('\n')).toHaveLength(45 + 45 * 16 + 2 + 16 + 45 * 16 + 1);
  });

  it('refuses another run of an id, adds nothing of it, and refuses what is no index or a newer one', async () => {
    const [first] = slowerNodes();
    const path = await withHistory([first!], async (history, at) => {
      const before = await exported(history);
      await expect(history.add({ ...first!, run: { ...first!.run, digest: 'other' } })).rejects.toMatchObject(
        {
          code: 'HISTORY_UNUSABLE',
        },
      );
      const broken = {
        ...first!,
        run: { ...first!.run, id: 'b' },
        points: [{ ...first!.points[0]!, series: 'nobody' }],
      };
      await expect(history.add(broken)).rejects.toThrow();
      expect(await exported(history)).toBe(before);
      return at;
    });
    await expect(History.open(path, 'Asia/Tokyo')).rejects.toMatchObject({ code: 'USAGE' });
    const garbage = join(temporaryDirectory(), 'nights.sqlite');
    writeFileSync(garbage, 'not an index, by far'.repeat(100));
    await expect(History.open(garbage, zone)).rejects.toMatchObject({ code: 'HISTORY_UNUSABLE' });
    const { DatabaseSync } = await import('node:sqlite');
    const newer = new DatabaseSync(path);
    newer.exec("UPDATE meta SET value = '99' WHERE name = 'version'");
    newer.close();
    await expect(History.open(path, zone)).rejects.toMatchObject({
      code: 'HISTORY_UNUSABLE',
      message: expect.stringContaining('version 99') as string,
    });
  });

  it('takes the first of two runs in one night', async () => {
    const [first] = slowerNodes();
    const later = '2999-01-01T00:00:00.000Z';
    const twice: RunRows = {
      ...first!,
      run: { ...first!.run, id: 'again', digest: 'x', started: later },
      attendance: first!.attendance.map((each) => ({ ...each, run: 'again' })),
      points: first!.points.map((each) => ({ ...each, run: 'again', median: 1 })),
    };
    const shown = await withHistory([], async (history) => {
      await history.add(twice);
      await history.add(first!);
      return history.show('node3');
    });
    expect(shown.map(({ nights }) => nights.map(({ value }) => value))).toEqual([[first!.points[3]!.median]]);
  });

  it('keeps both runs of a night when a clock was a day behind, and counts the one that began first', async () => {
    const behind = sixteenNodes({ nights: 14 }).map((rows, at): RunRows => {
      const { night } = rows.run;
      const started = new Date((night - 1) * 86_400_000 + 7_200_000).toISOString();
      return at === 12 ? { ...rows, run: { ...rows.run, night: night - 1, started } } : rows;
    });
    await withHistory(behind, async (history) => {
      const nights = (await history.runs()).map((run) => run.night - begin);
      expect(nights.filter((night) => night === 11)).toHaveLength(2);
      expect(nights).not.toContain(12);
      const [shown] = await history.show('node3');
      expect(shown?.nights.map(({ night }) => night - begin)).toEqual([...Array(12).keys(), 13]);
      expect(shown?.nights[11]?.value).toBe(behind[11]?.points[3]?.median);
      expect((await history.judge()).events).toEqual([]);
    });
  });

  it('shows a machine by its name and by its serial number, with its devices, and reads only what is asked for', async () => {
    const runs = sixteenNodes({ nights: 12 }).map((rows): RunRows => {
      const named = (text: string): string => text.replace(/^node(\d+)$/, 'SN$1');
      return {
        ...rows,
        attendance: rows.attendance.map((each) => ({ ...each, machine: named(each.machine) })),
        series: rows.series.flatMap((each) => [
          { ...each, subject: named(each.subject) },
          {
            ...each,
            id: `${each.id}/0`,
            subject: `${named(each.subject)}/GPU-0`,
            stratum: 'hbm',
            title: 'HBM',
          },
        ]),
        points: rows.points.flatMap((each) => [each, { ...each, series: `${each.series}/0` }]),
      };
    });
    await withHistory(runs, async (history) => {
      const subjects = async (...asked: readonly [string, string?]) =>
        (await history.show(...asked)).map(({ row, nights }) => [row.subject, nights.length]);
      const both = [
        ['SN3', 12],
        ['SN3/GPU-0', 12],
      ];
      expect(await subjects('node3')).toEqual(both);
      expect(await subjects('SN3')).toEqual(both);
      expect(await subjects('node3', 'hbm')).toEqual([both[1]]);
      expect(await subjects('node3', 'gpu-0')).toEqual([both[1]]);
      expect(await subjects('node3', 'none')).toEqual([]);
      expect(await subjects('node33')).toEqual([]);
    });
  });

  it('is read from runs: what nodes gave, and who was not reached', async () => {
    const path = join(temporaryDirectory(), 'run');
    await writeScaleRun(path, 'c', 8);
    const registry = await loadRegistry();
    const material = (await RunEvidence.read(await RunDirectory.open(path), registry)).material();
    const rows = rowsOfRun(material, zone);
    expect(rows).toEqual(rowsOfRun(material, zone));
    expect(rows.attendance.map(({ reason }) => reason).filter((reason) => reason !== null)).toEqual([
      'not reached',
    ]);
    const titles = new Map(rows.series.map(({ id, title }) => [id, title]));
    const withTitle = (part: RegExp) =>
      rows.points.filter(({ series }) => part.test(titles.get(series) ?? ''));
    expect(new Set(withTitle(/^(?!.*(in pairs|together)$)/).map(({ node }) => node)).size).toBe(7);
    // Of seven one rests in each of three rounds.
    const paired = withTitle(/, in pairs$/);
    expect(new Set(paired.map(({ node }) => node)).size).toBe(7);
    expect(new Set(paired.map(({ n }) => n))).toEqual(new Set([2, 3]));
    expect(new Set(withTitle(/, 7 together$/).map(({ node }) => node))).toEqual(new Set(['7 of R01']));
    expect(rows.points.every(({ n, median, min, max }) => n > 0 && min <= median && median <= max)).toBe(
      true,
    );
    await withHistory([], async (history) => {
      expect(await history.add(rows)).toBe('added');
      expect(await history.add(rows)).toBe('known');
      const { measured, unjudged } = await history.judge();
      expect(measured).toBe(rows.points.length);
      expect([...unjudged.values()].reduce((sum, each) => sum + each, 0)).toBe(measured);
    });
  });
});

it.for([
  ['2026-11-30T22:59:00Z', '2026-11-30'],
  ['2026-11-30T23:30:00Z', '2026-12-01'],
  ['2027-03-28T00:30:00Z', '2027-03-28'],
  ['2027-03-28T22:30:00Z', '2027-03-29'],
  // The night of 25 hours: 02:30 in Madrid comes twice.
  ['2026-10-25T00:30:00Z', '2026-10-25'],
  ['2026-10-25T01:30:00Z', '2026-10-25'],
  ['2026-10-25T22:30:00Z', '2026-10-25'],
  ['2026-10-25T23:30:00Z', '2026-10-26'],
])('%s is the night %s in Madrid', ([started, date]) => {
  expect(nightOf(started!, zone) * 86_400_000).toBe(Date.parse(date!));
});

it('a change is told in words that are the same for all machines with it', () => {
  expect(changesBetween(stateDocument('570'), stateDocument('575'))).toEqual([
    'another driver or kernel: 570 → 575',
  ]);
  expect(changesBetween(stateDocument('570'), stateDocument('570'))).toEqual([]);
});

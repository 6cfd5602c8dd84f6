import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { History } from '../../harness/history/history.ts';
import { readImported } from '../../harness/history/read-imported.ts';
import { begin, sixteenNodes } from '../support/constructed/night-rows.ts';
import { writeScaleRun } from '../support/constructed/scale-run.ts';
import type { PostgresServer } from '../support/postgres.ts';
import { hasPostgres, startPostgres } from '../support/postgres.ts';
import { runAssay } from '../support/run-assay.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { exported } from '../support/with-history.ts';

const runs = sixteenNodes({
  share: (node, night) => (node === 7 && night >= 30 ? -0.08 : 0),
  driver: (node, night) => (night < 38 || node > 3 ? '570' : '575'),
});

describe.skipIf(!hasPostgres)('an index in PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  it('has the rows of one in SQLite, says the same, keeps notes, is made again and pruned alike', async () => {
    const csv =
      'night,machine,metric,unit,better,value\n2024-09-01,äö,ß-metric,B/s,higher,0.1\n2024-09-01,Zz,ß-metric,B/s,higher,1e-3\n';
    const places = [server.createDatabase('alike'), join(temporaryDirectory(), 'nights')];
    const both = [];
    for (const place of places) {
      const history = await History.open(place, 'Europe/Madrid');
      await history.addAll(runs.slice(20));
      for (const rows of runs) await history.add(rows);
      await history.addAll(readImported('old.csv', csv, begin + 100).runs);
      const [event] = (await history.judge()).events;
      await history.say(event!.id, {
        at: '2026-11-30T06:00:00.000Z',
        action: 'explained',
        author: 'ä',
        words: '',
      });
      await history.markTold(event!.id, { standing: 'open', night: '2024-11-10' });
      await history.markTold(event!.id, { standing: 'closed', night: '2024-11-11' });
      const all = await exported(history);
      for (const rows of runs.slice(5, 8)) await history.replace(rows);
      await history.tidy();
      const again = await exported(history);
      const said = {
        judged: await history.judge(),
        told: await history.told(),
        shown: await history.show('node7'),
      };
      const pruned = await history.prune(begin + 10);
      both.push({ all, said, pruned, left: await exported(history) });
      expect(again).toBe(all);
      await history.close();
    }
    const [server_, file] = both;
    expect(server_!.all.split('\n')).toEqual(file!.all.split('\n'));
    expect(server_).toEqual(file);
    expect(server_!.all.split('\n').length).toBeGreaterThan(45 * 33);
  });

  it('takes the same runs from two at once, each once, in whatever order', async () => {
    const place = server.createDatabase('both');
    const [one, other] = await Promise.all([History.open(place, 'UTC'), History.open(place, 'UTC')]);
    const became = await Promise.all(
      [runs, runs.toReversed()].map(async (those, at) => {
        const all: string[] = [];
        for (const rows of those) all.push(await [one, other][at]!.add(rows));
        return all;
      }),
    );
    expect(became.flat().filter((each) => each === 'added')).toHaveLength(45);
    const alone = await History.open(join(temporaryDirectory(), 'nights'), 'UTC');
    await alone.addAll(runs);
    expect(await exported(one)).toBe(await exported(alone));
    for (const each of [one, other, alone]) await each.close();
  });

  it('is what ASSAY_DATABASE_URL says, for two processes at once', async () => {
    const directory = temporaryDirectory();
    const place = server.createDatabase('asked');
    await writeScaleRun(join(directory, 'run'), 'c', 2, { id: 'run', startedAt: '2026-11-03T01:00:00.000Z' });
    const options = { cwd: directory, env: { ASSAY_DATABASE_URL: place } };
    const both = await Promise.all([0, 1].map(() => runAssay(['history', 'add', 'run'], options)));
    expect(both.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    expect(both.map(({ stdout }) => stdout.split('  ')[0]).toSorted()).toEqual(['added', 'there already']);
  });

  it('is refused when it is not there or a newer one, and who logs in is not told', async () => {
    const place = server.createDatabase('newer');
    await (await History.open(place, 'UTC')).close();
    const client = new pg.Client(place);
    await client.connect();
    await client.query("UPDATE meta SET value = '99' WHERE name = 'version'");
    await client.end();
    await expect(History.open(place, 'UTC')).rejects.toMatchObject({
      code: 'HISTORY_UNUSABLE',
      message: expect.stringContaining('version 99') as string,
    });
    for (const url of ['postgresql://ops:hush@127.0.0.1:9/nights', place.replace('/newer', '/none')]) {
      const refused = await History.open(url, 'UTC').catch((cause: unknown) => cause);
      expect(refused).toMatchObject({ code: 'HISTORY_UNUSABLE' });
      expect(JSON.stringify(refused)).not.toContain('hush');
    }
  });
});

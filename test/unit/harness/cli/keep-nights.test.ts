import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { addRuns } from '../../../../harness/cli/add-nights.ts';
import type { CliContext } from '../../../../harness/cli/command.ts';
import { sayOfEvent } from '../../../../harness/cli/event-command.ts';
import { importFiles, pruneIndex, rebuildIndex } from '../../../../harness/cli/keep-nights.ts';
import { nightsDocument } from '../../../../harness/cli/print-nights.ts';
import { tell } from '../../../../harness/cli/telling.ts';
import { readEnvironment } from '../../../../harness/environment.ts';
import { History } from '../../../../harness/history/history.ts';
import { sixteenNodes } from '../../../support/constructed/night-rows.ts';
import { writeScaleRun } from '../../../support/constructed/scale-run.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';
import { exported } from '../../../support/with-history.ts';

async function open() {
  const directory = temporaryDirectory();
  const [out, err] = [new PassThrough(), new PassThrough()];
  const environment = { ...readEnvironment(), workingDirectory: directory };
  const context: CliContext = { environment, out, err, now: () => new Date('2026-11-30T06:00:00Z') };
  const history = await History.open(join(directory, 'nights'), 'UTC');
  const read = (stream: PassThrough): string => ((stream.read() as Buffer | null) ?? '').toString();
  return { directory, context, history, said: () => read(out), complained: () => read(err) };
}

it('an index is made again from folders of runs; what cannot be read is told, and which night has two runs', async () => {
  const { directory, context, history, said, complained } = await open();
  const runs = join(directory, 'runs');
  mkdirSync(runs);
  for (const [id, startedAt] of [
    ['a', '2026-11-03T01:00:00.000Z'],
    ['b', '2026-11-03T04:00:00.000Z'],
    ['z', '2999-01-01T01:00:00.000Z'],
  ])
    await writeScaleRun(join(runs, id!), 'c', 2, { id: id!, startedAt: startedAt! });
  expect(await addRuns(history, ['runs/a', 'runs/b'], context)).toBe(0);
  expect(said()).toContain('another run of this night is there (a)');
  const before = await exported(history);
  expect(await rebuildIndex(history, ['runs'], context)).toBe(64);
  expect(said()).toBe('2 runs read again\n');
  expect(complained()).toMatch(/^✖ HISTORY_UNUSABLE run z: expected a night that was, found 2999-01-01/);
  expect(await exported(history)).toBe(before);
  mkdirSync(join(directory, 'empty'));
  expect(await rebuildIndex(history, ['empty'], context)).toBe(0);
  expect(said()).toContain('2 runs of the index are in none of the folders');
  expect(await exported(history)).toBe(before);
  expect(await pruneIndex(history, 90, context)).toBe(0);
  expect(said()).toContain('0 runs before 2026-09-01 removed');
  for (const days of [undefined, 89, 1.5, Number.NaN])
    await expect(pruneIndex(history, days, context)).rejects.toMatchObject({ code: 'USAGE' });
  await expect(rebuildIndex(history, [], context)).rejects.toMatchObject({ code: 'USAGE' });
  await history.close();
});

it('files are imported whole or not at all', async () => {
  const { directory, context, history, said } = await open();
  const head = 'night,machine,metric,unit,better,value\n';
  writeFileSync(
    join(directory, 'old.csv'),
    `${head}2026-01-01,n1,m,B/s,higher,1\n2026-01-02,n1,m,B/s,higher,2\n`,
  );
  writeFileSync(
    join(directory, 'bad.csv'),
    `${head}2026-01-03,n1,m,B/s,higher,1\n2026-01-04,n1,m,B/s,higher,x\n`,
  );
  expect(await importFiles(history, ['old.csv', 'old.csv'], context)).toBe(0);
  expect(said()).toMatch(/2 nights imported, 0 there already[^]*0 nights imported, 2 there already/);
  const before = await exported(history);
  await expect(importFiles(history, ['bad.csv'], context)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  for (const path of ['nothing.csv', '.'])
    await expect(importFiles(history, [path], context)).rejects.toMatchObject({ code: 'USAGE' });
  expect(await exported(history)).toBe(before);
  await history.close();
});

it('what is said of an event is complete or refused', async () => {
  const { directory, context, history } = await open();
  await history.addAll(
    sixteenNodes({ nights: 34, share: (node, night) => (node === 7 && night >= 30 ? -0.08 : 0) }),
  );
  const [event] = (await history.judge()).events;
  const say = (said: Parameters<typeof sayOfEvent>[2], id = event!.id) =>
    sayOfEvent(history, id, said, false, context);
  for (const said of [
    { close: 'repaired', by: 'ops' },
    { close: 'repaired', note: 'x' },
    { ack: true, close: 'repaired', by: 'ops', note: 'x' },
    { ack: true, by: ' ' },
    { note: 'x' },
    { ack: true, by: 'ops', note: 'x'.repeat(2001) },
  ] as const)
    await expect(say(said)).rejects.toMatchObject({ code: 'USAGE' });
  await expect(say({ ack: true, by: 'ops' }, 'e0')).rejects.toMatchObject({ code: 'HISTORY_UNUSABLE' });
  expect(await exported(history)).not.toContain('"note"');

  // Nobody listens there: the night is told as bad as it is, and that somebody was not told.
  writeFileSync(
    join(directory, 'hook'),
    'http://127.0.0.1:9/secret\nwhsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n',
  );
  const nights = nightsDocument(await history.judge(), 'UTC');
  expect(await tell(nights, { junit: join(directory, 'none/night.xml') }, { context, history })).toBe(1);
  const good = { context, history, exitCode: 0 as const };
  expect(await tell(nights, { junit: join(directory, 'none/night.xml') }, good)).toBe(3);
  await history.close();
});

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { History } from '../../harness/history/history.ts';
import { MachineNights } from '../../reports/verdict/machine-nights.ts';
import { Nights } from '../../reports/verdict/nights.ts';
import { sixteenNodes } from '../support/constructed/night-rows.ts';
import { writeScaleRun } from '../support/constructed/scale-run.ts';
import { runAssay } from '../support/run-assay.ts';
import { temporaryDirectory } from '../support/temporary.ts';

it('the index of nights takes runs from two processes at once, tells of machines, and refuses what is none', async () => {
  const directory = temporaryDirectory();
  const runs: string[] = [];
  for (const [at, day] of ['03', '04', '05'].entries()) {
    const path = join(directory, `night-${at}`);
    await writeScaleRun(path, 'c', 3, { id: `night-${at}`, startedAt: `2026-11-${day}T01:00:00.000Z` });
    runs.push(path);
  }
  const history = (database: string, ...args: readonly string[]) =>
    runAssay(['history', ...args, '--database', join(directory, database)], { cwd: directory });
  const both = await Promise.all(
    [0, 1].map(() => history('both', 'add', ...runs, '--zone', 'Europe/Madrid')),
  );
  for (const { exitCode, stderr } of both) expect([exitCode, stderr]).toEqual([0, '']);
  expect(both.flatMap(({ stdout }) => stdout.match(/^(added|there already)/gm) ?? []).toSorted()).toEqual([
    ...Array<string>(3).fill('added'),
    ...Array<string>(3).fill('there already'),
  ]);
  for (const run of runs.toReversed()) await history('alone', 'add', run, '--zone', 'Europe/Madrid');
  const [ofBoth, ofOne] = await Promise.all([history('both', 'export'), history('alone', 'export')]);
  expect(ofBoth.stdout).toBe(ofOne.stdout);

  const events = await history('both', 'events');
  expect(events.exitCode).toBe(2);
  expect(events.stdout).toContain('with too few nights before');
  expect(events.stdout.trim().split('\n').at(-1)).toBe('Exit code 2.');
  const shown = await history('both', 'show', 'n0001');
  expect(shown.stdout).toMatch(/SHA-256[^]*2026-11-03[^]*2026-11-05/);
  const machine = MachineNights.parse(JSON.parse((await history('both', 'show', 'n0001', '--json')).stdout));
  expect(machine.series.length).toBeGreaterThan(0);
  expect(new Set(machine.series.map(({ nights }) => nights.length))).toEqual(new Set([3]));
  const nights = Nights.parse(JSON.parse((await history('both', 'events', '--json')).stdout));
  expect(nights).toMatchObject({ lastNight: '2026-11-05', zone: 'Europe/Madrid', events: [], exitCode: 2 });
  expect(nights.unjudged['few-nights']).toBe(nights.measured);
  expect(await history('both', 'show', 'nobody')).toMatchObject({ exitCode: 2 });

  expect(await history('both', 'add', join(directory, 'both'))).toMatchObject({ exitCode: 64 });
  expect(await history('both', 'add')).toMatchObject({ exitCode: 64 });
  expect(await history('both', 'events', '--zone', 'Nowhere/Such')).toMatchObject({ exitCode: 64 });
  expect(await history('both', 'events', '--zone', 'Asia/Tokyo')).toMatchObject({ exitCode: 64 });
  expect(await history('night-0/run.json', 'events')).toMatchObject({
    exitCode: 64,
    stderr: expect.stringContaining('HISTORY_UNUSABLE') as string,
  });
}, 120_000); // eighteen processes of Assay

it('says what became of an event, and tells of the night as it was asked to', async () => {
  const directory = temporaryDirectory();
  const database = join(directory, 'nights');
  const made = await History.open(database, 'UTC');
  const share = (node: number, night: number) => (node === 7 && night >= 30 ? -0.08 : 0);
  for (const rows of sixteenNodes({ nights: 34, share })) await made.add(rows);
  await made.close();
  const history = (...args: readonly string[]) =>
    runAssay(['history', ...args, '--database', database], { cwd: directory });
  const before = await history('events', '--json');
  expect(before.exitCode).toBe(1);
  const { events } = Nights.parse(JSON.parse(before.stdout));
  const id = events[0]?.id ?? '';
  expect(await history('event', id, '--ack', '--by', 'ops')).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining(`${id}  acknowledged, still so`) as string,
  });
  const closed = await history('event', id, '--close', 'repaired', '--by', 'ops', '--note', 'fan \u001b[2J3');
  expect(closed).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('closed, repaired') as string,
  });
  expect(closed.stdout).not.toContain('\u001b');
  const files = ['--markdown', 'night.md', '--junit', 'night.xml', '--prometheus', 'night.prom'];
  expect(await history('events', ...files)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('1 closed') as string,
  });
  for (const file of [files[1], files[3], files[5]])
    expect(readFileSync(join(directory, file!), 'utf8')).toMatch(/0 new|tests="1"|assay_machines/);
  expect(await history('events', '--webhook', 'environment')).toMatchObject({ exitCode: 64 });
});

it('on a disk that is full takes nothing of a run, keeps what it has, and goes on when there is room', async () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'small'));
  const mount = (...args: readonly string[]) =>
    spawnSync('mount', [...args, join(directory, 'small')], { encoding: 'utf8' }).status;
  if (mount('-t', 'tmpfs', '-o', 'size=400k', 'tmpfs') !== 0) {
    if (process.env['CI'] === 'true') throw new Error('expected to be able to mount in CI');
    return;
  }
  onTestFinished(() => void spawnSync('umount', ['-l', join(directory, 'small')]));
  const history = await History.open(join(directory, 'small/nights'), 'UTC');
  const runs = sixteenNodes({ nights: 200 });
  let added = 0;
  const fill = async (): Promise<void> => {
    for (; added < runs.length; added += 1) await history.add(runs[added]!);
  };
  await expect(fill()).rejects.toMatchObject({ code: 'DISK_FULL', exitCode: 3 });
  expect(added).toBeGreaterThan(0);
  expect((await history.runs()).map(({ id }) => id)).toHaveLength(added);
  expect(mount('-o', 'remount,size=40m')).toBe(0);
  await fill();
  expect(await history.runs()).toHaveLength(200);
  await history.close();
});

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createPlan } from '../../../../harness/plan/create-plan.ts';
import { known } from '../../../../workloads/kit/facts/fact.ts';
import { whyNotSteady } from '../../../../workloads/nvme/read-steady.ts';
import { steadyWrite } from '../../../../workloads/nvme/tools/steady-write.ts';
import { loadRegistry } from '../../../../workloads/registry.ts';
import { fillFacts } from '../../../support/case.ts';
import { nvmeDrive } from '../../../support/constructed/facts.ts';
import { constructProfile, constructRequirement } from '../../../support/constructed-run.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const rounds = (...rates: readonly number[]) => ({
  rounds: rates.map((writes) => ({ seconds: 60, writes })),
});

describe('five rounds', () => {
  it.each([
    [100, 100, 100, 100, 100],
    // A range of exactly 20 % of the mean, and a line that is flat.
    [100, 110, 90, 110, 90],
    // A line that falls by exactly 10 % of the mean.
    [105, 102.5, 100, 97.5, 95],
  ])('are steady: %d %d %d %d %d', (...rates) => {
    expect(whyNotSteady(rounds(...rates))).toBeUndefined();
  });

  it.each([
    [[100, 111, 89.9, 109.1, 90], 'the last five differ by 21.1 % of their mean (at most 20 %)'],
    [[105.1, 102.6, 100, 97.4, 94.9], 'the last five still change by 10.2 % of their mean (at most 10 %)'],
    [[94.9, 97.4, 100, 102.6, 105.1], 'the last five still change by 10.2 % of their mean (at most 10 %)'],
    [[0, 0, 0, 0, 0], undefined],
  ])('are not: %j', (rates, why) => {
    const said = whyNotSteady(rounds(...rates));
    expect(said).toBe(why === undefined ? undefined : `never steady: after 5 rounds ${why}`);
  });

  it('count at the end, whatever was before', () => {
    expect(whyNotSteady(rounds(900, 500, 100, 100, 100, 100, 100))).toBeUndefined();
  });
});

describe('a plan', () => {
  const params = { pattern: 'steadyWrite', queueDepth: 1, roundSeconds: 60, mostRounds: 25 } as const;
  const drive = { ...nvmeDrive(), serial: known('S1') };
  const facts = fillFacts({
    drives: [drive, { ...nvmeDrive(), name: 'nvme1n1', serial: known('S2') }],
    'limits.isRoot': true,
    programs: { gcc: '/usr/bin/gcc' },
    headers: { 'linux/aio_abi.h': '/usr/include/linux/aio_abi.h' },
  });
  const plan = async (erase: readonly string[] | undefined, more: object = {}) =>
    createPlan({
      run: 'r',
      nodes: [{ node: 'a', facts }],
      profile: constructProfile([
        constructRequirement({ id: 'x', rule: { kind: 'fact', path: 'drives.length', atLeast: 0 } }),
      ]),
      suite: {
        schema: 'assay/suite',
        schemaVersion: 1,
        id: 's',
        version: '1',
        title: 'S',
        entries: [
          {
            id: 'steady',
            workload: 'nvme',
            tool: 'steady-write',
            params: { ...params, ...more },
            repetitions: 1,
            budgetSeconds: 60,
          },
        ],
      },
      inventory: {
        schema: 'assay/inventory',
        schemaVersion: 1,
        nodes: [{ name: 'a', claims: {}, ...(erase === undefined ? {} : { erase: [...erase] }) }],
      },
      registry: await loadRegistry(),
    });

  it('gives a step the drives that the inventory names, and no others', async () => {
    const { steps } = await plan(['S1']);
    expect(steps.map((step) => step.params['serials'])).toEqual([['S1']]);
    const commands = steadyWrite.plan({ ...params, serials: ['S1'] }, facts);
    expect(commands.map(({ args }) => args[0])).toEqual(['-std=gnu11', '/dev/nvme0n1']);
  });

  it('has no such step where the inventory names none, whatever a suite says', async () => {
    for (const more of [{}, { serials: ['S1'] }]) {
      const { steps, unplanned } = await plan(undefined, more);
      expect(steps).toEqual([]);
      expect(JSON.stringify(unplanned)).toContain('names no drive of this node');
    }
  });

  it('has none for a drive that is not there, nor for an agent that is not root', async () => {
    expect(JSON.stringify((await plan(['S3'])).unplanned)).toContain(
      'serial number S3, found none or several',
    );
    const user = { ...facts, limits: { ...facts.limits, isRoot: known(false) } };
    expect(steadyWrite.needs({ ...params, serials: ['S1'] }, user)).toMatchObject({ ok: false });
  });
});

/** A loop device is a drive of root's; where there is none to have, nothing is shown. */
const hasLoop = process.getuid?.() === 0 && spawnSync('losetup', ['-f']).status === 0;
if (!hasLoop && process.env['CI'] === 'true') throw new Error('expected loop devices in CI');

describe.skipIf(!hasLoop)('the program that writes', () => {
  const source = fileURLToPath(new URL('../../../../workloads/nvme/native/steady-write.c', import.meta.url));

  interface Drive {
    readonly path: string;
    /** Its entry in what stands for sysfs. */
    readonly entry: string;
    /** With what it is called: its end and why. */
    readonly write: (serial?: string) => Readonly<Record<string, unknown>>;
  }

  function attachDrive(): Drive {
    const folder = temporaryDirectory();
    const image = join(folder, 'image');
    writeFileSync(image, Buffer.alloc(32 * 2 ** 20));
    const path = execFileSync('losetup', ['-f', '--show', image], { encoding: 'utf8' }).trim();
    onTestFinished(() => void execFileSync('losetup', ['-d', path]));
    const name = basename(path);
    const entry = join(folder, 'sys/block', name);
    mkdirSync(join(entry, 'holders'), { recursive: true });
    writeFileSync(join(entry, 'dev'), readFileSync(`/sys/block/${name}/dev`));
    writeFileSync(join(entry, 'serial'), 'S1\n');
    const program = join(folder, 'steady-write');
    const macro = `-DSYSFS="${join(folder, 'sys')}"`;
    execFileSync('gcc', ['-std=gnu11', '-O1', macro, '-o', program, source], { timeout: 60_000 });
    const write = (serial = 'S1') =>
      JSON.parse(
        execFileSync(program, [path, serial, '8', '0.1', '5'], { encoding: 'utf8', timeout: 60_000 }),
      ) as Readonly<Record<string, unknown>>;
    return { path, entry, write };
  }

  it('fills a drive twice, writes in rounds and reads back what it wrote', () => {
    const { write } = attachDrive();
    const done = write();
    expect(done).toMatchObject({
      serial: 'S1',
      driveBytes: 32 * 2 ** 20,
      wrong: 0,
      checked: 4096,
      end: 'done',
    });
    expect(done['fills']).toEqual(
      [1, 2].map(() => ({ bytes: 32 * 2 ** 20, seconds: expect.any(Number) as number })),
    );
    expect(done['rounds']).toHaveLength(5);
    // What is on it now is somebody's.
    expect(write()['refused']).toMatch(/^it is not blank: there is something at byte /);
  });

  it('writes nothing to a drive that anything speaks against', () => {
    const { path, entry, write } = attachDrive();
    expect(write('S2')['refused']).toBe('expected the drive with the serial number S2');
    mkdirSync(join(entry, 'holders/dm-0'));
    expect(write()['refused']).toBe('it is held by another device');
    execFileSync('rmdir', [join(entry, 'holders/dm-0')]);
    mkdirSync(join(entry, `${basename(path)}p1`));
    expect(write()['refused']).toBe('it has partitions');
    execFileSync('rmdir', [join(entry, `${basename(path)}p1`)]);
    writeFileSync(join(entry, 'dev'), '8:1\n');
    expect(write()['refused']).toBe(`${path} is no whole drive`);
    writeFileSync(join(entry, 'dev'), readFileSync(`/sys/block/${basename(path)}/dev`));
    // A mark at the very end, as ZFS and md leave it.
    execFileSync('dd', [`of=${path}`, 'bs=1', 'seek=33554431', 'count=1', 'conv=notrunc', 'status=none'], {
      input: 'x',
    });
    expect(write()['refused']).toBe('it is not blank: there is something at byte 33554431');
  });

  it('writes nothing to a drive that is mounted', () => {
    const { path, write } = attachDrive();
    execFileSync('mkfs.ext4', ['-q', path]);
    const at = temporaryDirectory();
    execFileSync('mount', [path, at]);
    onTestFinished(() => void execFileSync('umount', [at]));
    expect(write()['refused']).toBe(`${path}: in use by a file system, a volume or an array`);
  });
});

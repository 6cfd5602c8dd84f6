import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadClasses } from '../../harness/config/hardware-class.ts';
import { loadInventory } from '../../harness/config/load-inventory.ts';
import { resource } from '../../harness/resources.ts';
import { sixEvidence } from '../support/constructed/six-evidence.ts';
import { writeRunDirectory } from '../support/constructed-run-directory.ts';
import type { Finished } from '../support/run-assay.ts';
import { quickHash, runAssay, writeSuite } from '../support/run-assay.ts';
import { temporaryDirectory } from '../support/temporary.ts';

describe('assay init', () => {
  const init = (cwd: string, ...args: readonly string[]): Promise<Finished> =>
    runAssay(['init', ...args], { cwd });

  it('writes an inventory of 32 machines that is read as it was meant, and says how to go on', async () => {
    const cwd = temporaryDirectory();
    const ended = await init(cwd, 'admin@gpu[01-32].hall:2222', '--class', 'hgx-h100-8');
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ended.stdout).toBe(
      'wrote rack.yaml: 32 machines. Look at it, then: assay plan rack.yaml --profile cpu-cluster\n',
    );
    const { inventory } = await loadInventory(
      join(cwd, 'rack.yaml'),
      await loadClasses(resource('harness/profiles/classes')),
    );
    expect(inventory.nodes).toHaveLength(32);
    expect(inventory.nodes.at(-1)).toMatchObject({
      name: 'gpu32.hall',
      host: 'admin@gpu32.hall:2222',
      class: 'hgx-h100-8',
    });
    // The editor's first line names a schema that is there.
    const [, schema = ''] =
      /^# yaml-language-server: \$schema=(.*)$/m.exec(readFileSync(join(cwd, 'rack.yaml'), 'utf8')) ?? [];
    expect(JSON.parse(readFileSync(schema, 'utf8'))).toMatchObject({ $id: 'urn:assay:inventory:1' });
  });

  it('writes one that plan takes', { timeout: 120_000 }, async () => {
    const cwd = temporaryDirectory();
    expect((await init(cwd, 'local')).exitCode).toBe(0);
    const planned = await runAssay(
      ['plan', 'rack.yaml', '--profile', 'cpu-cluster', '--exclusive-confirmed'],
      { cwd },
    );
    expect(planned, planned.stderr).toMatchObject({ exitCode: 0 });
    expect(planned.stdout).toContain('local');
  });

  it('names machines that a set, an address or a list says', async () => {
    const cwd = temporaryDirectory();
    expect(
      (await init(cwd, 'local', 'root@r[1-2]n[1-2]', '[::1]:22', 'a,b', '--out', 'y.yaml')).exitCode,
    ).toBe(0);
    expect((parse(readFileSync(join(cwd, 'y.yaml'), 'utf8')) as { nodes: unknown }).nodes).toEqual([
      { name: 'local' },
      { name: 'r[1-2]n[1-2]', host: 'root@{name}' },
      { name: 'ipv6--1', host: '[::1]:22' },
      { name: 'a,b' },
    ]);
  });

  it.each<readonly [args: readonly string[], says: RegExp]>([
    [['gpu[01-'], /USAGE .*gpu\[01-/],
    [['gpu1', 'gpu1'], /USAGE expected every machine once/],
    [['gpu1', '--class', 'hgx-h100-9'], /CONFIG_INVALID .*Did you mean `hgx-h100-8`/s],
    [['gpu1', '--out', 'no/such/folder.yaml'], /USAGE expected to be able to write/],
    [['gpu1', '--out', 'there.yaml'], /USAGE expected no file at .*there\.yaml, found one/],
  ])('refuses %j and writes nothing', async (args, says) => {
    const cwd = temporaryDirectory();
    writeFileSync(join(cwd, 'there.yaml'), 'mine');
    const { exitCode, stderr } = await init(cwd, ...args);
    expect(stderr).toMatch(says);
    expect(exitCode).toBe(64);
    expect(readdirSync(cwd)).toEqual(['there.yaml']);
    expect(readFileSync(join(cwd, 'there.yaml'), 'utf8')).toBe('mine');
  });

  it('leaves nothing on a disk that is full', () => {
    const cwd = join(temporaryDirectory(), 'full');
    mkdirSync(cwd);
    // In a mount namespace that ends with the command.
    const script = `mount -t tmpfs -o size=8k tmpfs "$1" && cd "$1" && head -c 8k /dev/zero >fill && "$2" "$3" init gpu1; echo "exit $?"; ls -A`;
    const bin = fileURLToPath(new URL('../../harness/bin.js', import.meta.url));
    const { stdout, stderr } = spawnSync(
      'unshare',
      ['-m', 'sh', '-c', script, 'sh', cwd, process.execPath, bin],
      {
        encoding: 'utf8',
      },
    );
    expect(stderr).toMatch(/^✖ DISK_FULL /m);
    expect(stdout).toBe('exit 3\nfill\n');
  });
});

describe('assay runs', () => {
  it('lists runs here and elsewhere, the newest first, and `latest` is that one', async () => {
    const cwd = temporaryDirectory();
    const env = { XDG_STATE_HOME: join(cwd, 'state') };
    const assay = (...args: readonly string[]): Promise<Finished> => runAssay(args, { cwd, env });
    expect(await assay('runs')).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: 'no runs yet. Measure something: assay survey local\n',
    });
    expect(await assay('judge', 'latest')).toMatchObject({
      exitCode: 64,
      stderr: expect.stringMatching(/^✖ RUN_NOT_FOUND /) as string,
    });
    mkdirSync(join(cwd, 'assay-runs'));
    await writeRunDirectory(join(cwd, 'assay-runs/one'), { nodes: [sixEvidence.virtualMachine] });
    mkdirSync(join(cwd, 'assay-runs/broken'));
    writeFileSync(join(cwd, 'assay-runs/broken/run.json'), '{"schema":"assay/run","id":"broken"}');
    expect((await assay('runs')).stdout).toContain('not judged');
    const judged = await assay('judge', 'latest');
    expect([0, 1, 2], judged.stderr).toContain(judged.exitCode);
    const rows = JSON.parse((await assay('runs', '--json')).stdout) as readonly Record<string, unknown>[];
    expect(rows).toEqual([
      expect.objectContaining({
        path: join(cwd, 'assay-runs/one'),
        state: 'judged',
        verdict: expect.objectContaining({ exitCode: judged.exitCode }) as unknown,
      }),
      expect.objectContaining({
        path: join(cwd, 'assay-runs/broken'),
        state: 'cannot be read: EVIDENCE_DAMAGED',
      }),
    ]);
    // One that was made elsewhere with --out is known by its note.
    const elsewhere = join(cwd, 'elsewhere');
    const survey = await assay(
      'survey',
      'local',
      '--out',
      elsewhere,
      '--suite',
      writeSuite(cwd, [quickHash({ repetitions: 1, budgetSeconds: 60 })]),
    );
    expect(survey.stdout + survey.stderr).toContain('elsewhere');
    const { stdout } = await assay('runs');
    expect(stdout.split('\n').slice(0, 3).join('\n')).toMatch(
      /\(latest\)\n {2}survey of local, 0 min ago\n {2}elsewhere$/,
    );
    // There is nothing to stop of it, and it stays as it was.
    const stopped = await assay('stop', 'latest');
    expect(stopped).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('Nothing to stop') as string,
    });
    expect(existsSync(join(elsewhere, 'stops.ndjson'))).toBe(false);
    // A note of a run that is not there any more is none.
    rmSync(elsewhere, { recursive: true });
    expect((await assay('runs')).stdout).not.toContain('elsewhere');
  });
});

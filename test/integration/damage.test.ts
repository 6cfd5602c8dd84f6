import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { sha256 } from '../../agents/protocol/chain.ts';
import { changePack, editPacked } from '../support/change-pack.ts';
import { quickHash, runAssay, writeSuite } from '../support/run-assay.ts';
import { removeFolder } from '../support/temporary.ts';

let cwd: string;

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'assay-test-'));
  const suite = writeSuite(cwd, [quickHash({ repetitions: 2, budgetSeconds: 20 })]);
  const { exitCode, stderr } = await runAssay(
    ['survey', 'local', '--suite', suite, '--out', join(cwd, 'run')],
    { cwd },
  );
  expect(stderr).not.toContain('✖');
  expect(exitCode).toBe(2);
  return () => removeFolder(cwd);
});

/** A copy of the run, to be damaged. */
function copy(): string {
  const path = mkdtempSync(join(cwd, 'copy-'));
  onTestFinished(() => removeFolder(path));
  cpSync(join(cwd, 'run'), path, { recursive: true });
  cpSync(join(cwd, 'run.report'), `${path}.report`, { recursive: true });
  return path;
}

const edit = (path: string, from: string | RegExp, to: string): void => {
  const text = readFileSync(path, 'utf8');
  const changed = text.replace(from, to);
  expect(changed).not.toBe(text);
  writeFileSync(path, changed);
};

/** Exit code, JSON, JUnit and HTML of one judgement, which must all say the same. */
async function judge(run: string, ...args: readonly string[]) {
  const { exitCode, stdout, stderr } = await runAssay(['judge', run, '--json', ...args], { cwd });
  const document = JSON.parse(stdout) as {
    schema: string;
    exitCode: number;
    conclusion: string;
    cells: { verdict: string; level: string }[];
  };
  if (document.schema !== 'assay/error') return { exitCode, stderr, verdict: document };
  // Where there is no verdict, the document is the error, and says what a person is told.
  expect(document.exitCode).toBe(exitCode);
  return { exitCode, stderr, verdict: undefined };
}

describe('judge on a damaged run directory', () => {
  it('gives the same verdict on an undamaged copy', async () => {
    const run = copy();
    const before = readFileSync(join(`${run}.report`, 'verdicts/survey.json'));
    await judge(run);
    expect(readFileSync(join(`${run}.report`, 'verdicts/survey.json')).equals(before)).toBe(true);
  });

  const speed = ['r1-hash', 'speed.stdout'] as const;
  const step = 'nodes/local/evidence.tar steps/r1-hash';
  const changeStep = (run: string, change: (files: Map<string, Buffer>) => void): Promise<void> =>
    changePack(run, 'local', (steps) => change(steps.get('r1-hash') ?? new Map<string, Buffer>()));
  const pack = 'nodes/local/evidence.tar';
  it.each<[string, (run: string) => void | Promise<void>, string]>([
    [
      'a changed output',
      (run) => editPacked(run, 'local', speed, [/\+F:25:sha256:\d/, '+F:25:sha256:0']),
      `${step}/speed.stdout: expected sha256`,
    ],
    [
      'a changed result',
      (run) => editPacked(run, 'local', ['r1-hash', 'exit.json'], ['"exitCode": 0', '"exitCode": 1']),
      `${step}/exit.json: expected sha256`,
    ],
    [
      'a missing output',
      (run) => changeStep(run, (files) => files.delete('speed.stdout')),
      `${step}/speed.stdout: expected a readable file`,
    ],
    [
      'a missing step',
      (run) => changePack(run, 'local', (steps) => steps.delete('r1-hash')),
      `${pack}: expected the step r1-hash, found none`,
    ],
    [
      'a foreign step',
      (run) =>
        changePack(run, 'local', (steps) =>
          steps.set('r9-hash', steps.get('r1-hash') ?? new Map<string, Buffer>()),
        ),
      `${pack} steps/r9-hash: expected a step that the journal names`,
    ],
    [
      'a foreign file in a step',
      (run) => changeStep(run, (files) => files.set('old.stdout', Buffer.from('x'))),
      `${step}/old.stdout: expected a file that its step names`,
    ],
    ['a cut pack', (run) => truncateSync(join(run, pack), 9000), 'nodes/local/evidence.tar: expected '],
    [
      'a missing pack',
      (run) => rmSync(join(run, pack)),
      `evidence.json: expected the pack ${pack} beside it`,
    ],
    [
      'a pack and its index gone',
      (run) => {
        for (const file of [pack, 'nodes/local/evidence.json']) rmSync(join(run, file));
      },
      `${pack}: expected a readable file, found none`,
    ],
    [
      'folders of steps beside the pack',
      (run) => mkdirSync(join(run, 'nodes/local/steps')),
      `nodes/local/steps: expected no steps beside ${pack}, found a folder`,
    ],
    [
      'a foreign file beside the pack',
      (run) => writeFileSync(join(run, 'nodes/local/notes.txt'), 'x'),
      'nodes/local/notes.txt: expected nothing but the journal and the evidence of the node',
    ],
    [
      'a removed journal line',
      (run) =>
        edit(join(run, 'nodes/local/journal.ndjson'), /^.*"type":"step-ended","step":"r1-hash".*\n/m, ''),
      'nodes/local/journal.ndjson: expected an unbroken chain',
    ],
    [
      'a changed journal line',
      (run) =>
        edit(join(run, 'nodes/local/journal.ndjson'), '"execution":"completed"', '"execution":"timeout"'),
      'nodes/local/journal.ndjson: expected an unbroken chain',
    ],
    [
      'a torn journal',
      (run) => appendFileSync(join(run, 'nodes/local/journal.ndjson'), '{"seq":'),
      'nodes/local/journal.ndjson: expected an unbroken chain',
    ],
    [
      'a changed plan',
      (run) => edit(join(run, 'plan.json'), '"repetition": 2', '"repetition": 1'),
      'plan.json: expected sha256',
    ],
    [
      'a changed limit',
      (run) => edit(join(run, 'inputs/limits.json'), '"value": 0', '"value": 9'),
      'inputs/limits.json: expected sha256',
    ],
    [
      'a changed profile',
      (run) => edit(join(run, 'inputs/profiles/storage.json'), '"required"', '"advisory"'),
      'inputs/profiles/storage.json: expected sha256',
    ],
    [
      'an input that nothing reads',
      (run) => {
        writeFileSync(join(run, 'inputs/more.json'), '{}');
        edit(
          join(run, 'run.json'),
          '"inputs": [',
          `"inputs": [{ "path": "inputs/more.json", "sha256": "${sha256('{}')}" },`,
        );
      },
      'inputs/more.json: expected a document',
    ],
    [
      'another header',
      (run) => edit(join(run, 'run.json'), /"nonce": "./, '"nonce": "z'),
      'coordinator.ndjson line 1: expected the next link of the chain',
    ],
    [
      'a header that is no JSON',
      (run) => writeFileSync(join(run, 'run.json'), 'hello'),
      'run.json: expected one JSON document',
    ],
    [
      'a header that says two things of one',
      (run) => edit(join(run, 'run.json'), '"schemaVersion": 2', '"schemaVersion": 3, "schemaVersion": 2'),
      'run.json: expected each key once, found "schemaVersion" again',
    ],
    [
      'a plan of a newer version',
      (run) => edit(join(run, 'run.json'), '"schemaVersion": 2', '"schemaVersion": 3'),
      'SCHEMA_TOO_NEW run.json: expected schemaVersion 1 or 2, found 3',
    ],
  ])('refuses %s with exit code 4', async (_, damage, message) => {
    const run = copy();
    await damage(run);
    const { exitCode, stderr, verdict } = await judge(run);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(4);
    // Of one node's damage there is a verdict, in which nothing of that node counts; of the run's there is none.
    expect(verdict?.exitCode ?? 4).toBe(4);
    expect(verdict?.cells.filter((cell) => cell.verdict === 'pass') ?? []).toEqual([]);
  });

  it('finds a run damaged whose nodes are gone, since its plan rests on their facts', async () => {
    const run = copy();
    rmSync(join(run, 'nodes'), { recursive: true });
    const { exitCode, verdict } = await judge(run);
    expect(exitCode).toBe(4);
    expect(verdict?.conclusion).toBe('undecided');
    expect(
      verdict?.cells.filter((cell) => cell.level === 'required').every((cell) => cell.verdict === 'invalid'),
    ).toBe(true);
  });

  it('refuses a profile that is not among the inputs, and a directory that is none', async () => {
    expect(await judge(copy(), '--profile', 'storag')).toMatchObject({ exitCode: 64 });
    const empty = join(cwd, 'empty');
    mkdirSync(empty, { recursive: true });
    expect(await judge(empty)).toMatchObject({ exitCode: 64 });
  });

  it('never passes the storage profile on this machine unless its drive is NVMe, and all reports agree', async () => {
    const run = copy();
    const { exitCode, verdict } = await judge(run, '--profile', 'storage');
    expect(exitCode).toBe(verdict?.exitCode);
    expect(exitCode).not.toBe(0);
    const junit = readFileSync(join(`${run}.report`, 'verdicts/storage.report.junit.xml'), 'utf8');
    const required =
      verdict?.cells.filter(
        (cell) => cell.level === 'required' && cell.verdict !== 'pass' && cell.verdict !== 'not-applicable',
      ).length ?? 0;
    expect([...junit.matchAll(/<failure/g)]).toHaveLength(required);
    expect(readFileSync(join(`${run}.report`, 'verdicts/storage.report.html'), 'utf8')).toContain(
      `Exit code ${exitCode} (${verdict?.conclusion})`,
    );
  });

  it('needs no network, no home, and gives the same bytes under another host name and time zone', async () => {
    const run = copy();
    const before = readFileSync(join(`${run}.report`, 'verdicts/survey.json'));
    rmSync(`${run}.report`, { recursive: true });
    const isRoot = process.getuid?.() === 0;
    const wrapper = [
      'unshare',
      ...(isRoot ? [] : ['--map-root-user']),
      '--net',
      '--uts',
      'sh',
      '-c',
      'hostname elsewhere && exec "$@"',
      'sh',
    ];
    const { stderr } = await runAssay(['judge', run], {
      cwd: run,
      wrapper,
      env: { HOME: mkdtempSync(join(cwd, 'home-')), TZ: 'Pacific/Kiritimati' },
    });
    expect(stderr).not.toContain('✖');
    expect(readFileSync(join(`${run}.report`, 'verdicts/survey.json')).equals(before)).toBe(true);
  });

  it('is still told when the disk for its reports is full', async () => {
    const run = copy();
    rmSync(`${run}.report`, { recursive: true });
    mkdirSync(`${run}.report`, { mode: 0o700 });
    const isRoot = process.getuid?.() === 0;
    const wrapper = [
      'unshare',
      ...(isRoot ? [] : ['--map-root-user']),
      '--mount',
      'sh',
      '-c',
      `mount -t tmpfs -o size=16k,mode=0700 tmpfs "$0.report" && exec "$@"`,
      run,
    ];
    const { exitCode, stdout, stderr } = await runAssay(['judge', run], { cwd, wrapper });
    expect(stderr).toMatch(/Not all was written: .*Name a place with --out/);
    expect(stdout).toContain('MEASURED');
    expect(exitCode).not.toBe(3);
  });

  it('is shown by report as it lies there, which says so', async () => {
    const run = copy();
    const { exitCode, stderr } = await runAssay(['report', run], { cwd });
    expect(exitCode).toBe(0);
    expect(stderr).toContain(
      `not judged again. Does it follow from the evidence? assay judge ${run} --profile`,
    );
  });

  it('explains a number by the command and the place in the raw output', async () => {
    const { exitCode, stdout } = await runAssay(['explain', join(cwd, 'run'), 'sha256.bulkThroughput'], {
      cwd,
    });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('openssl speed -elapsed -evp sha256 -mr -bytes 16384 -seconds 1');
    expect(stdout).toMatch(
      /stands in nodes\/local\/steps\/r1-hash\/speed\.stdout, line \d+: {2}\+F:25:sha256:\d/,
    );
    const wrong = await runAssay(['explain', join(cwd, 'run'), 'sha256.bulkThroughputt'], { cwd });
    expect(stdout).toContain('  tar -xOf nodes/local/evidence.tar steps/r1-hash/speed.stdout\n');
    expect(wrong.exitCode).toBe(64);
    expect(wrong.stderr).toContain('Did you mean `sha256.bulkThroughput`?');
  });

  it('explains a cell by the title that the verdict shows', async () => {
    const byTitle = await runAssay(['explain', join(cwd, 'run'), 'SHA-256 digests right'], { cwd });
    const byId = await runAssay(['explain', join(cwd, 'run'), 'local:sha256-exact'], { cwd });
    expect([byTitle.exitCode, byTitle.stdout]).toEqual([0, byId.stdout]);
  });

  it('leaves no file half-written', () => {
    expect(
      readdirSync(join(cwd, 'run'), { recursive: true, encoding: 'utf8' }).filter((path) =>
        path.endsWith('.partial'),
      ),
    ).toEqual([]);
  });
});

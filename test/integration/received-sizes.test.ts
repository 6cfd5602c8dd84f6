import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { quickHash, runAssay, writeSuite } from '../support/run-assay.ts';
import { removeFolder, temporaryDirectory } from '../support/temporary.ts';

// What somebody sends may be larger, deeper or more than anybody can read.

let parent: string;
let cwd: string;

beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), 'assay-sizes-'));
  const suite = writeSuite(parent, [quickHash({ repetitions: 1, budgetSeconds: 10 })]);
  const ended = await runAssay(['survey', 'local', '--suite', suite, '--out', 'run'], { cwd: parent });
  expect(ended.stderr).not.toContain('✖');
});

afterAll(() => removeFolder(parent));

beforeEach(() => {
  cwd = temporaryDirectory();
  for (const name of ['run', 'run.report']) cpSync(join(parent, name), join(cwd, name), { recursive: true });
});

async function refuse(command: string, ...more: readonly string[]): Promise<string> {
  const { exitCode, stderr } = await runAssay([command, 'run', ...more], { cwd });
  const told = stderr.replaceAll(/\s+/g, ' ');
  expect(told).toContain('EVIDENCE_DAMAGED');
  expect(exitCode).toBe(4);
  return told;
}

/** Writes a file of the run; of an input, the header gets its digest. */
function write(path: string, text: string): void {
  mkdirSync(dirname(join(cwd, path)), { recursive: true });
  writeFileSync(join(cwd, path), text);
  const header = join(cwd, 'run/run.json');
  if (!path.startsWith('run/inputs/')) return;
  const document = JSON.parse(readFileSync(header, 'utf8')) as { inputs: { path: string; sha256: string }[] };
  for (const input of document.inputs)
    if (`run/${input.path}` === path) input.sha256 = createHash('sha256').update(text).digest('hex');
  writeFileSync(header, JSON.stringify(document));
}

const MiB = 1024 * 1024;

describe('a file that is larger than its kind can be', () => {
  it.each([
    ['judge', 'run/run.json', 1 * MiB],
    ['judge', 'run/inputs/inventory.json', 64 * MiB],
    ['judge', 'run/inputs/suite.json', 16 * MiB],
    ['judge', 'run/inputs/limits.json', 16 * MiB],
    ['judge', 'run/inputs/profiles/survey.json', 16 * MiB],
    ['judge', 'run/plan.json', 512 * MiB - 1024],
    ['judge', 'run/coordinator.ndjson', 512 * MiB - 1024],
    ['judge', 'run/nodes/local/journal.ndjson', 256 * MiB],
    ['judge', 'run.report/run.json', 64 * 1024],
    ['report', 'run.report/verdicts/survey.json', 256 * MiB],
    ['explain', 'run/inputs/inventory.json', 64 * MiB],
    ['resume', 'run/stops.ndjson', 1 * MiB],
  ])('is not read by %s (%s)', async (command, path, most) => {
    if (path === 'run/stops.ndjson') write(path, '');
    truncateSync(join(cwd, path), most + 1);
    const told = await refuse(command, ...(command === 'explain' ? ['sha256.bulkThroughput'] : []));
    expect(told).toContain(
      `${path.replace(/^run\//, '')}: expected at most ${most} bytes, found ${most + 1}`,
    );
  });
});

describe('a document that is deeper than anybody can walk', () => {
  const deep = `{"schema":${'['.repeat(30_000)}${']'.repeat(30_000)}}\n`;

  it.each([
    ['judge', 'run/run.json'],
    ['judge', 'run/inputs/suite.json'],
    ['judge', 'run/inputs/inventory.json'],
    ['judge', 'run/coordinator.ndjson'],
    ['judge', 'run.report/run.json'],
    ['report', 'run.report/verdicts/survey.json'],
    ['resume', 'run/inputs/inventory.json'],
    ['stop', 'run/run.json'],
  ])('is damaged for %s (%s)', async (command, path) => {
    write(path, deep);
    const told = await refuse(command);
    const name = path.replace(/^run(\.report)?\//, '');
    expect(told).toMatch(new RegExp(`${name}( line 1)?: expected at most 128 levels, found more`));
  });

  it.each([
    'run/nodes/local/journal.ndjson',
    'run/nodes/local/evidence.json',
  ])('is damage of its node (%s)', async (path) => {
    write(path, deep);
    expect(await refuse('judge')).toContain(path.replace(/^run\//, ''));
  });
});

describe('a folder that holds more than any run', () => {
  it('is refused', async () => {
    execFileSync('sh', ['-c', 'seq 100001 | xargs touch'], { cwd: join(cwd, 'run/nodes/local') });
    expect(await refuse('judge')).toContain(
      'nodes/local: expected at most 100000 entries in a run directory, found more',
    );
  });

  it('is refused when it is deeper, be it of evidence or of reports', async () => {
    mkdirSync(join(cwd, `run.report/${'d/'.repeat(900)}`), { recursive: true });
    expect(await refuse('judge')).toContain('expected at most 8 levels of folders among reports, found more');
    mkdirSync(join(cwd, `run/nodes/local/${'d/'.repeat(900)}`), { recursive: true });
    expect(await refuse('judge')).toContain(
      'nodes/local/d/d/d/d/d/d: expected at most 8 levels of folders in a run directory, found more',
    );
  });
});

describe('configuration', () => {
  it.each([
    ['a FIFO', (path: string) => void execFileSync('mkfifo', [path]), 'got something else'],
    ['a folder', (path: string) => mkdirSync(path), 'got something else'],
    [
      'an alias bomb',
      (path: string) =>
        writeFileSync(
          path,
          `a: &a [x]\n${Array.from({ length: 20 }, (_, index) => `a${index}: &a${index} [${'*a, '.repeat(20)}]`).join('\n')}`,
        ),
      'expected at most 100 aliases, got more',
    ],
  ])('that is %s is refused at once', async (_, make, message) => {
    make(join(cwd, 'suite.yaml'));
    const { exitCode, stderr } = await runAssay(['survey', 'local', '--suite', 'suite.yaml'], { cwd });
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(message);
    expect(exitCode).toBe(64);
  });

  it('that is an output to parse has an end', async () => {
    writeFileSync(join(cwd, 'huge'), '');
    truncateSync(join(cwd, 'huge'), 64 * MiB + 1);
    const params = '{"mode":"bulk","blockBytes":16384,"cores":"one","seconds":1}';
    const args = ['parse', 'sha256', 'speed.stdout=huge', '--tool', 'openssl', '--params', params];
    const { exitCode, stderr } = await runAssay(args, { cwd });
    expect(stderr).toContain('expected at most 67108864 bytes, found more');
    expect(exitCode).toBe(64);
  });
});

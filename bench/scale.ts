import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { Samples } from '../reports/verdict/samples.ts';
import type { ScaleKind } from '../test/support/constructed/scale-run.ts';
import { scaleKinds, writeScaleRun } from '../test/support/constructed/scale-run.ts';

// What judging and reporting a block costs, and how it grows with its nodes: runs of the kinds c (cpu-cluster), g (eight
// accelerators on each node) and h (a thousand steps on each), in which two nodes in a hundred are bad, are written,
// given to `judge` and `report` as processes of their own, and removed. Prints one row per run; the exponents are those of
// growth from the run of the same kind before it. Reports, and never fails for a figure.
// Usage: node bench/scale.ts [--runs c10,c30,c100,g10,g30,h3,h10] [--directory /tmp] [--json]

const { values: flags } = parseArgs({
  options: {
    runs: { type: 'string', default: 'c10,c30,c100,g10,g30,h3,h10' },
    directory: { type: 'string', default: tmpdir() },
    json: { type: 'boolean', default: false },
  },
});
const bin = fileURLToPath(new URL('../harness/bin.js', import.meta.url));

/** What one command cost, from the kernel's own account of it. */
const Cost = z.strictObject({ userSeconds: z.number(), peakMegabytes: z.number() });
type Cost = z.infer<typeof Cost>;

interface Row {
  readonly kind: ScaleKind;
  readonly nodes: number;
  readonly samples: number;
  readonly judge: Cost;
  readonly report: Cost;
  readonly elements: number;
  /** Megabytes (10^6) of what was written; `verdict` is all its documents, `largest` one of them. */
  readonly written: Readonly<Record<'verdict' | 'largest' | 'html' | 'junit' | 'nodePages', number>>;
}

async function main(): Promise<void> {
  const rows: Row[] = [];
  for (const name of flags.runs.split(',')) {
    const row = await measureRun(name);
    const before = rows.findLast(({ kind }) => kind === row.kind);
    rows.push(row);
    if (flags.json) continue;
    if (rows.length === 1) process.stdout.write(`${columns.map(([title]) => title).join(' | ')}\n`);
    process.stdout.write(`${columns.map(([, cell]) => cell(row, before)).join(' | ')}\n`);
  }
  if (flags.json) process.stdout.write(`${JSON.stringify(rows, undefined, 1)}\n`);
}

/** Writes a run, judges and reports it, and removes it again. */
async function measureRun(name: string): Promise<Row> {
  const [, given = '', digits = ''] = /^([a-z]+)([1-9][0-9]{0,4})$/.exec(name) ?? [];
  const kind = (Object.keys(scaleKinds) as ScaleKind[]).find((each) => each === given);
  const nodes = Number(digits);
  if (kind === undefined)
    throw new Error(`expected a kind of ${Object.keys(scaleKinds).join(', ')} and a size, got \`${name}\``);
  await requireRoom(kind, nodes);
  const folder = await mkdtemp(join(flags.directory, 'assay-scale-'));
  try {
    const run = join(folder, name);
    await writeScaleRun(run, kind, nodes);
    const judge = await runCommand(['judge', run]);
    const report = await runCommand(['report', run]);
    return { kind, nodes, judge, report, ...(await measureFiles(`${run}.report`)) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Refuses a run that would take more than half of what is free: a step is some six files of two kilobytes in a pack. */
async function requireRoom(kind: ScaleKind, nodes: number): Promise<void> {
  const steps = scaleKinds[kind].entries.reduce((sum, { repetitions }) => sum + repetitions, 1);
  const { bavail, bsize } = await statfs(flags.directory);
  const wanted = nodes * (steps * 6 * 2048 + 1e6);
  if (wanted > (bavail * bsize) / 2)
    throw new Error(
      `${kind}${nodes}: expected twice ${toMegabytes(wanted).toFixed(0)} MB free in ${flags.directory}, found ${toMegabytes(bavail * bsize).toFixed(0)} MB`,
    );
}

/** Runs a command of ours, which tells its own cost on descriptor 3 when it ends. */
async function runCommand(args: readonly string[]): Promise<Cost> {
  const tell = `
import { writeSync } from 'node:fs';
process.on('exit', () => {
  const { userCPUTime, maxRSS } = process.resourceUsage();
  writeSync(3, JSON.stringify({ userSeconds: userCPUTime / 1e6, peakMegabytes: (maxRSS * 1024) / 1e6 }));
});`;
  const child = spawn(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(tell)}`, bin, ...args],
    { stdio: ['ignore', 'ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] ?? '' } },
  );
  const textOf = (descriptor: 2 | 3) => text(child.stdio[descriptor] as Readable); // both are pipes
  const [told, said, [code]] = await Promise.all([
    textOf(3),
    textOf(2),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  // 0, 1 and 2 are verdicts.
  if (code === null || code > 2) throw new Error(`${args.join(' ')}: exit code ${String(code)}: ${said}`);
  return Cost.parse(JSON.parse(told));
}

const toMegabytes = (bytes: number): number => bytes / 1e6;

async function measureFiles(run: string): Promise<Pick<Row, 'samples' | 'elements' | 'written'>> {
  const sizeOf = async (path: string): Promise<number> => (await stat(join(run, path))).size;
  let samples = 0;
  let nodePages = 0;
  for (const node of await readdir(join(run, 'nodes'))) {
    const names = await readdir(join(run, 'nodes', node));
    if (names.includes('report.html')) nodePages += await sizeOf(`nodes/${node}/report.html`);
  }
  for (const name of await readdir(join(run, 'samples')))
    samples += Samples.parse(JSON.parse(await readFile(join(run, 'samples', name), 'utf8'))).samples.length;
  const documents = await readdir(join(run, 'verdicts'), { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    documents
      .filter((entry) => entry.isFile())
      .map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size),
  );
  const html = await readFile(join(run, 'report.html'), 'utf8');
  return {
    samples,
    elements: html.match(/<[a-z]/g)?.length ?? 0,
    written: {
      verdict: toMegabytes(sizes.reduce((sum, size) => sum + size, 0)),
      largest: toMegabytes(Math.max(...sizes)),
      html: toMegabytes(Buffer.byteLength(html)),
      junit: toMegabytes(await sizeOf('report.junit.xml')),
      nodePages: toMegabytes(nodePages),
    },
  };
}

/** The exponent with which a figure grows with the nodes, from one run to the next of its kind. */
const growth = (row: Row, before: Row | undefined, figure: (row: Row) => number): string =>
  before === undefined
    ? '–'
    : (Math.log(figure(row) / figure(before)) / Math.log(row.nodes / before.nodes)).toFixed(2);

const columns: readonly (readonly [string, (row: Row, before: Row | undefined) => string])[] = [
  ['run', ({ kind, nodes }) => `${kind}${nodes}`],
  ['samples', ({ samples }) => `${samples}`],
  ['judge user s', ({ judge }) => judge.userSeconds.toFixed(1)],
  ['exponent', (row, before) => growth(row, before, ({ judge }) => judge.userSeconds)],
  ['RSS MB', ({ judge }) => judge.peakMegabytes.toFixed(0)],
  ['exponent', (row, before) => growth(row, before, ({ judge }) => judge.peakMegabytes)],
  ['report user s', ({ report }) => report.userSeconds.toFixed(1)],
  ['exponent', (row, before) => growth(row, before, ({ report }) => report.userSeconds)],
  ['RSS MB', ({ report }) => report.peakMegabytes.toFixed(0)],
  ['verdict MB', ({ written }) => written.verdict.toFixed(2)],
  ['largest document MB', ({ written }) => written.largest.toFixed(2)],
  ['report.html MB', ({ written }) => written.html.toFixed(2)],
  ['DOM elements', ({ elements }) => `${elements}`],
  ['junit MB', ({ written }) => written.junit.toFixed(2)],
  ['node pages MB', ({ written }) => written.nodePages.toFixed(1)],
];

await main();

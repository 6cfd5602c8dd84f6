import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { modes } from '../test/support/hostile/modes.ts';
import type { Lies } from '../test/support/lying-node.ts';
import type { Surveyed } from '../test/support/survey-liars.ts';
import { cellsOf, surveyLiars, toldOf, weigh } from '../test/support/survey-liars.ts';
import { killOnce } from './hostile/kill.ts';
import { createRandom, liesOf } from './hostile/sequences.ts';

// What a coordinator makes of nodes that misbehave and of processes that are killed: each mode of the tests alone and beside an
// honest node; nodes that answer with generated messages (seeded, over the grammar of the protocol), ten at a time beside an
// honest one; kill -9 of coordinator, resume, keeper and tool of real runs on this machine. Prints a table; fails when
// anything ended otherwise than it should. Needs its own network for the lease of the machine:
// unshare -n sh -c 'ip link set lo up; exec node bench/hostile.ts [--modes alone,beside] [--only <part of a name>] [--many 100] [--sequences 500] [--kills 200] [--seed 1]'

const { values: flags } = parseArgs({
  options: {
    modes: { type: 'string', default: 'alone,beside' },
    only: { type: 'string', default: '' },
    many: { type: 'string', default: '0' },
    sequences: { type: 'string', default: '500' },
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
  },
});
const [patience, hangsAfterMs, sequencesAtOnce] = [1 / 10, 150_000, 10];
/** The suite measures less than a survey asks for. */
const undecided = 2;
const most = { memoryBytes: 300e6, diskBytes: 70e6 };

/** What was found of one way to try. */
interface Row {
  tried: number;
  expected: number;
  crashes: number;
  hangs: number;
  outside: number;
  changed: number;
  left: number;
  peakMegabytes: number;
}
const rows = new Map<string, Row>();
const rowOf = (name: string): Row => {
  const row = rows.get(name) ?? {
    tried: 0,
    expected: 0,
    crashes: 0,
    hangs: 0,
    outside: 0,
    changed: 0,
    left: 0,
    peakMegabytes: 0,
  };
  rows.set(name, row);
  return row;
};

/** Surveys, notes what is true of every survey, and says what else is wrong with this one. */
async function tryOne(
  name: string,
  lies: Readonly<Record<string, Lies>>,
  wrongs: (found: Surveyed) => readonly string[],
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'assay-hostile-'));
  const row = rowOf(name);
  try {
    const stretch = Math.max(1, Object.keys(lies).length / 20);
    const found = await surveyLiars(lies, {
      directory,
      patience: patience * stretch,
      hangsAfterMs: hangsAfterMs * stretch,
    });
    const isHang = found.exitCode === null;
    const isCrash = found.exitCode === 70 || /defect in Assay|^\s+at .*\(/m.test(found.stderr);
    row.tried += 1;
    row.hangs += Number(isHang);
    row.crashes += Number(isCrash);
    row.peakMegabytes = Math.max(row.peakMegabytes, Math.round(found.peakBytes / 1e6));
    const known = new Set(['id', 'id.pub', 'known', 'config', 'suite.yaml', 'run', 'run.report']);
    const foreign = readdirSync(directory).filter((each) => !known.has(each));
    row.outside += foreign.length;
    const disk = isHang || Object.keys(lies).length > 20 ? 0 : weigh(found.directory);
    const all = [
      ...(isHang ? ['hangs'] : []),
      ...(isCrash ? ['crashes'] : []),
      ...foreign.map((each) => `wrote ${each}`),
      ...(found.peakBytes > most.memoryBytes ? [`held ${Math.round(found.peakBytes / 1e6)} MB`] : []),
      ...(disk > most.diskBytes ? [`wrote ${Math.round(disk / 1e6)} MB`] : []),
      ...wrongs(found),
    ];
    row.expected += Number(all.length === 0);
    for (const each of all) process.stderr.write(`${name}: ${Object.keys(lies).join(' ')}: ${each}\n`);
    if (all.length > 0) process.stderr.write(`${found.stderr.slice(0, 1500)}\n`);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const reference = await besideHonest();

async function besideHonest(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'assay-hostile-'));
  try {
    const found = await surveyLiars({ honest: {}, second: {} }, { directory, patience });
    return JSON.stringify(cellsOf(found, 'honest'));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The honest node's verdict must be what it is beside an honest one. */
function changedBy(found: Surveyed, row: Row): readonly string[] {
  if (found.exitCode === undecided && JSON.stringify(cellsOf(found, 'honest')) === reference) return [];
  row.changed += 1;
  return [`exit code ${found.exitCode}, or the verdict of the honest node is another one`];
}

const chosen = Object.entries(modes).filter(([name]) => name.includes(flags.only));
for (const how of flags.modes.split(',').filter((each) => each !== ''))
  for (const [name, { kind, lies, code, says = '', alone }] of chosen) {
    const row = rowOf(`${kind}, ${how}`);
    const asTold = (found: Surveyed): readonly string[] => {
      const said = toldOf(found.stderr).get('liar') ?? found.stderr.replaceAll(/\s+/g, ' ');
      const isAsTold =
        code === undefined
          ? !found.stderr.includes('✖ liar')
          : new RegExp(`(${code}) .*(${says})`).test(said);
      return isAsTold ? [] : [`${name}: told otherwise`];
    };
    if (how === 'beside')
      await tryOne(`${kind}, ${how}`, { honest: {}, liar: lies }, (found) => [
        ...asTold(found),
        ...changedBy(found, row),
      ]);
    else
      await tryOne(`${kind}, ${how}`, { liar: lies }, (found) => [
        ...asTold(found),
        ...(found.exitCode === alone ? [] : [`${name}: exit code ${found.exitCode}, not ${alone}`]),
      ]);
  }

// As many nodes as there may be that flood at the same time, in one way each time, beside an honest one.
for (const [name, { kind, lies }] of chosen) {
  const many = Number(flags.many);
  if (kind !== 'floods' || many === 0) continue;
  const crowd = Object.fromEntries(Array.from({ length: many }, (_, index) => [`liar${index}`, lies]));
  await tryOne(`${many} nodes: ${name}`, { honest: {}, ...crowd }, (found) =>
    found.exitCode === undecided ? [] : [`exit code ${found.exitCode}`],
  );
}

const random = createRandom(Number(flags.seed));
for (let left = Number(flags.sequences); left > 0; left -= sequencesAtOnce) {
  const count = Math.min(left, sequencesAtOnce);
  const lies = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`liar${index}`, liesOf(random)]),
  );
  const name = `${sequencesAtOnce} generated sequences beside an honest node`;
  await tryOne(name, { honest: {}, ...lies }, (found) => changedBy(found, rowOf(name)));
}

for (let count = 0; count < Number(flags.kills); count += 1) {
  const { target, wrong, isHang, left } = await killOnce(random);
  const row = rowOf(`kill -9: ${target}`);
  row.tried += 1;
  row.expected += Number(wrong === undefined);
  row.hangs += Number(isHang);
  row.left += left;
  if (wrong !== undefined) process.stderr.write(`kill -9 of ${target}: ${wrong}\n`);
}

console.table(Object.fromEntries(rows));
if ([...rows.values()].some(({ tried, expected }) => tried !== expected)) process.exitCode = 1;

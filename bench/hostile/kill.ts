import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runPaths } from '../../harness/store/run-directory.ts';
import type { Finished, Running } from '../../test/support/run-assay.ts';
import { quickHash, startAssay, writeSuite } from '../../test/support/run-assay.ts';
import { listProcesses } from '../list-processes.ts';
import type { Random } from './sequences.ts';

const targets = ['coordinator', 'resume', 'keeper', 'tool', 'keeper and coordinator'] as const;
const hangsAfterMs = 120_000;

/** The suite measures less than a survey asks for. */
const undecided = 2;

/** One run of a real agent on this machine, in which something is killed at some moment, and `resume` until it is done. */
export async function killOnce(random: Random): Promise<{
  readonly target: string;
  readonly wrong: string | undefined;
  readonly isHang: boolean;
  readonly left: number;
}> {
  const target = targets[Math.floor(random() * targets.length)] ?? 'coordinator';
  const directory = mkdtempSync(join(tmpdir(), 'assay-kill-'));
  const state = join(directory, 'state');
  mkdirSync(state, { mode: 0o700 });
  const run = join(directory, 'run');
  const inventory = join(directory, 'rack.yaml');
  const nodes = [{ name: 'here', host: 'local', stateDir: state }];
  writeFileSync(inventory, JSON.stringify({ schema: 'assay/inventory', schemaVersion: 1, nodes }));
  const suite = writeSuite(directory, [quickHash({ repetitions: 3, budgetSeconds: 30 })]);
  const start = (...args: readonly string[]): Running => startAssay(args, { cwd: directory });
  try {
    const first = start('survey', inventory, '--suite', suite, '--out', run);
    await sleep(random() * 6_000);
    const killed = killIt(target, first, state);
    const ends: (number | null)[] = [(await inTime(first)).exitCode];
    if (target === 'resume') {
      const again = start('resume', run);
      await sleep(random() * 3_000);
      again.signal('SIGKILL');
      await again.finished;
    }
    let last = '';
    for (let tries = 0; ends.at(-1) !== undecided && tries < 3; tries += 1) {
      // Killed before there was a run: nothing to go on with.
      const isBegun = existsSync(join(run, runPaths.header));
      const again = isBegun
        ? start('resume', run)
        : start('survey', inventory, '--suite', suite, '--out', `${run}-${tries}`);
      const ended = await inTime(again);
      ends.push(ended.exitCode);
      last = ended.stderr;
    }
    for (let waited = 0; ours(state).length > 0 && waited < 12_000; waited += 200) await sleep(200);
    const processes = ours(state).length;
    const files = existsSync(join(state, 'runs')) ? readdirSync(join(state, 'runs')).length : 0;
    const wrongs = [
      ...(ends.at(-1) === undecided ? [] : [`ended with ${ends.join(', ')}: ${last.slice(0, 400)}`]),
      // What goes on by itself needs no resume.
      ...((target === 'keeper' || target === 'tool') && ends.length > 1
        ? [`ended first with ${ends[0]}`]
        : []),
      ...(processes > 0 ? [`${processes} processes left`] : []),
      ...(files > 0 ? ['a run left on the node'] : []),
    ];
    return {
      target: killed ? target : `${target} (came too late)`,
      wrong: wrongs.length === 0 ? undefined : wrongs.join('; '),
      isHang: ends.includes(null) && !(ends[0] === null && ends.filter((each) => each === null).length === 1),
      left: processes + files,
    };
  } finally {
    for (const { pid } of ours(state)) end(pid);
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Kills it, if it is there. */
function killIt(target: (typeof targets)[number], coordinator: Running, state: string): boolean {
  const keepers = ours(state).filter(({ words }) => words[1] === 'keeper');
  const found = {
    coordinator: [coordinator],
    resume: [coordinator],
    keeper: keepers,
    tool: ours(state).filter(({ words }) => words[0] === 'openssl'),
    'keeper and coordinator': [...keepers, coordinator],
  }[target];
  return found.map(({ pid }) => end(pid)).some(Boolean);
}

/** Processes of runs in this state directory: the agent's, and tools that carry a step's mark and work below it. */
function ours(state: string) {
  return listProcesses().filter(({ pid, words }) => {
    if (words.some((word) => word.startsWith(state))) return true;
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`TMPDIR=${state}`);
    } catch {
      return false; // gone, or somebody else's
    }
  });
}

function end(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false; // gone
  }
}

async function inTime(running: Running): Promise<Finished> {
  const hang = setTimeout(() => running.signal('SIGKILL'), hangsAfterMs);
  const ended = await running.finished;
  clearTimeout(hang);
  return ended;
}

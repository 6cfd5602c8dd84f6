import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { findMarked } from '../../agents/exec/sweep.ts';
import { Verdict } from '../../reports/verdict/verdict.ts';
import { readProcFile } from '../rig/marked-processes.ts';
import { ownTimeMs, ownTimes } from '../support/own-time.ts';
import type { Running } from '../support/run-assay.ts';
import { fakeTool, runAssay, startAssay, writeSuite } from '../support/run-assay.ts';
import { tell } from '../support/tell.ts';
import { temporaryDirectory } from '../support/temporary.ts';

// One openssl that takes some seconds per speed run: long enough to be interrupted at a known place.
const slowed = (seconds: number): string => `case $1 in
version) echo 'OpenSSL 3.0.19 1 Jan 2026 (Library: OpenSSL 3.0.19 1 Jan 2026)' ;;
dgst) cat > /dev/null; echo 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad *stdin' ;;
speed) sleep ${seconds}; printf '+H:16384\\n+F:25:sha256:163840.00\\n' ;;
esac`;

let cwd: string;
let run: string;

beforeEach(() => {
  cwd = temporaryDirectory();
  run = join(cwd, 'run');
  fakeTool(join(cwd, 'bin'), 'openssl', slowed(1));
});

function start(repetitions = 4): Running {
  const suite = writeSuite(cwd, [
    {
      id: 'speed',
      workload: 'sha256',
      tool: 'openssl',
      params: { mode: 'bulk', blockBytes: 16384, cores: 'one', seconds: 1 },
      repetitions,
      budgetSeconds: 30,
    },
  ]);
  return startAssay(['survey', 'local', '--suite', suite, '--out', run], { cwd, path: [join(cwd, 'bin')] });
}

const assay = (...args: readonly string[]): ReturnType<typeof runAssay> =>
  runAssay(args, { cwd, path: [join(cwd, 'bin')] });
const header = (): { id: string } =>
  JSON.parse(readFileSync(join(run, 'run.json'), 'utf8')) as { id: string };
const verdict = (): Verdict =>
  Verdict.parse(JSON.parse(readFileSync(join(`${run}.report`, 'verdicts/survey.json'), 'utf8')));
const executions = (): readonly string[] => verdict().attempts.map(({ execution }) => execution);

/** Where the agent keeps runs on this machine, whichever boot. */
function runsOnNode(): readonly string[] {
  const runs = join(`/var/tmp/assay-${userInfo().uid}`, 'runs');
  return existsSync(runs) ? readdirSync(runs, { recursive: true, encoding: 'utf8' }) : [];
}

/** Whether a process calls itself the keeper of this run, as the keeper does, and its child until it is a tool. */
const isNamedKeeper = (pid: string): boolean => {
  const words = readProcFile(`${pid}/cmdline`).split(/[\0 ]/);
  return words[1] === 'keeper' && words[2]?.endsWith(`/${header().id}`) === true;
};

/** The keeper's pid: the process of that name which is no child of one. */
function keeperPid(): number {
  const named = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isNamedKeeper(name));
  const parentOf = (pid: string): string | undefined =>
    /^PPid:\t(\d+)$/m.exec(readProcFile(`${pid}/status`))?.[1];
  const keeper = named.find((pid) => !named.includes(parentOf(pid) ?? ''));
  if (keeper === undefined) throw new Error('no keeper is running');
  return Number(keeper);
}

/** The suite measures less than a survey asks for. */
const undecided = 2;

async function expectNothingLeft(): Promise<void> {
  expect(await findMarked(header().id)).toEqual([]);
  expect(runsOnNode().filter((path) => path.includes(header().id))).toEqual([]);
}

describe('a run', () => {
  it('survives the death of the coordinator: the node goes on and resume finishes the report', async () => {
    const first = start();
    await first.says('[1/4]');
    first.signal('SIGKILL');
    await first.finished;
    const resumed = await assay('resume', run);
    expect(resumed.stderr).not.toContain('✖');
    expect(resumed.exitCode).toBe(undecided);
    expect(executions()).toEqual(['completed', 'completed', 'completed', 'completed']);
    await expectNothingLeft();
  });

  it('is detached by one Ctrl-C and goes on by itself', async () => {
    const first = start();
    await first.says('[1/4]');
    first.signal('SIGINT');
    const { exitCode, stderr } = await first.finished;
    expect(exitCode).toBe(130);
    expect(stderr).toContain(`assay resume ${run}`);
    expect((await assay('resume', run)).exitCode).toBe(undecided);
    expect(executions()).toEqual(['completed', 'completed', 'completed', 'completed']);
    await expectNothingLeft();
  });

  it('is stopped by two', async () => {
    const first = start();
    await first.says('[2/4]');
    first.signal('SIGINT');
    await first.says('Press Ctrl-C again');
    first.signal('SIGINT');
    expect((await first.finished).exitCode).toBe(130);
    expect(await findMarked(header().id)).toEqual([]);
    expect((await assay('judge', run)).exitCode).toBe(undecided);
    expect(executions().filter((execution) => execution === 'cancelled')).toHaveLength(1);
    expect((await assay('stop', run, '--abandon')).exitCode).toBe(0);
    await expectNothingLeft();
  });

  it('is stopped from elsewhere within ten seconds, and resume runs what is left', async () => {
    // However slowly another command starts here, a step is running when it comes.
    fakeTool(join(cwd, 'bin'), 'openssl', slowed(8));
    const first = start();
    await first.says('[2/4]');
    const begun = performance.now();
    expect((await assay('stop', run, '--now')).exitCode).toBe(0);
    const tookMs = performance.now() - begun;
    expect(tookMs).toBeLessThan(10_000 + ownTimes * (await ownTimeMs(cwd)));
    await first.finished;
    expect(await findMarked(header().id)).toEqual([]);
    fakeTool(join(cwd, 'bin'), 'openssl', slowed(1));
    const resumed = await assay('resume', run);
    expect(resumed.exitCode).toBe(undecided);
    expect(resumed.stderr).toContain('[4/4]');
    // What the stop cut short is in the record, and measured again under another name.
    expect(executions().toSorted()).toEqual([
      'cancelled',
      'completed',
      'completed',
      'completed',
      'completed',
    ]);
    expect(verdict().cells.find(({ id }) => id === 'local:sha256-exact')?.verdict).toBe('pass');
    await expectNothingLeft();
  });

  it('survives the death of its keeper: the step in flight is an error, and the next keeper does the rest', async () => {
    const first = start();
    await first.says('[2/4]');
    process.kill(keeperPid(), 'SIGKILL');
    const { exitCode, stderr } = await first.finished;
    expect(stderr).toContain('reaching for it again');
    expect(exitCode).toBe(undecided);
    const { attempts } = verdict();
    expect(attempts.map(({ execution }) => execution)).toEqual([
      'completed',
      'error',
      'completed',
      'completed',
    ]);
    expect(tell(attempts)[1]?.reason).toBe('the agent ended while the step ran');
    await expectNothingLeft();
  });

  it('holds its node alone', async () => {
    // However slowly another command starts here, the first one is at work when it comes.
    fakeTool(join(cwd, 'bin'), 'openssl', slowed(4));
    const first = start();
    await first.says('[1/4]');
    const suite = join(cwd, 'suite.yaml');
    const second = await runAssay(['survey', 'local', '--suite', suite, '--out', join(cwd, 'second')], {
      cwd,
      path: [join(cwd, 'bin')],
    });
    expect(second.exitCode).toBe(3);
    expect(second.stderr).toContain(`LEASE_HELD local says: this node is in use by the run ${header().id}`);
    expect((await first.finished).exitCode).toBe(undecided);
    await expectNothingLeft();
  });
});

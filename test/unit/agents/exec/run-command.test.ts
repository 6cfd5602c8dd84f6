import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../agents/clock.ts';
import type { CommandSurroundings } from '../../../../agents/exec/run-command.ts';
import { runCommand } from '../../../../agents/exec/run-command.ts';
import { findMarked } from '../../../../agents/exec/sweep.ts';
import type { CommandResult } from '../../../../agents/protocol/step.ts';
import type { CommandInput } from '../../../../workloads/kit/command.ts';
import { Command } from '../../../../workloads/kit/command.ts';
import { known } from '../../../../workloads/kit/facts/fact.ts';
import type { CounterFile, Counters } from '../../../../workloads/kit/tool.ts';
import { Watch } from '../../../../workloads/kit/watch.ts';
import { h100 } from '../../../support/constructed/facts.ts';
import { fakeTool } from '../../../support/run-assay.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

let count = 0;

/** Runs `sh -c script` (or another command) as the agent would, in a fresh evidence directory. */
async function run(
  script: string,
  change: Partial<CommandInput> = {},
  signal = new AbortController().signal,
  counters: readonly CounterFile[] = [],
  other: Partial<CommandSurroundings> = {},
): Promise<{ result: CommandResult; evidence: string; mark: string }> {
  const evidence = temporaryDirectory();
  const directory = temporaryDirectory();
  count += 1;
  const mark = `test-${process.pid}/${count}`;
  const command = Command.parse({
    id: 'run',
    file: 'sh',
    args: ['-c', script],
    timeoutMs: 10_000,
    ...change,
  });
  const around = {
    evidence,
    directory,
    temporary: directory,
    mark,
    path: '/usr/bin:/bin',
    clock: systemClock,
    graceMs: 300,
    counters,
    facts: { accelerators: known([]) },
    ...other,
  };
  const { result } = await runCommand(
    around,
    { ...command, artifacts: command.artifacts.map((path) => join(directory, path)) },
    signal,
  );
  return { result, evidence, mark };
}

const isRoot = process.getuid?.() === 0;
const asRoot = (...words: readonly string[]) => {
  const [file = '', ...args] = [...(isRoot ? [] : ['sudo', '-n']), ...words];
  return promisify(execFile)(file, args);
};
const hasRoot = isRoot || spawnSync('sudo', ['-n', 'true']).status === 0;
if (!hasRoot && process.env['CI'] === 'true') throw new Error('expected sudo without a password in CI');

const endless = 'while :; do sleep 0.1; done';

/** Runs something as root for a user who is not, as sudo does: by a program of root's that anybody may start. */
async function asNobody(...words: readonly string[]): Promise<{ result: CommandResult; left: () => string }> {
  const directory = temporaryDirectory();
  chmodSync(directory, 0o777);
  const become = join(directory, 'become');
  const made = await asRoot('install', '-o', 'root', '-m', '4755', '/usr/bin/setpriv', become);
  expect(made.stderr).toBe('');
  const mark = `as-nobody-${process.pid}-${(count += 1)}`;
  const script = `
    const { runCommand } = await import(${JSON.stringify(join(process.cwd(), 'agents/exec/run-command.ts'))});
    const { systemClock } = await import(${JSON.stringify(join(process.cwd(), 'agents/clock.ts'))});
    if (process.getuid() === 0) process.setgroups([]), process.setgid(65534), process.setuid(65534);
    const { directory, become, words, mark } = JSON.parse(process.argv[1]);
    const around = { evidence: directory, directory, temporary: directory, mark, path: '/usr/bin:/bin',
      clock: systemClock, graceMs: 300, counters: [] };
    const command = { id: 'run', file: become, args: ['--reuid', '0', ...words], env: {}, timeoutMs: 1000,
      goodExit: 'zero', artifacts: [] };
    const { result } = await runCommand(around, command, new AbortController().signal);
    console.log(JSON.stringify(result));
    process.exit();`;
  const given = JSON.stringify({ directory, become, words: [...words, mark], mark });
  // It is nobody only when it has loaded what may lie where nobody can read.
  const args = ['--input-type=module', '-e', script, given];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return {
    result: JSON.parse(stdout) as CommandResult,
    left: () => spawnSync('pgrep', ['-d', ' ', '-f', mark], { encoding: 'utf8' }).stdout.trim(),
  };
}

describe('runCommand', () => {
  it('keeps both streams, the exit code and the artifacts, and nothing that was not asked for', async () => {
    const { result, evidence } = await run('printf out; printf err >&2; printf made > made.json; cat', {
      stdin: 'given',
      artifacts: ['made.json', 'absent.json'],
    });
    expect(result).toMatchObject({ execution: 'completed', exitCode: 0 });
    expect(result.outputs.map(({ output, bytes }) => [output, bytes])).toEqual([
      ['stdout', 8],
      ['stderr', 3],
      ['made.json', 4],
    ]);
    expect(readFileSync(join(evidence, 'run.stdout'), 'utf8')).toBe('outgiven');
    // printf err | sha256sum
    expect(result.outputs[1]?.sha256).toBe(
      'd9eb253e06987fa74a5d3189f73d9f7a8104cca786fafbb52bc9555972f5477f',
    );
    expect(readdirSync(evidence).toSorted()).toEqual(['run.artifact.made.json', 'run.stderr', 'run.stdout']);
  });

  it('keeps the counters that were asked for, read before and after, if they are of the kernel', async () => {
    const files = ['/proc/self/io', '/proc/nowhere', '/proc/self/root/etc/hostname'] as const;
    const { evidence } = await run('head -c 100000 /dev/zero', {}, undefined, files);
    const { before, after } = JSON.parse(readFileSync(join(evidence, 'run.counters.json'), 'utf8')) as Record<
      'before' | 'after',
      Counters
    >;
    expect([Object.keys(before), Object.keys(after)]).toEqual([['/proc/self/io'], ['/proc/self/io']]);
    const written = ({ '/proc/self/io': text = '' }: Counters): number =>
      Number(/^wchar: (\d+)$/m.exec(text)?.[1]);
    expect(written(after) - written(before)).toBeGreaterThanOrEqual(100_000);
  });

  it('finds the counters of all objects of a kind', async () => {
    const files = ['/proc/sys/net/ipv4/conf/*/forwarding', '/proc/sys/net/ipv4/nothing*/forwarding'] as const;
    const { evidence } = await run('', {}, undefined, files);
    const { after } = JSON.parse(readFileSync(join(evidence, 'run.counters.json'), 'utf8')) as Record<
      'after',
      Counters
    >;
    const names = readdirSync('/proc/sys/net/ipv4/conf').map(
      (name) => `/proc/sys/net/ipv4/conf/${name}/forwarding`,
    );
    expect(Object.keys(after)).toEqual(names.toSorted());
  });

  it('takes any exit code as an answer where the command says so, and no signal', async () => {
    expect((await run('exit 24', { goodExit: 'any' })).result).toMatchObject({
      execution: 'completed',
      exitCode: 24,
    });
    expect((await run('kill -SEGV $$', { goodExit: 'any' })).result).toMatchObject({ execution: 'error' });
  });

  it('reports a bad end as it was', async () => {
    expect((await run('exit 3')).result).toMatchObject({
      execution: 'error',
      exitCode: 3,
      reason: 'exit code 3',
    });
    expect((await run('kill -SEGV $$')).result).toMatchObject({
      execution: 'error',
      signal: 'SIGSEGV',
      reason: 'ended by SIGSEGV',
    });
    expect((await run('', { file: 'no-such-program' })).result).toMatchObject({
      execution: 'error',
      reason: 'the program was not found',
    });
  });

  it('ends what does not end by itself, with its children', async () => {
    const { result, mark } = await run('sleep 100 & trap "" TERM; sleep 100', { timeoutMs: 300 });
    expect(result).toMatchObject({ execution: 'timeout', reason: 'did not end within 300 ms' });
    expect(result.durationMs).toBeLessThan(60_000);
    expect(await findMarked(mark)).toEqual([]);
  });

  it.skipIf(!hasRoot)(
    'waits for the time limit of what root runs for another user, which is not his to end',
    async () => {
      const ran = await asNobody('/usr/bin/timeout', '-k', '1', '1', 'sh', '-c', `trap '' TERM; ${endless}`);
      expect(ran.result).toMatchObject({ execution: 'timeout', reason: 'did not end within 1000 ms' });
      expect(ran.left()).toBe('');
    },
    60_000,
  );

  it.skipIf(!hasRoot)(
    'says of what root runs without a limit whose it is',
    async () => {
      const ran = await asNobody('sh', '-c', endless);
      await asRoot('kill', '-KILL', ...ran.left().split(' '));
      expect(ran.result).toMatchObject({
        execution: 'timeout',
        reason:
          'did not end within 1000 ms, and could not be ended: it belongs to another user (sudo), and its own time limit ends it',
      });
    },
    60_000,
  );

  it('lets a quiet tool take its time', async () => {
    const { result } = await run('sleep 1; echo done');
    expect(result).toMatchObject({ execution: 'completed', exitCode: 0 });
  });

  it('is not held up by a child that left the group with our pipes open', async () => {
    const { result, mark } = await run('setsid sleep 100 & echo done');
    expect(result).toMatchObject({ execution: 'completed', exitCode: 0 });
    expect(result.durationMs).toBeLessThan(60_000);
    expect(await findMarked(mark)).toEqual([]);
  });

  it('ends a tool that floods and keeps only the cap', async () => {
    const { result } = await run('yes flood');
    expect(result).toMatchObject({ execution: 'error', reason: 'wrote more than 16777216 bytes to stdout' });
    expect(result.outputs[0]).toMatchObject({ output: 'stdout', bytes: 16_777_216, capped: true });
  });

  it('says who cancelled it', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort({ execution: 'cancelled', reason: 'stopped by the operator' }), 100);
    expect((await run('sleep 100', {}, controller.signal)).result).toMatchObject({
      execution: 'cancelled',
      reason: 'stopped by the operator',
    });
  });

  it('hands the tool a fixed environment and nothing of ours', async () => {
    const { evidence } = await run('env | cut -d= -f1 | sort | tr "\\n" " "');
    expect(readFileSync(join(evidence, 'run.stdout'), 'utf8').trim().split(' ')).toEqual([
      'ASSAY_STEP',
      'HOME',
      'LANG',
      'LC_ALL',
      'PATH',
      'PWD',
      'TMPDIR',
      'TZ',
    ]);
  });
});

describe('a command that loads accelerators', () => {
  it('is ended when one of them has left its bus and nothing bears its name, and what was seen is kept', async () => {
    const folder = temporaryDirectory();
    fakeTool(
      folder,
      'nvidia-smi',
      "echo '00000000:1b:00.0, GPU-00000000-0000-4000-8000-000000000000, 41'; exec sleep 60",
    );
    const { result, evidence } = await run('sleep 20', { loads: 'accelerators' }, undefined, undefined, {
      facts: { accelerators: known([h100(0)]) },
      path: `${folder}:/usr/bin:/bin`,
    });
    const said = 'it has left the PCI bus: the kernel does not list it any more';
    expect(result).toMatchObject({ execution: 'error', reason: `0000:1b:00.0: ${said}` });
    const watch = Watch.parse(JSON.parse(readFileSync(join(evidence, 'run.watch.json'), 'utf8')));
    expect(watch).toMatchObject({
      devices: { '0000:1b:00.0': { limitCelsius: 89 } },
      alarms: [{ device: '0000:1b:00.0', kind: 'off-bus', said }],
    });
  });

  it('is not watched where it is for nothing of the kind', async () => {
    const { result, evidence } = await run('sleep 0.1', {}, undefined, undefined, {
      facts: { accelerators: known([h100(0)]) },
    });
    expect(result).toMatchObject({ execution: 'completed' });
    expect(readdirSync(evidence)).toEqual(['run.stderr', 'run.stdout']);
  });
});

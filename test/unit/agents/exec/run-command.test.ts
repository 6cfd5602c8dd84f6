import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../agents/clock.ts';
import { runCommand } from '../../../../agents/exec/run-command.ts';
import { findMarked } from '../../../../agents/exec/sweep.ts';
import type { CommandResult } from '../../../../agents/protocol/step.ts';
import type { CommandInput } from '../../../../workloads/kit/command.ts';
import { Command } from '../../../../workloads/kit/command.ts';
import type { CounterFile, Counters } from '../../../../workloads/kit/tool.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

let count = 0;

/** Runs `sh -c script` (or another command) as the agent would, in a fresh evidence directory. */
async function run(
  script: string,
  change: Partial<CommandInput> = {},
  signal = new AbortController().signal,
  counters: readonly CounterFile[] = [],
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
  };
  const { result } = await runCommand(
    around,
    { ...command, artifacts: command.artifacts.map((path) => join(directory, path)) },
    signal,
  );
  return { result, evidence, mark };
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

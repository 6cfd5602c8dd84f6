import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { systemClock } from '../../../../agents/clock.ts';
import type { StepSurroundings } from '../../../../agents/exec/run-step.ts';
import { runStep } from '../../../../agents/exec/run-step.ts';
import { findMarked } from '../../../../agents/exec/sweep.ts';
import { ok } from '../../../../workloads/kit/result.ts';
import type { Registry } from '../../../../workloads/registry.ts';
import { fillFacts } from '../../../support/case.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

/** One workload with one tool, which is a shell script. */
const createRegistry = (script: string, change: object = {}, more: readonly object[] = []): Registry =>
  new Map([
    [
      'w',
      {
        workload: { params: z.strictObject({}), load: 'light' },
        tools: [
          {
            id: 't',
            requires: { programs: [], packages: [] },
            needs: () => ok(undefined),
            plan: () => [
              {
                id: 'c',
                file: '/bin/sh',
                args: ['-c', script],
                env: {},
                timeoutMs: 60_000,
                artifacts: [],
                ...change,
              },
              ...more,
            ],
          },
        ],
      },
    ],
  ]) as unknown as Registry; // of the rest nothing is asked here

const request = {
  step: 's',
  workload: 'w',
  tool: 't',
  params: {},
  repetition: 1,
  session: 1,
  budgetMs: 60_000,
};

const hasSudo = spawnSync('sudo', ['-n', 'true']).status === 0;
if (!hasSudo && process.env['CI'] === 'true') throw new Error('expected sudo without a password in CI');

/** As whoever is not root sees it. */
it('runs what only root may run by sudo, and says so', async () => {
  const directory = temporaryDirectory();
  const around = {
    run: `test-${process.pid}-sudo`,
    runDirectory: directory,
    scratch: directory,
    bundle: directory,
    runtime: process.execPath,
    path: '/usr/bin:/bin',
    clock: systemClock,
    facts: fillFacts({ 'limits.isRoot': false, programs: { sh: '/bin/sh' } }),
    registry: createRegistry('id -u; echo "$SUDO_COMMAND"', { file: 'sh', privilege: 'sudo' }),
    launch: undefined,
  } as unknown as StepSurroundings;
  const { result } = await runStep(around, request, new AbortController().signal);
  expect(result.commands[0]?.planned).toMatchObject({
    file: 'sudo',
    args: ['-n', '--', '/usr/bin/timeout', '-k', '5', '60', '/bin/sh', '-c', expect.any(String) as string],
  });
  if (!hasSudo) return;
  expect(result.execution).toBe('completed');
  expect(readFileSync(join(directory, 'steps/s/c.stdout'), 'utf8')).toMatch(
    /^0\n\/usr\/bin\/timeout -k 5 60 \/bin\/sh -c /,
  );
});

it.each([
  ['that let go of its output', '> /dev/null 2>&1'],
  ['that hold its output open', ''],
])('counts and ends processes %s', async (_title, redirection) => {
  const directory = temporaryDirectory();
  const around = {
    run: `test-${process.pid}`,
    runDirectory: directory,
    scratch: directory,
    bundle: directory,
    runtime: process.execPath,
    path: '/usr/bin:/bin',
    clock: systemClock,
    registry: createRegistry(`for i in 1 2; do setsid sleep 600 ${redirection} & done`),
    launch: undefined,
  } as unknown as StepSurroundings;
  const { result } = await runStep(around, request, new AbortController().signal);
  expect([result.execution, result.survivors]).toEqual(['completed', 2]);
  expect(await findMarked(around.run)).toEqual([]);
  expect(result.commands[0]?.directory).toBe(join(directory, `assay-${around.run}-s`));
});

it.each([
  // Of the two times one is far away, however slow this machine is.
  ['goes on', 'any', 300, 600_000, ['timeout', 'completed'], 'completed'],
  ['ends', 'zero', 300, 600_000, ['timeout'], 'timeout'],
  ['ends where its budget is spent', 'any', 600_000, 2_000, ['timeout'], 'timeout'],
] as const)('%s after a command that hangs: goodExit %s, %i ms of %i', async (...row) => {
  const [, goodExit, timeoutMs, budgetMs, commands, execution] = row;
  const directory = temporaryDirectory();
  const around = {
    run: `test-${process.pid}-${goodExit}-${budgetMs}`,
    runDirectory: directory,
    scratch: directory,
    bundle: directory,
    runtime: process.execPath,
    path: '/usr/bin:/bin',
    clock: systemClock,
    registry: createRegistry('exec sleep 600', { goodExit, timeoutMs }, [
      { id: 'next', file: '/bin/true', args: [], timeoutMs: 60_000 },
    ]),
    launch: undefined,
  } as unknown as StepSurroundings;
  const { result } = await runStep(around, { ...request, budgetMs }, new AbortController().signal);
  expect(result.commands.map((each) => each.execution)).toEqual(commands);
  expect(result.execution).toBe(execution);
});

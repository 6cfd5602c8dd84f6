import { join } from 'node:path';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { systemClock } from '../../../../agents/clock.ts';
import type { StepSurroundings } from '../../../../agents/exec/run-step.ts';
import { runStep } from '../../../../agents/exec/run-step.ts';
import { findMarked } from '../../../../agents/exec/sweep.ts';
import { ok } from '../../../../workloads/kit/result.ts';
import type { Registry } from '../../../../workloads/registry.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

/** One workload with one tool, which is a shell script. */
const createRegistry = (script: string): Registry =>
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
              { id: 'c', file: '/bin/sh', args: ['-c', script], env: {}, timeoutMs: 5000, artifacts: [] },
            ],
          },
        ],
      },
    ],
  ]) as unknown as Registry; // of the rest nothing is asked here

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
  const request = {
    step: 's',
    workload: 'w',
    tool: 't',
    params: {},
    repetition: 1,
    session: 1,
    budgetMs: 10_000,
  };
  const { result } = await runStep(around, request, new AbortController().signal);
  expect([result.execution, result.survivors]).toEqual(['completed', 2]);
  expect(await findMarked(around.run)).toEqual([]);
  expect(result.commands[0]?.directory).toBe(join(directory, `assay-${around.run}-s`));
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Verdict } from '../../reports/verdict/verdict.ts';
import { runAssay, writeSuite } from '../support/run-assay.ts';
import { temporaryDirectory } from '../support/temporary.ts';

// A machine with a driver and nothing else: its compiler is covered, and the device is PoCL's.

const withoutCompiler = [
  'unshare',
  '--mount',
  'sh',
  '-ec',
  'mount --bind /dev/null /usr/bin/gcc; exec "$@"',
  'sh',
];

const programs = [
  ['sha256', { mode: 'device', work: 'headers', on: 'cpu', seconds: 0.2 }, 'sha256.wrongDigests'],
  [
    'matmul',
    { target: 'device', kernel: 'fp32', size: 128, on: 'cpu', seconds: 0.2 },
    'matmul.wrongElements',
  ],
  [
    'memory',
    { target: 'device', what: 'pattern', bytes: 2 ** 22, on: 'cpu', seconds: 0.2 },
    'memory.patternErrors',
  ],
] as const;

describe('a machine without a compiler', () => {
  it('is measured by programs that were compiled before', async () => {
    const cwd = temporaryDirectory();
    const run = join(cwd, 'run');
    const suite = writeSuite(
      cwd,
      programs.map(([workload, params]) => ({
        ...{ id: workload, workload, params, tool: 'opencl', repetitions: 1, budgetSeconds: 120 },
      })),
    );
    const args = ['survey', 'local', '--suite', suite, '--out', run, '--exclusive-confirmed'];
    const { stderr } = await runAssay(args, { cwd, wrapper: withoutCompiler });
    expect(stderr).not.toContain('✖');
    const { attempts, measurements } = Verdict.parse(
      JSON.parse(readFileSync(join(`${run}.report`, 'verdicts/survey.json'), 'utf8')),
    );
    expect(attempts.map(({ workload, execution, reason }) => [workload, execution, reason])).toEqual(
      programs.map(([workload]) => [workload, 'completed', undefined]),
    );
    for (const [, , wrong] of programs) {
      const found = measurements.find(({ metric }) => metric === wrong);
      expect(found).toMatchObject({ max: 0, tool: 'opencl', toolVersion: 'prebuilt by Clang 17.0.3' });
    }
  });
});

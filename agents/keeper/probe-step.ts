import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProbeDocument } from '../../workloads/kit/facts/probe-output.ts';
import { writeStepResult } from '../exec/run-step.ts';
import { writeWhole } from '../protocol/write-whole.ts';

/** The one output of a facts step. */
export const probesFile = 'probes.json';

/** Keeps a probe document as the evidence of a facts step and returns the digest of its exit.json. */
export async function keepProbes(
  runDirectory: string,
  step: string,
  document: ProbeDocument,
  times: {
    readonly startedAt: string;
    readonly durationMs: number;
    readonly agentCpuSeconds: number;
  },
): Promise<string> {
  const evidence = join(runDirectory, 'steps', step);
  await mkdir(evidence, { recursive: true, mode: 0o700 });
  const text = `${JSON.stringify(document, undefined, 1)}\n`;
  await writeWhole(join(evidence, probesFile), text);
  return writeStepResult(evidence, {
    schema: 'assay/step',
    schemaVersion: 1,
    step,
    workload: 'facts',
    tool: 'probe',
    params: {},
    repetition: 1,
    session: 1,
    execution: 'completed',
    durationMs: times.durationMs,
    commands: [
      {
        id: 'probes',
        file: '{agent}',
        args: ['probe'],
        env: {},
        directory: runDirectory,
        execution: 'completed',
        exitCode: 0,
        startedAt: times.startedAt,
        durationMs: times.durationMs,
        outputs: [
          {
            output: probesFile,
            file: probesFile,
            bytes: Buffer.byteLength(text),
            sha256: createHash('sha256').update(text).digest('hex'),
            capped: false,
          },
        ],
      },
    ],
    survivors: 0,
    agentCpuSeconds: times.agentCpuSeconds,
  });
}

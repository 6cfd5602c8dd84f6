import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProbeDocument } from '../../workloads/kit/facts/probe-output.ts';
import { writeStepResult } from '../exec/run-step.ts';

/** The step that every node starts with; its one output is the raw text of all probes. */
export const factsStep = 'facts';
export const probesFile = 'probes.json';

/** Keeps a probe document as the evidence of the step `facts` and returns the digest of its exit.json. */
export async function keepProbes(
  runDirectory: string,
  document: ProbeDocument,
  times: { readonly startedAt: string; readonly durationMs: number },
): Promise<string> {
  const evidence = join(runDirectory, 'steps', factsStep);
  await mkdir(evidence, { recursive: true, mode: 0o700 });
  const text = `${JSON.stringify(document, undefined, 1)}\n`;
  await writeFile(join(evidence, probesFile), text, { mode: 0o600, flush: true });
  return writeStepResult(evidence, {
    schema: 'assay/step',
    schemaVersion: 1,
    step: factsStep,
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
    agentCpuSeconds: 0,
  });
}

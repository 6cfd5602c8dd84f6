import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { parseJson } from '../../workloads/kit/parse-json.ts';
import { writeStepResult } from '../exec/run-step.ts';
import type { Execution } from '../protocol/step.ts';
import { StepRequest } from '../protocol/step.ts';
import type { Journal } from './journal.ts';

export const batchFile = 'batch.json';

/** The batch that a keeper was given last, kept on disk so that its successor knows what was in flight. */
export const KeptBatch = z.strictObject({
  batch: z.string(),
  scratch: z.string(),
  steps: z.array(StepRequest),
});
export type KeptBatch = z.infer<typeof KeptBatch>;

/** The kept batch; `undefined` when there is none or it cannot be read: then only less is known about the step. */
export async function loadKeptBatch(directory: string): Promise<KeptBatch | undefined> {
  const text = await readFile(join(directory, batchFile), 'utf8').catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return '';
    throw cause;
  });
  return KeptBatch.safeParse(parseJson(text)).data;
}

/**
 * Closes what was left open: the step in flight is `lost` after a reboot and an `error` otherwise, finished steps
 * stand, the batch is ended. Nothing that was started may stay without an end.
 */
export async function repair(
  journal: Journal,
  directory: string,
  kept: KeptBatch | undefined,
  rebooted: boolean,
): Promise<void> {
  const { openSteps, openBatches } = journal.fold;
  const execution: Execution = rebooted ? 'lost' : 'error';
  const reason = rebooted ? 'the node was rebooted while the step ran' : 'the agent ended while the step ran';
  for (const step of openSteps) {
    const request = kept?.steps.find((candidate) => candidate.step === step);
    const result = await writeStepResult(join(directory, 'steps', step), {
      schema: 'assay/step',
      schemaVersion: 1,
      step,
      workload: request?.workload ?? 'unknown',
      tool: request?.tool ?? 'unknown',
      params: request?.params ?? {},
      repetition: request?.repetition ?? 1,
      session: request?.session ?? 1,
      ...(request?.seat === undefined ? {} : { seat: request.seat }),
      ...(request?.together === undefined ? {} : { together: request.together }),
      execution,
      reason,
      durationMs: 0,
      commands: [],
      survivors: 0,
      agentCpuSeconds: 0,
    });
    await journal.append({ type: 'step-ended', step, execution, result });
  }
  for (const batch of openBatches) await journal.append({ type: 'batch-ended', batch, execution, reason });
}

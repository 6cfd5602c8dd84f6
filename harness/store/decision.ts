import * as z from 'zod';
import { PlannedStep } from '../plan/plan.ts';
import type { RunDirectory } from './run-directory.ts';
import { runPaths } from './run-directory.ts';

/**
 * What was decided while the run went on (`decisions.ndjson`, in order). The plan never changes: steps are added to it
 * here, to find out who is to blame, steps of it are left out, and one that was spoilt from outside is named.
 */
export const Decision = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('extra'), at: z.iso.datetime(), steps: z.array(PlannedStep).min(1) }),
  z.strictObject({
    kind: z.literal('skip'),
    at: z.iso.datetime(),
    step: z.string(),
    reason: z.string(),
    /** The member because of which it was left out. */
    node: z.string().optional(),
  }),
  /** It ended, and by something that says nothing about its members: a connection of ours that was lost. */
  z.strictObject({ kind: z.literal('broken'), at: z.iso.datetime(), step: z.string(), reason: z.string() }),
  /** An operator stopped the run from elsewhere: what nodes then end as cancelled is no failure of theirs. */
  z.strictObject({ kind: z.literal('stop'), at: z.iso.datetime(), reason: z.string() }),
]);
export type Decision = z.infer<typeof Decision>;

type WithoutTime<T> = T extends unknown ? Omit<T, 'at'> : never;

/** Writes a decision down for good: a step in a journal that no decision knows of would be damaged evidence. */
export async function keepDecision(
  run: RunDirectory,
  now: () => Date,
  decision: WithoutTime<Decision>,
): Promise<void> {
  const line: Decision = { ...decision, at: now().toISOString() };
  await run.append(runPaths.decisions, `${JSON.stringify(line)}\n`);
  await run.flush(runPaths.decisions);
}

/** The steps that were added, in the order in which that was decided. */
export const addedSteps = (decisions: readonly Decision[]): readonly PlannedStep[] =>
  decisions.flatMap((each) => (each.kind === 'extra' ? each.steps : []));

import * as z from 'zod';
import { sha256 } from '../../agents/protocol/chain.ts';
import { PlannedStep } from '../plan/plan.ts';
import type { Decided } from './coordinator-journal.ts';
import type { RunDirectory } from './run-directory.ts';
import { runPaths } from './run-directory.ts';

/**
 * What was decided while the run went on (`decisions.ndjson`, in order). The plan never changes: steps are added to it
 * here, to find out who is to blame, steps of it are left out, and one that was spoilt from outside is named.
 */
const OldDecision = z.discriminatedUnion('kind', [
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

/**
 * What a run of version 1 decided. Its file is in no chain: of what it claims about a node only that is believed which the
 * trials and cells themselves give, and it takes no blame from anybody.
 */
export async function readOldDecisions(run: RunDirectory): Promise<Decided> {
  const path = runPaths.decisions;
  const bytes = (await run.has(path)) ? (await run.read(path)).toString('utf8') : '';
  const decisions = await run.readLines(OldDecision, path);
  return {
    steps: decisions.flatMap((each) => (each.kind === 'extra' ? each.steps : [])),
    subjects: [],
    cells: [],
    skips: new Map(
      decisions.flatMap((each) =>
        each.kind === 'skip'
          ? [[each.step, { why: 'said' as const, words: each.reason, node: each.node }] as const]
          : [],
      ),
    ),
    broken: new Map(),
    unreached: new Map(),
    sameMachine: new Map(),
    idled: new Map(),
    late: new Set(),
    asics: new Map(),
    distinct: [],
    sessions: [],
    repairs: [],
    looks: [],
    extensions: [],
    ...(decisions.length === 0 ? {} : { proof: { records: decisions.length, sha256: sha256(bytes) } }),
  };
}

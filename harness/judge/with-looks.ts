import type { Said, Spoken } from '../../reports/verdict/said.ts';
import type { Requirement } from '../../workloads/kit/requirement.ts';
import type { NodeLook } from '../store/coordinator-journal.ts';
import { until } from './after-repair.ts';
import type { Dossier, JudgedSample } from './dossier.ts';
import type { Outcome } from './outcome.ts';
import type { RunDossier } from './run-dossier.ts';

/** Says in how many sessions runs were counted, where there were several. */
export function inSessions(reason: Said, samples: readonly JudgedSample[]): Said {
  const sessions = new Set(samples.map(({ session }) => session)).size;
  const counted = countedIn(reason);
  return counted === undefined || sessions < 2 ? reason : { ...counted, sessions };
}

/** What was decided or not when somebody looked. */
type Decision = NodeLook['cells'][number]['decision'];

/** What a look at a cell came to; nothing where it has no runs that count. `Outcome` and `Cell` both say it. */
export function decisionOf({
  verdict,
  reason,
}: Pick<Outcome, 'verdict' | 'reason'>): { readonly decision: Decision; readonly runs: number } | undefined {
  const counted = countedIn(reason);
  if (counted === undefined) return undefined;
  // What still lacks a session, or rest, has been decided by its runs.
  if (verdict === 'pass' || verdict === 'fail') return { decision: verdict, runs: counted.runs };
  if (counted.say === 'next-look') return { decision: 'more', runs: counted.runs };
  return { decision: counted.say === 'last-look' ? 'stop' : 'pass', runs: counted.runs };
}

type Counted = Extract<Said, { readonly say: 'runs-hold' | 'runs-miss' | 'next-look' | 'last-look' }>;

/** The count of runs that a reason rests on. */
function countedIn(spoken: Spoken): Counted | undefined {
  const reason = spoken as Said; // the schema has no key but these
  switch (reason.say) {
    case 'measured':
    case 'siblings-near':
      return countedIn(reason.decision);
    case 'sessions':
    case 'look-differs':
    case 'not-rested':
      return countedIn(reason.so);
    case 'runs-hold':
    case 'runs-miss':
    case 'next-look':
    case 'last-look':
      return reason;
    default:
      return undefined;
  }
}

/**
 * Judges a cell that counts runs as it was judged when the coordinator looked at it, then on all that is there. A look that failed
 * has failed: what was measured behind it takes nothing back. A pass needs looks that the evidence gives again, and rest before
 * each session that was added.
 */
export function withLooks(
  judgeOn: (dossier: Dossier) => Outcome,
  dossier: Dossier,
  {
    cell,
    sampling,
    index,
  }: Pick<Requirement, 'sampling'> & { readonly cell: string; readonly index: RunDossier },
): Outcome {
  const outcome = judgeOn(dossier);
  if (sampling !== 'typical') return outcome;
  const { plan, plannedProfile, profile, repairs } = index.material;
  const first = Math.min(...[...dossier.planned.values()].map(({ session }) => session));
  const all = index.once('looks', () =>
    Map.groupBy(index.material.looks, ({ node, group }) =>
      JSON.stringify([group === undefined, group?.name ?? node]),
    ),
  );
  const isOfNode = dossier.members.length < 2;
  const looks = (all.get(JSON.stringify([isOfNode, dossier.id])) ?? []).filter(
    ({ session }) => session >= first,
  );
  for (const { session, cells } of looks) {
    const noted = cells.find((each) => each.cell === cell);
    const then = judgeOn(until(dossier, session));
    if (then.verdict === 'fail') return { ...then, reason: { say: 'at-look', session, so: then.reason } };
    const isSame = plan?.profile === profile.id && plannedProfile.id === profile.id && repairs.length === 0;
    if (isSame && outcome.verdict === 'pass' && noted?.decision !== decisionOf(then)?.decision)
      return undecided(outcome, { say: 'look-differs', session, so: outcome.reason });
  }
  const hasty = outcome.verdict === 'pass' ? findHasty(outcome, dossier, index) : undefined;
  return hasty === undefined
    ? outcome
    : undecided(outcome, { say: 'not-rested', ...hasty, so: outcome.reason });
}

const undecided = (outcome: Outcome, reason: Said): Outcome => ({
  ...outcome,
  verdict: 'inconclusive',
  reason,
});

/** So long nothing is put on a node before runs that shall not have heat and neighbours in common with those before. */
export const leastRestSeconds = 1800;

/** The first session among those that a cell rests on which was added without the rest that makes it one of its own. */
function findHasty(
  { observed }: Outcome,
  { members, planned }: Dossier,
  { material: { extensions, suite, header } }: RunDossier,
): { readonly session: number; readonly seconds: number; readonly asked: number } | undefined {
  const { restSeconds = leastRestSeconds } = suite.extension ?? {};
  const asked = header.rehearsal === true ? restSeconds : Math.max(restSeconds, leastRestSeconds);
  const steps = observed?.kind === 'samples' ? observed.steps : [];
  const own = new Set(steps.map((step) => planned.get(step)?.session));
  for (const { session, restMs } of extensions) {
    // What several do together is of its own only when all of them rested.
    const rested = Math.min(...members.map((member) => restMs[member] ?? 0));
    if (own.has(session) && rested < 1000 * asked)
      return { session, seconds: Math.max(0, Math.floor(rested / 1000)), asked };
  }
  return undefined;
}

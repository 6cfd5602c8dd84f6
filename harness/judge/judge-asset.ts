import type { Cell } from '../../reports/verdict/cell.ts';
import type { Said } from '../../reports/verdict/said.ts';
import type { AssetVerdict } from '../../reports/verdict/verdict.ts';
import { compareText } from '../../workloads/kit/compare-text.ts';
import { valueOf } from '../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import { facilityClaim } from '../config/inventory.ts';
import type { Profile } from '../config/profile.ts';
import type { Standing } from './conclude.ts';
import { describeStanding } from './conclude.ts';
import type { Dossier } from './run-dossier.ts';

/** How one node stands in one purpose. */
export interface PurposeStanding extends Standing {
  readonly profile: Profile;
  readonly cells: readonly Cell[];
}

/**
 * What an asset can be used for: A the intended purpose, B a lesser one, D none for AI by presence or identity,
 * C its facility only, U otherwise; in this order, always with the one reason that decided. `ladder` is sorted
 * best first; `intended` is the judged profile if it is a purpose, else the top of the ladder.
 */
export function judgeAsset(
  node: Dossier,
  intended: PurposeStanding | undefined,
  ladder: readonly PurposeStanding[],
): AssetVerdict {
  const { claimedClass } = node;
  const letter = decideLetter(node, intended, ladder);
  return {
    node: node.id,
    class:
      claimedClass === undefined
        ? { id: inferClass(node.facts), how: 'inferred' }
        : { id: claimedClass, how: 'claimed' },
    ...letter,
    ladder: ladder.map((standing) => ({
      profile: standing.profile.id,
      conclusion: standing.conclusion,
      reason: describeStanding(standing, standing.cells),
    })),
  };
}

type Letter = Pick<AssetVerdict, 'verdict' | 'meaning' | 'reason' | 'decidedBy'>;

function decideLetter(
  node: Dossier,
  intended: PurposeStanding | undefined,
  ladder: readonly PurposeStanding[],
): Letter {
  if (!node.reached) return undecided(node.why ?? { say: 'no-access' });
  if (intended === undefined) return undecided({ say: 'no-purpose' });
  const because = describeStanding(intended, intended.cells);
  if (intended.conclusion === 'pass') {
    return { verdict: 'A', meaning: { say: 'reuse', title: intended.profile.title }, reason: because };
  }
  const lesser = ladder.find(
    ({ profile, conclusion }) => conclusion === 'pass' && (profile.rank ?? 0) > (intended.profile.rank ?? 0),
  );
  const decidedBy = intended.decider && { decidedBy: intended.decider.requirement };
  if (lesser !== undefined) {
    return {
      verdict: 'B',
      meaning: { say: 'reuse-restricted', title: lesser.profile.title },
      reason: {
        say: 'lesser-holds',
        lesser: lesser.profile.title,
        intended: intended.profile.title,
        reason: because,
      },
      ...decidedBy,
    };
  }
  // Machines without accelerators are what a cluster is made of: that they are of no use for AI is no answer.
  if (intended.profile.family === 'cluster') {
    const meaning: Said =
      intended.conclusion === 'fail'
        ? { say: 'not-fit', title: intended.profile.title }
        : { say: 'undecided' };
    return { ...undecided(because), meaning, ...decidedBy };
  }
  const gate = findClosedGate(intended, ladder);
  if (gate !== undefined) {
    return {
      verdict: 'D',
      meaning: { say: 'no-use' },
      reason: { say: 'decided', title: gate.title, reason: gate.reason },
      decidedBy: gate.requirement,
    };
  }
  if (node.claims[facilityClaim] === true) {
    return { verdict: 'C', meaning: { say: 'facility-only' }, reason: because, ...decidedBy };
  }
  return { ...undecided(because), ...decidedBy };
}

const undecided = (reason: Said): Letter => ({ verdict: 'U', meaning: { say: 'undecided' }, reason });

/**
 * The gate that rules out AI: every AI profile of the ladder has a required gate that failed. Named is the
 * first that they have in common, else the first of the profile asked for, else of the best AI profile.
 */
function findClosedGate(intended: PurposeStanding, ladder: readonly PurposeStanding[]): Cell | undefined {
  const closed = ladder
    .filter(({ profile }) => profile.family === 'ai')
    .map(({ profile, cells }) => ({ profile, gates: cells.filter(isClosedGate) }));
  if (closed.length === 0 || closed.some(({ gates }) => gates.length === 0)) return undefined;
  const first = closed.find(({ profile }) => profile.id === intended.profile.id) ?? closed[0];
  const shared = first?.gates.find((gate) =>
    closed.every(({ gates }) => gates.some(({ requirement }) => requirement === gate.requirement)),
  );
  return shared ?? first?.gates[0];
}

const isClosedGate = ({ gate, level, verdict }: Cell): boolean =>
  gate && level === 'required' && verdict === 'fail';

/** What a machine looks like when nobody claims anything: its accelerators by model. */
function inferClass(facts: HostFacts | undefined): string {
  if (facts === undefined) return 'unknown';
  if ('unknown' in facts.accelerators) return 'unknown';
  const counts = new Map<string, number>();
  for (const { model, pciId } of facts.accelerators.value) {
    const name = valueOf(model) ?? pciId;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const parts = [...counts]
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([name, count]) => `${count} × ${name}`);
  return parts.length === 0 ? 'no accelerator' : parts.join(' + ');
}

import type { Cell } from '../../reports/verdict/cell.ts';
import type { Said } from '../../reports/verdict/said.ts';
import type { AssetVerdict, Family } from '../../reports/verdict/verdict.ts';
import { compareText } from '../../workloads/kit/compare-text.ts';
import { valueOf } from '../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import { facilityClaim } from '../config/inventory.ts';
import type { Profile } from '../config/profile.ts';
import type { Standing } from './conclude.ts';
import { describeStanding } from './conclude.ts';
import type { Dossier } from './dossier.ts';
import type { DeviceList } from './rules/expected-devices.ts';
import { areExpected } from './rules/expected-devices.ts';
import type { RunDossier } from './run-dossier.ts';

/** How one node stands in one purpose. */
export interface PurposeStanding extends Standing {
  readonly profile: Profile;
  readonly cells: readonly Cell[];
}

/**
 * What an asset can be used for, with a letter for each family of purposes (docs/letters.md has the conditions), always with
 * the one reason that decided. `ladder` is sorted best first; `intended` is the judged profile if it is a purpose, else
 * the top of the ladder: its family speaks first.
 */
export function judgeAsset(
  node: Dossier,
  index: RunDossier,
  intended: PurposeStanding | undefined,
  ladder: readonly PurposeStanding[],
): AssetVerdict {
  const { claimedClass } = node;
  const machine = whatItIs(node, index);
  const families = Map.groupBy(intended === undefined ? ladder : [intended, ...ladder], (standing) =>
    familyOf(standing),
  );
  const [first, ...others] = [...families].flatMap(([family, standings]) => {
    const [best] = standings;
    const purposes = ladder.filter((standing) => familyOf(standing) === family);
    return family === undefined || best === undefined
      ? []
      : [{ family, ...decideLetter({ node, machine, intended: best, purposes, ladder }) }];
  });
  return {
    node: node.id,
    class:
      claimedClass === undefined
        ? { id: inferClass(node.facts), how: 'inferred' }
        : { id: claimedClass, how: 'claimed' },
    ...(first ?? undecided({ say: 'no-purpose' })),
    ...(others.length === 0 ? {} : { others }),
    ladder: ladder.map((standing) => ({
      profile: standing.profile.id,
      conclusion: standing.conclusion,
      reason: describeStanding(standing, standing.cells),
    })),
  };
}

/** A survey is no purpose: it asks what there is. */
const familyOf = ({ profile }: PurposeStanding): Family | undefined =>
  profile.family === 'survey' ? undefined : profile.family;

/** What is known of a machine as a whole before it is asked what it is fit for. */
interface Machine {
  /** Its hardware is what its host shows of its own. */
  readonly isVirtual: boolean;
  /** Somebody says that it has devices of a kind, and none is there: power, a switch or the BIOS took all at once. */
  readonly lacksAll: (list: DeviceList) => boolean;
}

function whatItIs(node: Dossier, { material }: RunDossier): Machine {
  const { facts } = node;
  return {
    isVirtual: facts === undefined || valueOf(facts.os.virtualisation) !== 'none',
    lacksAll: (list) => {
      const found = facts === undefined ? undefined : valueOf<readonly unknown[]>(facts[list]);
      return found?.length === 0 && areExpected(list, node, material);
    },
  };
}

type Letter = Omit<NonNullable<AssetVerdict['others']>[number], 'family'>;

function decideLetter(asked: {
  readonly node: Dossier;
  readonly machine: Machine;
  readonly intended: PurposeStanding;
  /** Those of the same family. */
  readonly purposes: readonly PurposeStanding[];
  readonly ladder: readonly PurposeStanding[];
}): Letter {
  const { node, machine, intended, purposes, ladder } = asked;
  if (!node.reached) return undecided(node.why ?? { say: 'no-access' });
  const because = describeStanding(intended, intended.cells);
  if (intended.conclusion === 'pass')
    return { verdict: 'A', meaning: { say: 'reuse', title: intended.profile.title }, reason: because };
  const decidedBy = intended.decider && { decidedBy: intended.decider.requirement };
  const lesser = purposes.find(
    ({ profile, conclusion }) => conclusion === 'pass' && (profile.rank ?? 0) > (intended.profile.rank ?? 0),
  );
  if (lesser !== undefined)
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
  const canBeTold = !machine.isVirtual && !machine.lacksAll('accelerators');
  const gate = canBeTold && intended.profile.family === 'ai' ? findClosedGate(intended, purposes) : undefined;
  if (gate !== undefined)
    return {
      verdict: 'D',
      meaning: { say: 'no-use' },
      reason: { say: 'decided', title: gate.title, reason: gate.reason },
      decidedBy: gate.requirement,
    };
  const isWhole = canBeTold && !machine.lacksAll('drives') && !machine.lacksAll('nics');
  if (isWhole && node.claims[facilityClaim] === true && ladder.every(isHopeless))
    return { verdict: 'C', meaning: { say: 'facility-only' }, reason: because, ...decidedBy };
  const letter = { ...undecided(because), ...decidedBy };
  return intended.conclusion === 'fail'
    ? { ...letter, meaning: { say: 'not-fit', title: intended.profile.title } }
    : letter;
}

const undecided = (reason: Said): Letter => ({ verdict: 'U', meaning: { say: 'undecided' }, reason });

/**
 * The gate that rules out AI by construction: every AI profile of the ladder has a required gate that failed on all that it
 * is asked of. Named is the first that they have in common, else the first of the profile asked for.
 */
function findClosedGate(intended: PurposeStanding, ladder: readonly PurposeStanding[]): Cell | undefined {
  const closed = ladder.map((standing) => failedThroughout(standing).filter(({ gate }) => gate));
  const own = failedThroughout(intended).filter(({ gate }) => gate);
  if (closed.length === 0 || closed.some((gates) => gates.length === 0)) return undefined;
  const shared = own.find((gate) =>
    closed.every((gates) => gates.some(({ requirement }) => requirement === gate.requirement)),
  );
  return shared ?? own[0];
}

/** A purpose that no repair brings: one of its gates fails on all that it is asked of. */
const isHopeless = (standing: PurposeStanding): boolean =>
  standing.conclusion === 'fail' && failedThroughout(standing).some(({ gate }) => gate);

/** A cell of each required requirement that failed on all of its subjects: one bad part among good ones is a defect of it. */
function failedThroughout({ cells }: PurposeStanding): readonly Cell[] {
  const required = cells.filter(({ level }) => level === 'required');
  return [...Map.groupBy(required, ({ requirement }) => requirement).values()].flatMap((those) =>
    those.every(({ verdict }) => verdict === 'fail') ? those.slice(0, 1) : [],
  );
}

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

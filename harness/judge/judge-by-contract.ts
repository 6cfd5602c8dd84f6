import type { Cell } from '../../reports/verdict/cell.ts';
import { nodeOf } from '../../workloads/kit/subject.ts';
import type { Contract } from '../config/contract.ts';
import { refuse, withContract } from '../config/contract-limits.ts';
import type { Profile } from '../config/profile.ts';
import { checkStated } from '../config/read-contract.ts';
import type { RunMaterial } from '../store/run-material.ts';
import { judge } from './judge.ts';
import { RunDossier } from './run-dossier.ts';
import { waivedIn } from './summary/contract.ts';

/** A cell of one machine that a clause of a contract is about. */
export interface JudgedClause {
  readonly cell: Cell;
  /** The clause whose number decided, from 1; absent where another limit did, or there was nothing to hold against any. */
  readonly clause: number | undefined;
  readonly isWaived: boolean;
}

/**
 * Judges a run by a contract that it need not have been begun with, and returns what is about one of its nodes: its own cells, and those of
 * pairs and groups that it is to blame for. Throws CONFIG_INVALID where the contract is for another class or purpose, LIMIT_REFUSED.
 */
export function judgeByContract(
  given: RunMaterial,
  { quota: _, ...contract }: Contract,
  name: string,
): readonly JudgedClause[] {
  const base = withoutContract(given);
  const { inventory, metrics, profile, header } = base;
  const place = `contract ${contract.id}`;
  const claimed = inventory.nodes.find((node) => node.name === name)?.class;
  if (claimed !== contract.class)
    refuse(
      `${place}: class: expected ${claimed === undefined ? `one that ${name} claims, and it claims none` : `\`${claimed}\`, which ${name} claims`} in run ${header.id}, got \`${contract.class}\``,
    );
  checkStated(contract, { profile, inventory, limits: base.limits, metrics }, place);
  const profiles = [
    ...new Map([base.plannedProfile, ...base.ladder, profile].map((each) => [each.id, each])).values(),
  ];
  const rules = withContract(contract, { profiles, limits: base.limits, metrics, inventory });
  const ruled = (each: Profile): Profile => rules.profiles.find(({ id }) => id === each.id) ?? each;
  const material: RunMaterial = {
    ...base,
    contract,
    limits: rules.limits,
    profile: ruled(profile),
    plannedProfile: ruled(base.plannedProfile),
    ladder: base.ladder.map(ruled),
  };
  const isWaived = waivedIn(new RunDossier(material));
  const asked = new Set(contract.limits.map(({ requirement }) => requirement));
  const clauses = judge(material)
    .cells.filter(
      ({ requirement, subject, blamedOn = [] }) =>
        asked.has(requirement) && (nodeOf(subject) === name || blamedOn.includes(name)),
    )
    .map((cell): JudgedClause => ({ cell, clause: clauseOf(cell, contract), isWaived: isWaived(cell) }));
  if (header.profile !== contract.profile && clauses.every(({ cell }) => cell.verdict === 'missing'))
    refuse(
      `${place}: profile: expected \`${header.profile}\`, for which run ${header.id} measured, got \`${contract.profile}\`, of which it measured nothing`,
    );
  return clauses;
}

/** The clause of the limit that decided a cell, from 1. */
function clauseOf({ limit }: Cell, { id, limits }: Contract): number | undefined {
  const at = limits.findIndex((_, index) => limit?.id === `contract.${id}.${index + 1}`);
  return at === -1 ? undefined : at + 1;
}

/** The rules of a run as they were published: what its own contract put in their place is taken out. */
function withoutContract(material: RunMaterial): RunMaterial {
  const { contract: _, ...given } = material;
  const stated = new Set(
    given.limits
      .filter(({ evidence }) => evidence.some(({ kind }) => kind === 'contract'))
      .map(({ id }) => id),
  );
  const bare = (profile: Profile): Profile => ({
    ...profile,
    requirements: profile.requirements.map((requirement) => {
      const { rule } = requirement;
      if (rule.kind !== 'metric' || rule.limits === undefined) return requirement;
      return { ...requirement, rule: { ...rule, limits: rule.limits.filter((id) => !stated.has(id)) } };
    }),
  });
  if (stated.size === 0) return given;
  return {
    ...given,
    limits: given.limits.filter(({ id }) => !stated.has(id)),
    profile: bare(given.profile),
    plannedProfile: bare(given.plannedProfile),
    ladder: given.ladder.map(bare),
  };
}

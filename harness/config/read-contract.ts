import { Contract } from './contract.ts';
import type { Agreed } from './contract-limits.ts';
import { findRequirement, refuse, toLimit } from './contract-limits.ts';
import { suggestName } from './nearest-name.ts';
import { readConfig } from './read-config.ts';
import type { Source } from './read-yaml.ts';

/** What a contract is checked against. */
export interface ContractContext extends Agreed {
  /** The day on which it is used, `YYYY-MM-DD`. */
  readonly today: string;
}

/** Reads a contract. Throws CONFIG_INVALID, LIMIT_REFUSED for a number that cannot be meant, before any machine is touched. */
export function readContract(source: Source, context: ContractContext): Contract {
  const contract = readConfig(Contract, source);
  const { profile, inventory, today } = context;
  const classes = new Set(inventory.nodes.flatMap((node) => node.class ?? []));
  if (contract.profile !== profile.id)
    refuse(
      `${source.file}: profile: expected \`${profile.id}\`, which is judged by, got \`${contract.profile}\``,
    );
  if (!classes.has(contract.class)) {
    const known = [...classes];
    refuse(
      `${source.file}: class: expected ${known.length === 0 ? 'a class that a node of the inventory claims, and none does' : `one of the inventory's classes ${known.join(', ')}`}, got \`${contract.class}\``,
      suggestName(contract.class, known),
    );
  }
  checkStated(contract, context, source.file);
  for (const [index, { requirement, expires, subject }] of contract.waivers.entries()) {
    const place = `${source.file}: waivers[${index}]`;
    findRequirement(profile, requirement, `${place}.requirement`);
    if (expires < today)
      refuse(
        `${place}.expires: expected a day from ${today} on, got ${expires}: the waiver of \`${requirement}\` for \`${subject}\` has expired`,
        'Have it renewed by whoever gave it, or take it out.',
      );
  }
  checkQuota(contract, context, source.file);
  return contract;
}

/** Looks at each number of a contract, and that there is one for each thing. Throws CONFIG_INVALID, LIMIT_REFUSED. */
export function checkStated(contract: Contract, context: Agreed, file: string): void {
  const targets = new Set<string>();
  for (const [index, stated] of contract.limits.entries()) {
    const place = `${file}: limits[${index}]`;
    const limit = toLimit(contract, stated, index, context, place);
    const target = JSON.stringify([stated.requirement, Object.entries(limit.where).toSorted()]);
    if (targets.has(target))
      refuse(`${place}: expected one number for \`${stated.requirement}\`, got a second one`);
    targets.add(target);
  }
}

/** A quota is about a whole block, all of one class, and lets go of less than half of it. */
function checkQuota(
  { quota, class: hardware }: Contract,
  { inventory }: ContractContext,
  file: string,
): void {
  if (quota === undefined) return;
  const { nodes } = inventory;
  const stranger = nodes.find((node) => node.class !== hardware);
  if (stranger !== undefined)
    refuse(
      `${file}: quota: expected all nodes of the inventory to claim \`${hardware}\`, got ${stranger.class === undefined ? 'none' : `\`${stranger.class}\``} of \`${stranger.name}\``,
      'A quota is about a whole block: certify the others in a run of their own.',
    );
  if (quota.of !== nodes.length)
    refuse(`${file}: quota.of: expected ${nodes.length}, the nodes of the inventory, got ${quota.of}`);
  if (quota.atLeast > quota.of || 2 * quota.atLeast <= quota.of)
    refuse(
      `${file}: quota.atLeast: expected more than half of ${quota.of} and at most all, got ${quota.atLeast}`,
    );
}

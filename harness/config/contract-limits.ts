import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Limit } from '../../workloads/kit/limit.ts';
import { decides, displaces } from '../../workloads/kit/limit.ts';
import type { MetricRule } from '../../workloads/kit/requirement.ts';
import type { Unit } from '../../workloads/kit/unit.ts';
import type { Metric } from '../../workloads/kit/workload.ts';
import { candidateLimits } from './candidate-limits.ts';
import type { Contract, Stated } from './contract.ts';
import type { Inventory } from './inventory.ts';
import { suggestName } from './nearest-name.ts';
import type { Profile } from './profile.ts';

/** What a contract is laid beside: a profile as it ships, published limits, and what metrics there are. */
export interface Agreed {
  readonly profile: Profile;
  readonly inventory: Pick<Inventory, 'nodes'>;
  readonly limits: readonly Limit[];
  readonly metrics: ReadonlyMap<string, Metric>;
}

/** The same with all profiles of a run. */
interface RunRules extends Omit<Agreed, 'profile'> {
  readonly profiles: readonly Profile[];
}

/**
 * Profiles and limits as a contract has them: where it states a number for a requirement of its profile, that number decides for nodes
 * of its class, and the published ones for all others; no other purpose is judged by it. The documents stay as they ship.
 */
export function withContract(contract: Contract, given: RunRules): Pick<RunRules, 'profiles' | 'limits'> {
  const { profiles, limits } = given;
  const profile = profiles.find(({ id }) => id === contract.profile);
  if (profile === undefined) return { profiles, limits };
  const stated = contract.limits.map((each, index) => ({
    requirement: each.requirement,
    limit: toLimit(contract, each, index, { ...given, profile }, `contract ${contract.id}: limits[${index}]`),
  }));
  return {
    limits: [...limits, ...stated.map(({ limit }) => limit)],
    profiles: profiles.map((each) => ({
      ...each,
      requirements: each.requirements.map((requirement) => {
        const { rule } = requirement;
        if (rule.kind !== 'metric' || !stated.some(({ limit }) => limit.metric === rule.metric))
          return requirement;
        const own = each === profile ? stated.filter((one) => one.requirement === requirement.id) : [];
        const ids = [
          ...own.map(({ limit }) => limit.id),
          ...candidateLimits(rule, limits).map(({ id }) => id),
        ];
        return { ...requirement, rule: { ...rule, limits: ids } };
      }),
    })),
  };
}

/** A published limit whose place a weaker number of a contract has taken. */
export interface Deviation {
  readonly requirement: string;
  readonly title: string;
  readonly stated: Limit;
  readonly published: Limit;
}

/** Where a contract asks for less than what is published for its class or for any machine: named on page one of every report. */
export function deviationsOf(contract: Contract, context: Agreed): readonly Deviation[] {
  return contract.limits.flatMap((stated, index) => {
    const { title, rule } = findMeasured(context.profile, stated.requirement, 'contract');
    const limit = toLimit(contract, stated, index, context, 'contract');
    return publishedFor(rule, contract, context)
      .filter((each) => decides(each) && isWeaker(limit, each))
      .map((published) => ({ requirement: stated.requirement, title, stated: limit, published }));
  });
}

/** One that asks for more stands beside what is stated; only what is asked no more is a deviation. */
const isWeaker = (stated: Limit, published: Limit): boolean =>
  displaces(stated, published) &&
  (stated.comparator === 'atLeast' ? stated.value < published.value : stated.value > published.value);

/** What is published for the class, for the models that its nodes are claimed to have, and for any machine. */
function publishedFor(
  { statedBy: _, ...rule }: MetricRule,
  contract: Contract,
  { inventory, limits }: Agreed,
): readonly Limit[] {
  const models = modelsOf(inventory, contract.class);
  return candidateLimits(rule, limits).filter(
    ({ hardware, evidence }) =>
      (hardware.models === undefined
        ? hardware.class === contract.class || hardware.class === 'any'
        : hardware.models.some((model) => models.has(model.trim().toLowerCase()))) &&
      evidence.every(({ kind }) => kind !== 'contract'),
  );
}

/** Models, in small letters, of the parts that nodes of a class are claimed to have. */
const modelsOf = ({ nodes }: Pick<Inventory, 'nodes'>, hardware: string): ReadonlySet<string> =>
  new Set(
    nodes
      .filter((node) => node.class === hardware)
      .flatMap(({ claims }) => Object.entries(claims))
      .flatMap(([path, value]) => (path.endsWith('.model') ? [String(value).trim().toLowerCase()] : [])),
  );

/** Beyond this, a number beside a published one is of another unit: eight is the bits of a byte. */
const unitSlip = 8;

export function toLimit(
  contract: Contract,
  stated: Stated,
  index: number,
  agreed: Agreed,
  place: string,
): Limit {
  const { profile, metrics } = agreed;
  const { rule } = findMeasured(profile, stated.requirement, `${place}.requirement`);
  const metric = metrics.get(rule.metric);
  if (metric === undefined)
    return refuse(
      `${place}: expected a metric that is known, got \`${rule.metric}\``,
      undefined,
      'LIMIT_REFUSED',
    );
  const beside = publishedFor(rule, contract, agreed);
  // What has to be 0 is not bargained for by a number, and growth is not held against a number for what stands there.
  if (
    metric.correctness === true ||
    metric.domain === 'count' ||
    beside.some(({ comparator, statistic }) => comparator === 'equal' || statistic !== undefined)
  )
    return refuse(
      `${place}.requirement: expected a speed or another amount, got \`${stated.requirement}\`, which is counted`,
      'Let go of it by a waiver, which names the machine, the reason and who says so.',
      'LIMIT_REFUSED',
    );
  const comparator = metric.better === 'higher' ? 'atLeast' : 'atMost';
  const text = stated[comparator];
  if (text === undefined)
    return refuse(
      `${place}: expected \`${comparator}\`, since ${metric.better} is better, got the other`,
      undefined,
      'LIMIT_REFUSED',
    );
  const value = readAmount(text, metric, `${place}.${comparator}`);
  const other = Object.entries(stated.where ?? {}).find(
    ([key, each]) => (rule.where?.[key] ?? each) !== each,
  );
  if (other !== undefined)
    refuse(
      `${place}.where.${other[0]}: expected ${String(rule.where?.[other[0]])}, which \`${stated.requirement}\` is about, got ${String(other[1])}`,
    );
  const where = { ...rule.where, ...stated.where };
  const best = metric.bound?.best(where) ?? 0;
  const isKnown = best > 0 && Number.isFinite(best);
  const ceiling = Math.min(
    ...beside.flatMap((limit) => (metric.better === 'higher' ? (limit.ceiling ?? []) : [])),
    metric.better === 'higher' && isKnown ? best : Infinity,
  );
  const bounded = metric.better === 'higher' ? `at most ${ceiling}` : `at least ${best}`;
  const isOfPhysics = isKnown && (metric.better === 'lower' || ceiling === best);
  if (metric.better === 'higher' ? value > ceiling : isKnown && value < best)
    refuse(
      `${place}.${comparator}: expected ${bounded} ${metric.unit}, ${(isOfPhysics ? metric.bound?.why : undefined) ?? 'the most that is published for such a part'}, got ${value}`,
      'No machine can give this: look at the unit.',
      'LIMIT_REFUSED',
    );
  const published = beside.find(
    (limit) =>
      limit.comparator === comparator &&
      limit.value > 0 &&
      value > 0 &&
      Math.max(limit.value / value, value / limit.value) >= unitSlip,
  );
  if (published !== undefined)
    refuse(
      `${place}.${comparator}: expected a number of the size of the published ${published.value} ${published.unit} (${published.id}), got ${value}`,
      'A factor of eight or more is another unit (bits for bytes, GB for MB), not another demand.',
      'LIMIT_REFUSED',
    );
  return {
    id: `contract.${contract.id}.${index + 1}`,
    metric: rule.metric,
    where,
    // What the published limits for the class ask a sample to prove, a contract's asks as well.
    proof: Object.assign({}, ...beside.map(({ proof }) => proof)) as Limit['proof'],
    comparator,
    value,
    unit: metric.unit,
    ...(Number.isFinite(ceiling) ? { ceiling } : {}),
    hardware: { class: contract.class },
    rule: `${contract.by} states it for ${contract.class}.`,
    evidence: [
      {
        title: contract.title,
        locator: `limits[${index}]`,
        retrieved: contract.date,
        kind: 'contract',
        says: stated.says,
      },
    ],
  };
}

export function findRequirement(profile: Profile, id: string, place: string) {
  const found = profile.requirements.find((each) => each.id === id);
  if (found === undefined) {
    const ids = profile.requirements.map((each) => each.id);
    return refuse(`${place}: expected a requirement of ${profile.id}, got \`${id}\``, suggestName(id, ids));
  }
  return found;
}

/** A requirement that a number can be stated for. */
function findMeasured(profile: Profile, id: string, place: string) {
  const { title, rule } = findRequirement(profile, id, place);
  return rule.kind === 'metric'
    ? { title, rule }
    : refuse(`${place}: expected a requirement on a metric, got \`${id}\`, which is a rule on ${rule.kind}`);
}

/** Powers of ten: a number times 1e-6 is not always the number that was meant. */
const prefixes: Readonly<Record<string, number>> = { k: 3, M: 6, G: 9, T: 12, P: 15, m: -3, u: -6, µ: -6 };

/** A text such as `2.9 TB/s` in the unit of a metric. Bits for bytes, and GiB for GB, are refused and not converted. */
function readAmount(text: string, { unit }: { readonly unit: Unit }, place: string): number {
  const [number = '', written = ''] = text.split(' ');
  const plain = unit === 'ratio' || unit === 'count' ? '' : unit;
  const power = written === plain || written === unit ? 0 : prefixes[written.charAt(0)];
  if (power === undefined || (power !== 0 && written.slice(1) !== unit))
    return refuse(
      `${place}: expected a number of ${unit}, with a decimal prefix or none, got \`${text}\``,
      `Write it as in \`${number} ${unit}\`; bits are not bytes, and GiB is not GB.`,
      'LIMIT_REFUSED',
    );
  return Number(`${number}e${power}`);
}

export function refuse(
  message: string,
  hint = 'Correct the contract.',
  code: 'CONFIG_INVALID' | 'LIMIT_REFUSED' = 'CONFIG_INVALID',
): never {
  throw new AssayError(code, message, { hint });
}

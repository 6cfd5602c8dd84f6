import type { Held } from '../../reports/verdict/imported.ts';
import type { Limit } from '../../workloads/kit/limit.ts';
import { decides } from '../../workloads/kit/limit.ts';
import type { Dimensions } from '../../workloads/kit/sample.ts';
import { holds } from '../judge/decide.ts';
import { selectForModel } from '../judge/samples/select-limits.ts';

/** What a sample has to be held against. */
interface Sample {
  readonly metric: string;
  readonly value: number;
  readonly dimensions: Dimensions;
  readonly invalid?: string | undefined;
  /** It counts wrong results, and there are some: wrong is wrong whatever the log says of the rest. */
  readonly isWrong?: boolean | undefined;
}

/**
 * How an imported sample stands against the published limits of a class or a part: the first that it misses, else the first that it
 * reaches. A limit that asks for what the log does not say (an algorithm, a transport) does not count for it, and is named.
 */
export function holdAgainstLimits(
  { metric, value, dimensions, invalid, isWrong = false }: Sample,
  all: readonly Limit[],
  hardware: { readonly class?: string | undefined; readonly model?: string | undefined },
): Held {
  const not = (why: string): Held => ({ outcome: 'not-judged', why });
  if (invalid !== undefined) return not(invalid);
  const selected = selectForModel(
    all.filter((limit) => limit.metric === metric && limit.statistic === undefined && decides(limit)),
    hardware.model,
    hardware.class,
  );
  const limits = isWrong
    ? selected.map((limit) => ({ ...limit, where: {}, proof: {} }))
    : selected.filter(({ where, proof }) => isAbout({ ...where, ...proof }, dimensions));
  if (limits.length === 0) return not('no published limit of this hardware is about it');
  const whole = limits.filter(
    ({ where, proof }) => unsaidOf({ ...where, ...proof }, dimensions).length === 0,
  );
  const [first] = limits;
  if (whole.length === 0 && first !== undefined)
    return not(
      `the log does not say ${unsaidOf({ ...first.where, ...first.proof }, dimensions).join(', ')}, which ${first.id} asks for`,
    );
  const missed = whole.find((limit) => !holds(value, limit));
  const limit = missed ?? whole[0];
  if (limit === undefined) return not('no published limit of this hardware is about it');
  return {
    outcome: missed === undefined ? 'reaches' : 'misses',
    limit: limit.id,
    comparator: limit.comparator,
    value: limit.value,
    source: limit.evidence.map(({ title, locator }) => `${title}, ${locator}`).join('; '),
  };
}

/** Whether nothing that is said is another thing than what is asked for. */
const isAbout = (asked: Dimensions, said: Dimensions): boolean =>
  Object.entries(asked).every(([key, value]) => said[key] === undefined || said[key] === value);

const unsaidOf = (asked: Dimensions, said: Dimensions): readonly string[] =>
  Object.keys(asked).filter((key) => said[key] === undefined);

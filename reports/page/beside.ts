import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import type { Content, Section } from './content.ts';
import { paragraph } from './content.ts';
import { drawCurves } from './draw-curves.ts';
import { drawPairs } from './draw-pairs.ts';
import type { Figure } from './draw-strip.ts';
import { drawStrip } from './draw-strip.ts';
import type { MetricGroup } from './metric-groups.ts';
import { limitsOf, metricGroups, missesIn } from './metric-groups.ts';
import { standingOut } from './standing-out.ts';
import type { Sweep } from './sweeps.ts';
import { findSweeps, stepsLeftOut } from './sweeps.ts';

/** More pictures than that are folded. */
const mostOpen = 12;

/** All nodes of a block beside each other: each metric, each pair, each size, and who stands out. Nothing here decides. */
export function besideSection(lookup: VerdictLookup): Section {
  const { verdict, pages } = lookup;
  const held = limitsOf(lookup);
  const groups = withoutTwins(metricGroups(lookup).filter(isDrawable));
  const sweeps = findSweeps(groups);
  const isHeld = ({ members }: MetricGroup): boolean => members.some((it) => held(it).length > 0);
  const leftOut = new Set(stepsLeftOut(sweeps, isHeld));
  const told = groups.filter((group) => !leftOut.has(group));
  const strips = told
    .flatMap((group) => drawStrip({ limitsOf: held, pages }, group) ?? [])
    .toSorted((left, right) => right.misses - left.misses || right.apart - left.apart);
  const pairs = told
    .filter(({ kind, first }) => kind === 'Pairs' && first.better === 'higher')
    .flatMap(
      (group) =>
        drawPairs(
          {
            nodes: verdict.block?.nodes ?? [],
            misses: missesIn(group, held),
            pages,
          },
          group,
        ) ?? [],
    );
  const figures = strips.map(({ figure }) => figure);
  const curves = curvesOf(sweeps, isHeld);
  const content: readonly Content[] = [
    ...standingOut(told, lookup),
    ...figuresOf([...pairs.map(({ figure }) => figure), ...curves]),
    ...pairs.map(({ list }) => list),
    ...figuresOf(figures.slice(0, mostOpen)),
    ...(figures.length > mostOpen
      ? [
          {
            kind: 'fold' as const,
            depth: 'page' as const,
            summary: `${figures.length - mostOpen} more metrics`,
            content: figuresOf(figures.slice(mostOpen)),
          },
        ]
      : []),
  ];
  return {
    id: 'beside',
    title: 'Beside each other',
    note: 'A dot is the median of one node, device or pair (of so many that they would not fit, of several); the short stroke is the median of all, the dashed line the limit. A number names who misses the limit (✖), or lies more than three interquartile ranges beyond the quartiles (◇). This shows where to look; limits alone decide.',
    content:
      content.length > 0
        ? content
        : [paragraph('Nothing was measured that differs from one to the other.', 'page')],
  };
}

/** Counts of mistakes are cells; numbers that no machine reaches have no place on an axis, and stand in the table alone. */
const isDrawable = ({ first, members }: MetricGroup): boolean =>
  !first.correctness && members.every(({ min, max }) => Math.max(Math.abs(min), Math.abs(max)) < 1e100);

const figuresOf = (items: readonly Figure[]): readonly Content[] =>
  items.length === 0 ? [] : [{ kind: 'figures', depth: 'page', items }];

/** What grows with a size: of the metrics of a tool in one unit those that somebody holds to a limit, where there are any. */
function curvesOf(sweeps: readonly Sweep[], isHeld: (group: MetricGroup) => boolean): readonly Figure[] {
  const growing = sweeps.filter(({ steps: [step] }) => step?.group.first.better === 'higher');
  const held = new Map<string, boolean>();
  for (const sweep of growing) {
    const [curve, tool] = [curveOf(sweep), toolAndUnit(sweep)];
    const isSo = sweep.steps.some(({ group }) => isHeld(group));
    for (const key of [curve, tool]) held.set(key, isSo || held.get(key) === true);
  }
  const drawn = growing.filter(
    (sweep) => held.get(curveOf(sweep)) === true || held.get(toolAndUnit(sweep)) !== true,
  );
  return [...Map.groupBy(drawn, curveOf).values()].flatMap((those) => drawCurves(those) ?? []);
}

const toolAndUnit = ({ steps: [step] }: Sweep): string =>
  JSON.stringify([step?.group.first.tool, step?.group.first.unit]);

const curveOf = ({ steps: [step] }: Sweep): string => {
  const { metric, title, unit, tool, origin } = step?.group.first ?? {};
  return JSON.stringify([metric, title, unit, tool, origin]);
};

/** Two metrics of a tool that say the same of a pair, number for number, are drawn once, as the later of them. */
function withoutTwins(groups: readonly MetricGroup[]): readonly MetricGroup[] {
  const last = new Map<string, MetricGroup>();
  const key = ({ kind, first, members }: MetricGroup): string =>
    JSON.stringify([kind, first.unit, first.tool, first.dimensions, members.map(({ median }) => median)]);
  const keys = new Map(groups.map((group) => [group, key(group)]));
  for (const group of groups) last.set(keys.get(group) ?? '', group);
  return groups.filter((group) => last.get(keys.get(group) ?? '') === group);
}

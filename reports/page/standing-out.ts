import { nodeOf } from '../../workloads/kit/subject.ts';
import type { Measurement } from '../verdict/measurement.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { formatQuantity } from '../verdict/words/format-quantity.ts';
import { formatRange } from '../verdict/words/format-range.ts';
import { middleOf } from './block-shown.ts';
import type { Content, Row, Span } from './content.ts';
import { nodeName, noted, number, plain } from './content.ts';
import { percentText } from './draw-pairs.ts';
import type { MetricGroup } from './metric-groups.ts';

/** So many of each are listed. */
const mostListed = 5;
/** Of fewer runs there is no spread to speak of. */
const fewestRuns = 3;

interface Seen {
  readonly node: string;
  readonly it: Measurement;
  readonly note: string;
  /** How good, beside the median of all: 0.9 is a tenth worse. */
  readonly share: number;
  /** From the lowest run to the highest, as a share of the median. */
  readonly spread: number | undefined;
}

/** The nodes that are furthest behind the median of all in some metric, and those whose own runs differ most. */
export function standingOut(groups: readonly MetricGroup[], lookup: VerdictLookup): readonly Content[] {
  const seen = groups.flatMap(seenIn);
  const slowest = ofEachNode(seen, (each) => each.share)
    .filter(({ share }) => share < 1)
    .slice(0, mostListed);
  const varying = ofEachNode(
    seen.filter(({ spread }) => spread !== undefined),
    ({ spread = 0 }) => -spread,
  )
    .filter(({ spread = 0 }) => spread > 0)
    .slice(0, mostListed);
  if (slowest.length + varying.length === 0) return [];
  return [
    {
      kind: 'table',
      depth: 'page',
      label: 'Nodes that stand out',
      columns: [
        plain('Node'),
        { title: 'Which', role: 'group' },
        plain('Metric'),
        number('Value'),
        number('Share of the median'),
      ],
      rows: [
        ...slowest.map((each) =>
          rowOf(nodeName(lookup, each.node), each, 'Furthest behind the median of all', [
            formatQuantity(each.it.median, each.it.unit),
            percentText(each.share),
          ]),
        ),
        ...varying.map((each) =>
          rowOf(nodeName(lookup, each.node), each, 'Most varying, from the lowest run to the highest', [
            formatRange(each.it.min, each.it.max, each.it.unit),
            percentText(each.spread ?? 0),
          ]),
        ),
      ],
    },
  ];
}

const rowOf = (name: Span, { it, note }: Seen, group: string, figures: readonly [string, string]): Row => ({
  cells: [[name], group, noted(it.title, note), ...figures],
});

function seenIn({ members, note }: MetricGroup): readonly Seen[] {
  const usable = members.filter(({ invalid, median }) => invalid === undefined && median > 0);
  const all = middleOf(usable.map(({ median }) => median));
  return usable.flatMap((it) => {
    const node = nodeOf(it.subject);
    if (it.correctness || node === undefined || usable.length < 2) return [];
    const share = it.better === 'higher' ? it.median / all : all / it.median;
    const spread = it.n < fewestRuns ? undefined : (it.max - it.min) / it.median;
    return [{ node, it, note, share, spread }];
  });
}

/** What is lowest of each node, the lowest node first. */
function ofEachNode(seen: readonly Seen[], keyOf: (each: Seen) => number): readonly Seen[] {
  const best = new Map<string, Seen>();
  for (const each of seen) {
    const known = best.get(each.node);
    if (known === undefined || keyOf(each) < keyOf(known)) best.set(each.node, each);
  }
  return [...best.values()].sort((left, right) => keyOf(left) - keyOf(right));
}

import type { Unit } from '../../workloads/kit/unit.ts';
import { formatCount } from '../verdict/words/format-count.ts';
import { formatDimensions } from '../verdict/words/format-dimensions.ts';
import { middleOf } from './block-shown.ts';
import type { Figure } from './draw-strip.ts';
import type { MetricGroup } from './metric-groups.ts';
import type { Curves } from './pictures.ts';
import type { Sweep } from './sweeps.ts';

/** More lines than that nobody tells apart. */
const mostSeries = 4;

/** Sweeps of one metric in one picture: what pairs reach and what all together, from the smallest size to the largest. */
export function drawCurves(sweeps: readonly Sweep[]): Figure | undefined {
  const [first] = sweeps[0]?.steps ?? [];
  if (first === undefined) return undefined;
  const drawn = sweeps.slice(0, mostSeries);
  const { title, unit, tool } = first.group.first;
  const sizes = [...new Set(drawn.flatMap(({ steps }) => steps.map(({ size }) => size)))].sort(
    (a, b) => a - b,
  );
  const dimension = sweeps[0]?.dimension ?? '';
  const series = drawn.flatMap((sweep) => seriesOf(sweep, sizes));
  if (series.length === 0) return undefined;
  return {
    title: `${title} by ${dimension === 'bytes' ? 'message size' : dimension}`,
    note: tool,
    picture: {
      kind: 'curves',
      label: `${title} over ${sizes.length} sizes: ${series.map(({ name }) => name).join(', ')}`,
      unit: unit satisfies Unit,
      sizes: sizes.map((size) => ({
        size,
        text: formatDimensions({ [dimension]: size }).replace(/^\S+ (?=\d)/, ''),
      })),
      series,
    },
    below: [
      [
        {
          kind: 'note',
          text: `Both axes are logarithmic; a line is the median, what is shaded lies between the lowest and the highest of all. The numbers stand under Measured.${sweeps.length > drawn.length ? ` ${sweeps.length - drawn.length} more are not drawn.` : ''}`,
        },
      ],
    ],
  };
}

function seriesOf({ steps }: Sweep, sizes: readonly number[]): Curves['series'] {
  const points = sizes.map((size) => {
    const valid = steps
      .find((step) => step.size === size)
      ?.group.members.filter(({ invalid, median }) => invalid === undefined && median > 0);
    if (valid === undefined || valid.length === 0) return undefined;
    const medians = valid.map(({ median }) => median).sort((a, b) => a - b);
    return { line: middleOf(medians), range: [medians[0] ?? 0, medians.at(-1) ?? 0] as const };
  });
  const [first] = steps;
  if (first === undefined || points.every((point) => point === undefined)) return [];
  const many = first.group.members.length > 1;
  return [
    {
      name: nameOfSeries(first.group),
      line: points.map((point) => point?.line),
      range: many ? points.map((point) => point?.range) : undefined,
    },
  ];
}

/** `42 pairs`, `n[0001-0029]`. */
function nameOfSeries({ kind, first, members }: MetricGroup): string {
  if (members.length === 1 && first.subject.kind === 'group') return first.subject.name;
  const words = { Nodes: 'node', Devices: 'device', Pairs: 'pair', Groups: 'group' } as const;
  return formatCount(members.length, words[kind]);
}

import { nameOf } from '../../workloads/kit/subject.ts';
import type { Measurement } from '../verdict/measurement.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { formatDimensions } from '../verdict/words/format-dimensions.ts';
import { formatQuantity } from '../verdict/words/format-quantity.ts';
import { formatRange } from '../verdict/words/format-range.ts';
import { say } from '../verdict/words/say.ts';
import type { Depth, Row, Section, Table, TableCell } from './content.ts';
import { figure, noted, number, paragraph, plain } from './content.ts';
import { limitsOf, metricGroups, tellingOf, toolOf } from './metric-groups.ts';
import { findSweeps, stepsLeftOut } from './sweeps.ts';

const runsNote =
  'Every dot is one run in a fresh process; the axis starts at 0 and ends at the highest run, the stroke is the median.';
const intervalNote =
  'An interval says where the median of runs like these lies, with the confidence beside it. Both ends are runs (order statistics): no distribution is assumed, but the runs have to be independent. Fewer than six runs give no interval: how sure their median is, is not known.';

/** Fewer rows than that are not worth a fold. */
const fewestFolded = 4;

/**
 * Every metric that was measured, usable or not. What says the same again is folded: sizes of a sweep that no limit is about, and
 * checks of results that found nothing.
 */
export function measurementsSection(lookup: VerdictLookup): Section {
  const { measurements } = lookup.verdict;
  const telling = tellingOf(lookup);
  const tableOf = (those: readonly Measurement[], depth: Depth): Table => ({
    kind: 'table',
    depth,
    label: 'Measurements',
    columns: [
      plain('Metric'),
      { title: 'Subject', role: 'group' },
      { title: 'Tool', role: 'word' },
      number('n'),
      number('Median'),
      number('Min – max'),
      { title: 'Runs, from 0', depth: 'page' },
    ],
    rows: those.map((it) => measurementRow(it, formatDimensions(telling(it)))),
  });
  const folded = new Set(foldedOf(lookup));
  const isFolded = folded.size >= fewestFolded;
  const shown = measurements.filter((it) => !isFolded || !folded.has(it));
  return {
    id: 'measurements',
    title: 'Measured',
    note: measurements.some((it) => intervalOf(it) !== undefined) ? `${runsNote} ${intervalNote}` : runsNote,
    content:
      measurements.length === 0
        ? [paragraph('Nothing was measured.')]
        : [
            tableOf(shown, 'glance'),
            ...(isFolded
              ? [
                  {
                    kind: 'fold' as const,
                    depth: 'ticket' as const,
                    summary: `${folded.size} more: other sizes of the same, and checks in which nothing was wrong`,
                    content: [tableOf([...folded], 'ticket')],
                  },
                ]
              : []),
          ],
  };
}

function foldedOf(lookup: VerdictLookup): readonly Measurement[] {
  const held = limitsOf(lookup);
  const groups = metricGroups(lookup);
  const steps = new Set(
    stepsLeftOut(findSweeps(groups), ({ members }) => members.some((it) => held(it).length > 0)),
  );
  const others = new Set(groups.filter((group) => steps.has(group)).flatMap(({ members }) => members));
  return lookup.verdict.measurements.filter(
    (it) => it.invalid === undefined && (isQuiet(it) || (others.has(it) && !it.correctness)),
  );
}

/** Right results are cells of the verdict; at a glance only wrong or unusable checks are worth a line. */
const isQuiet = ({ correctness, max, invalid }: Measurement): boolean =>
  correctness && max === 0 && invalid === undefined;

function measurementRow(it: Measurement, telling: string): Row {
  const lower = it.better === 'lower' && !it.correctness ? 'lower is better' : '';
  const remarks = [
    it.origin === 'embedded' ? 'indicative: measured by Assay itself, satisfies no required cell' : '',
    it.invalid === undefined ? '' : `⊘ invalid: ${say(it.invalid)}`,
  ].filter((text) => text !== '');
  return {
    depth: isQuiet(it) ? 'ticket' : 'glance',
    ...(remarks.length === 0 ? {} : { remark: remarks.join('; ') }),
    cells: [
      {
        kind: 'noted',
        text: it.title,
        note: [telling, lower].filter((text) => text !== '').join(' · '),
        more: { summary: 'all dimensions', text: formatDimensions(it.dimensions) },
      },
      [{ kind: 'name', text: nameOf(it.subject) }],
      toolOf(it),
      it.planned === undefined ? String(it.n) : `${it.n} (${it.planned.done} of ${it.planned.of} runs)`,
      medianOf(it),
      it.n === 1 ? '–' : formatRange(it.min, it.max, it.unit),
      { kind: 'strip', measurement: it },
    ],
  };
}

/** Of wrong results every run counts and not the median; of numbers that cannot be used nothing is sure. */
const intervalOf = ({ correctness, invalid, interval }: Measurement): Measurement['interval'] =>
  correctness || invalid !== undefined ? undefined : interval;

/** Below it the interval with the confidence that it really has: rounded down, so that no more is claimed. */
function medianOf(it: Measurement): TableCell {
  const median = formatQuantity(it.median, it.unit);
  const interval = intervalOf(it);
  if (interval === undefined) return median;
  const { lower, upper, confidence } = interval;
  return noted(median, [
    figure(`${Math.floor(confidence * 100)} % interval`),
    ' ',
    figure(formatRange(lower, upper, it.unit)),
  ]);
}

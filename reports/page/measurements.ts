import { nameOf } from '../../workloads/kit/subject.ts';
import type { Measurement } from '../verdict/measurement.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { formatDimensions } from '../verdict/words/format-dimensions.ts';
import { formatQuantity } from '../verdict/words/format-quantity.ts';
import { formatRange } from '../verdict/words/format-range.ts';
import { say } from '../verdict/words/say.ts';
import { createTelling } from '../verdict/words/telling-dimensions.ts';
import type { Row, Section } from './content.ts';
import { number, paragraph, plain } from './content.ts';

/** Every metric that was measured, usable or not. */
export function measurementsSection({ verdict: { measurements } }: VerdictLookup): Section {
  const telling = createTelling(measurements);
  return {
    id: 'measurements',
    title: 'Measured',
    note: 'Every dot is one run in a fresh process; the axis starts at 0 and ends at the highest run, the stroke is the median.',
    content:
      measurements.length === 0
        ? [paragraph('Nothing was measured.')]
        : [
            {
              kind: 'table',
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
              rows: measurements.map((it) => measurementRow(it, formatDimensions(telling(it)))),
            },
          ],
  };
}

function measurementRow(it: Measurement, telling: string): Row {
  // Right results are cells of the verdict; at a glance only wrong or unusable checks are worth a line.
  const isQuiet = it.correctness && it.max === 0 && it.invalid === undefined;
  const lower = it.better === 'lower' && !it.correctness ? 'lower is better' : '';
  const remarks = [
    it.origin === 'embedded' ? 'indicative: measured by Assay itself, satisfies no required cell' : '',
    it.invalid === undefined ? '' : `⊘ invalid: ${say(it.invalid)}`,
  ].filter((text) => text !== '');
  return {
    depth: isQuiet ? 'ticket' : 'glance',
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
      formatQuantity(it.median, it.unit),
      it.n === 1 ? '–' : formatRange(it.min, it.max, it.unit),
      { kind: 'strip', measurement: it },
    ],
  };
}

export const toolOf = ({ tool, toolVersion = '', origin }: Measurement): string =>
  `${tool} ${toolVersion}`.trim() + (origin === 'imported' ? ', imported' : '');

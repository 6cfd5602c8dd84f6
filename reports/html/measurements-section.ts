import { formatDimensions } from '../verdict/words/format-dimensions.ts';
import { formatQuantity } from '../verdict/words/format-quantity.ts';
import { formatRange } from '../verdict/words/format-range.ts';
import { tellingDimensions } from '../verdict/words/telling-dimensions.ts';
import type { Measurement, Verdict } from '../verdict/verdict.ts';
import { figure } from './figure.ts';
import type { SafeHtml } from '../writers/html/html.ts';
import { html } from '../writers/html/html.ts';
import { cellWord } from './marks.ts';
import { sampleStrip } from './sample-strip.ts';
import { section } from './section.ts';
import { table } from './table.ts';

/** Every metric that was measured, usable or not. */
export function measurementsSection({ measurements }: Pick<Verdict, 'measurements'>): SafeHtml {
  const body =
    measurements.length === 0 ? html`<p>Nothing was measured.</p>` : measurementTable(measurements);
  return section('measurements', 'Measured', note, body);
}

/** What pairs and groups of a block measured; single nodes have it in their own reports. */
export function groupMeasurementsSection({ measurements, nodes }: Verdict): SafeHtml {
  const ids = new Set(nodes.map(({ id }) => id));
  const ofGroups = measurements.filter(({ subject }) => !ids.has(subject.split('/')[0] ?? ''));
  if (ofGroups.length === 0) return html``;
  const measured = measurementTable(ofGroups);
  const body =
    ofGroups.length > mostRows
      ? html`<details><summary>${ofGroups.length} measurements of pairs and groups</summary>${measured}</details>`
      : measured;
  return section('measurements', 'Measured across nodes', note, body);
}

/** More rows than this are folded. */
const mostRows = 6;
const note =
  'Every dot is one run in a fresh process; the axis starts at 0 and ends at the highest run, the stroke is the median.';

const measurementTable = (measurements: readonly Measurement[]): SafeHtml =>
  table({
    label: 'Measurements',
    columns: [
      { title: 'Metric', width: 'wide' },
      { title: 'Tool' },
      { title: 'n', isNumber: true },
      { title: 'Median', isNumber: true },
      { title: 'Min – max', isNumber: true },
      { title: 'Runs, from 0' },
    ],
    rows: measurements.map((it) => measurementRow(it, measurements)),
  });

function measurementRow(it: Measurement, all: readonly Measurement[]): readonly SafeHtml[] {
  const dimensions = formatDimensions(tellingDimensions(it, all));
  return [
    html`${it.title}${it.origin === 'embedded' ? html` <em class="tag">indicative</em>` : undefined}
<small>${dimensions === '' ? undefined : html`${dimensions}<br>`}<bdi>${it.subject}</bdi>${it.better === 'lower' ? ' · lower is better' : ''}</small>${
      it.invalid === undefined
        ? undefined
        : html`<small class="remark">${cellWord('invalid')} ${it.invalid}</small>`
    }<details><summary>all dimensions</summary><small>${formatDimensions(it.dimensions)}</small></details>`,
    html`${it.tool}<small>${it.toolVersion ?? 'version unknown'}${it.origin === 'imported' ? ', imported' : ''}</small>`,
    html`${it.n}`,
    figure(formatQuantity(it.median, it.unit)),
    figure(it.n === 1 ? '–' : formatRange(it.min, it.max, it.unit)),
    sampleStrip(it),
  ];
}

import { formatDimensions } from '../format/format-dimensions.ts';
import { formatQuantity } from '../format/format-quantity.ts';
import { formatRange } from '../format/format-range.ts';
import { tellingDimensions } from '../format/telling-dimensions.ts';
import type { Measurement, Verdict } from '../schema/verdict.ts';
import { figure } from './figure.ts';
import type { SafeHtml } from './html.ts';
import { html } from './html.ts';
import { cellWord } from './marks.ts';
import { sampleStrip } from './sample-strip.ts';
import { section } from './section.ts';
import { table } from './table.ts';

/** Every metric that was measured, usable or not. */
export function measurementsSection({ measurements }: Verdict): SafeHtml {
  const body =
    measurements.length === 0
      ? html`<p>Nothing was measured.</p>`
      : table({
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
  return section(
    'measurements',
    'Measured',
    'Every dot is one run in a fresh process; the axis starts at 0 and ends at the highest run, the stroke is the median.',
    body,
  );
}

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

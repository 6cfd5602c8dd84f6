import { formatQuantity } from '../verdict/words/format-quantity.ts';
import type { Measurement } from '../verdict/verdict.ts';
import type { SafeHtml } from '../writers/html/html.ts';
import { html } from '../writers/html/html.ts';

const width = 120;
const height = 14;
const inset = 4;

/**
 * The samples of a measurement as dots on an axis that starts at 0, so that a small spread looks small. Negative
 * values extend the axis to the left; the ends of the axis are in its label.
 */
export function sampleStrip(measurement: Measurement): SafeHtml {
  const from = Math.min(0, measurement.min);
  const to = Math.max(0, measurement.max);
  const place = (value: number): string =>
    (inset + (to === from ? 0 : (value - from) / (to - from)) * (width - 2 * inset)).toFixed(1);
  const text = `${measurement.samples.length} samples on an axis from ${formatQuantity(from, measurement.unit)} to ${formatQuantity(to, measurement.unit)}`;
  return html`<svg class="strip" role="img" aria-label="${text}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"><title>${text}</title><path d="M${place(from)} 7H${place(to)}M${place(0)} 3V11" class="axis"/>${measurement.samples.map(
    ({ value }) => html`<circle cx="${place(value)}" cy="7" r="2.6" class="dot"/>`,
  )}<path d="M${place(measurement.median)} 2V12" class="median"/></svg>`;
}

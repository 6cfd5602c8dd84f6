import type { Drawing, Forest, Slope } from '../../page/pictures.ts';
import { cutText } from '../../text/cut-text.ts';
import type { SafeHtml } from './html.ts';
import { html } from './html.ts';
import { renderCurves } from './render-curves.ts';
import { renderMatrix } from './render-matrix.ts';
import { renderNightLine } from './render-night-line.ts';
import { renderStrip } from './render-strip.ts';

/**
 * A picture as SVG of ours: classes and no colours, so that the style sheet of the page has it light, dark and in print; a title that is
 * read out; no script, no style of its own (docs/architecture.md has why no package draws it).
 */
export function renderPicture(picture: Drawing): SafeHtml {
  switch (picture.kind) {
    case 'forest':
      return renderForest(picture);
    case 'slope':
      return renderSlope(picture);
    case 'strip':
      return renderStrip(picture);
    case 'matrix':
      return renderMatrix(picture);
    case 'curves':
      return renderCurves(picture);
    case 'nights':
      return renderNightLine(picture);
  }
}

const width = 700;
const nameWidth = 270;
const rowHeight = 20;

const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;

/** About as many ticks as the eye reads, at round shares. */
function ticksOf(from: number, to: number): readonly number[] {
  const step = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10].find((each) => (to - from) / each <= 6) ?? to;
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, at) => (first + at) * step);
}

function renderForest({ label, floor, rows }: Forest): SafeHtml {
  // An interval that no axis holds ends at the edge, with its numbers in the table.
  const clamp = (value: number): number => Math.min(Math.max(value, 0), 3);
  const all = [1, ...(floor === undefined ? [] : [floor]), ...rows.flatMap((row) => [row.lower, row.upper])];
  const [low, high] = [Math.min(...all.map(clamp)), Math.max(...all.map(clamp))];
  const pad = Math.max((high - low) * 0.05, 0.01);
  const [from, to] = [low - pad, high + pad];
  const x = (value: number): string =>
    (nameWidth + ((clamp(value) - from) / (to - from)) * (width - nameWidth - 10)).toFixed(1);
  const bottom = rows.length * rowHeight + 8;
  return html`<svg class="picture broad" role="img" aria-label="${label}" viewBox="0 0 ${width} ${bottom + 24}"><title>${label}</title>${ticksOf(
    from,
    to,
  ).map(
    (tick) =>
      html`<path class="grid" d="M${x(tick)} 4V${bottom}"/><text class="soft" x="${x(tick)}" y="${bottom + 16}" text-anchor="middle">${percent(tick)}</text>`,
  )}<path class="line" d="M${x(1)} 4V${bottom}"/>${
    floor === undefined ? undefined : html`<path class="floor" d="M${x(floor)} 4V${bottom}"/>`
  }${rows.map((row, at) => {
    const y = at * rowHeight + 16;
    return html`<text x="0" y="${y + 4}">${row.mark} ${cutText(row.name, 38)}</text><path class="line ${row.tone}" d="M${x(row.lower)} ${y}H${x(row.upper)}M${x(row.lower)} ${y - 3}V${y + 3}M${x(row.upper)} ${y - 3}V${y + 3}"/><circle class="end ${row.tone}" cx="${x(row.value)}" cy="${y}" r="3.5"/>`;
  })}</svg>
`;
}

const slopeHeight = 260;

function renderSlope({ label, ends, lines }: Slope): SafeHtml {
  const [left, right, top, bottom] = [190, width - 190, 30, slopeHeight - 14];
  const y = (share: number): number => bottom - share * (bottom - top);
  const beside = (side: 'before' | 'after', anchor: string, at: number): readonly SafeHtml[] =>
    spreadOut(
      lines.flatMap((line) => {
        const share = line[side];
        return share === undefined ? [] : [{ text: `${line.name} ${percent(share)}`, y: y(share) }];
      }),
    ).map(
      (each) => html`<text x="${at}" y="${each.y.toFixed(1)}" text-anchor="${anchor}">${each.text}</text>`,
    );
  return html`<svg class="picture broad" role="img" aria-label="${label}" viewBox="0 0 ${width} ${slopeHeight}"><title>${label}</title><path class="grid" d="M${left} ${top}V${bottom}M${right} ${top}V${bottom}"/><text class="soft" x="${left}" y="14" text-anchor="middle">${ends[0]}</text><text class="soft" x="${right}" y="14" text-anchor="middle">${ends[1]}</text>${lines.map(
    ({ before, after }) =>
      html`<path class="line" d="M${left} ${y(before ?? 0).toFixed(1)}L${right} ${y(after ?? 0).toFixed(1)}"/><circle class="end" cx="${left}" cy="${y(before ?? 0).toFixed(1)}" r="4"/><circle class="end" cx="${right}" cy="${y(after ?? 0).toFixed(1)}" r="4"/>`,
  )}${beside('before', 'end', left - 12)}${beside('after', 'start', right + 12)}</svg>
`;
}

/** Labels in their order from the top, none over another. */
function spreadOut(
  labels: readonly { readonly text: string; readonly y: number }[],
): readonly { readonly text: string; readonly y: number }[] {
  let last = Number.POSITIVE_INFINITY;
  return labels
    .toSorted((a, b) => b.y - a.y)
    .map(({ text, y }) => {
      last = Math.min(y + 4, last - 16);
      return { text, y: last };
    });
}

import { describe, expect, it } from 'vitest';
import { besideSection } from '../../../../reports/page/beside.ts';
import type { Content, Figures } from '../../../../reports/page/content.ts';
import type { Drawing } from '../../../../reports/page/pictures.ts';
import type { Cell } from '../../../../reports/verdict/cell.ts';
import type { Measurement } from '../../../../reports/verdict/measurement.ts';
import type { Verdict } from '../../../../reports/verdict/verdict.ts';
import { createLookup } from '../../../../reports/verdict/verdict-lookup.ts';
import { renderHtml } from '../../../../reports/writers/html/render-html.ts';
import {
  exampleCell,
  exampleMeasurement,
  exampleVerdict,
  hostileStrings,
  quoted,
} from '../../../support/example-verdict.ts';

const name = (place: number): string => `n${String(place + 1).padStart(4, '0')}`;

const speed = (subject: string, value: number, changes: Partial<Measurement> = {}): Measurement => ({
  ...exampleMeasurement([value], {
    metric: 'allreduce.busBandwidth',
    title: 'Bus bandwidth',
    unit: 'B/s',
    tool: 'openmpi',
    subject,
    dimensions: { bytes: 67108864 },
  }),
  ...changes,
});

const held = (it: Measurement, verdict: Cell['verdict']): Cell => ({
  ...exampleCell({
    requirement: 'pair-speed',
    title: 'Pair speed',
    dimension: 'D5',
    subject: 'n',
    reason: 'r',
    verdict,
    limit: {
      id: 'l',
      comparator: 'atLeast',
      expected: { value: 125e6, unit: 'B/s' },
      source: 's',
    },
    observed: {
      kind: 'samples',
      unit: it.unit,
      n: it.n,
      median: it.median,
      min: it.min,
      max: it.max,
      steps: [],
    },
  }),
  subject: it.subject,
});

/** So many nodes, 32 to a rack. */
function blockOf(size: number, measurements: readonly Measurement[], cells: readonly Cell[] = []): Verdict {
  const nodes = Array.from({ length: size }, (_, place) => ({
    id: name(place),
    conclusion: 'pass' as const,
    reason: quoted('r'),
    rack: `R${Math.floor(place / 32) + 1}`,
  }));
  const base = exampleVerdict({ cells: [...cells], measurements: [...measurements] });
  return {
    ...base,
    nodes: nodes.map(({ id }) => ({ id, reached: true, facts: [] })),
    block: { nodes, trials: [], blames: [] },
  };
}

const contentOf = (verdict: Verdict): readonly Content[] => besideSection(createLookup(verdict)).content;
const figuresIn = (content: readonly Content[]): Figures['items'] =>
  content.flatMap((it) =>
    it.kind === 'figures' ? it.items : it.kind === 'fold' ? figuresIn(it.content) : [],
  );
function drawingsOf<K extends Drawing['kind']>(
  verdict: Verdict,
  kind: K,
): readonly Extract<Drawing, { kind: K }>[] {
  return figuresIn(contentOf(verdict)).flatMap(({ picture }) =>
    picture.kind === kind ? [picture as Extract<Drawing, { kind: K }>] : [],
  );
}
const wordsOf = (verdict: Verdict): string => JSON.stringify(contentOf(verdict));

/** A speed of each node, nearly alike, the last one as given. */
const alike = (size: number, last: number): readonly Measurement[] =>
  Array.from({ length: size }, (_, place) =>
    speed(name(place), place === size - 1 ? last : 1e9 + place * 1e6),
  );

describe('a strip', () => {
  it('has a dot for each node, the median, the limit, and by name who misses it before who is far', () => {
    const measured = alike(20, 0.1e9);
    const verdict = blockOf(
      20,
      measured,
      measured.map((it) => held(it, it.median < 125e6 ? 'fail' : 'pass')),
    );
    const [strip] = drawingsOf(verdict, 'strip');
    expect(strip?.values).toHaveLength(19);
    expect(strip?.limits).toEqual([125e6]);
    expect(strip?.apart).toEqual([{ value: 0.1e9, misses: true }]);
    expect(wordsOf(verdict)).toContain('misses the limit');
    expect(wordsOf(verdict)).toContain('limit ≥ 125 MB/s · 20 drawn');
  });

  it('names who is more than three interquartile ranges away, and nobody of seven', () => {
    expect(drawingsOf(blockOf(20, alike(20, 2e9)), 'strip')[0]?.apart).toEqual([
      { value: 2e9, misses: false },
    ]);
    expect(drawingsOf(blockOf(7, alike(7, 2e9)), 'strip')[0]?.apart).toEqual([]);
    expect(drawingsOf(blockOf(20, alike(20, 1.02e9)), 'strip')[0]?.apart).toEqual([]);
  });

  it('draws nothing that cannot be used, and says how many', () => {
    const measured = alike(9, 2e9).map((it, place) =>
      place === 3 ? { ...it, invalid: quoted('the clock stood still') } : it,
    );
    const verdict = blockOf(9, measured);
    const [strip] = drawingsOf(verdict, 'strip');
    expect((strip?.values.length ?? 0) + (strip?.apart.length ?? 0)).toBe(8);
    expect(wordsOf(verdict)).toContain('⊘ 1 invalid, not drawn');
  });

  it('is not there where all have one number, or one was measured', () => {
    expect(
      drawingsOf(
        blockOf(
          4,
          Array.from({ length: 4 }, (_, place) => speed(name(place), 1e9)),
        ),
        'strip',
      ),
    ).toEqual([]);
    expect(wordsOf(blockOf(2, [speed('n0001', 1e9)]))).toContain('Nothing was measured that differs');
  });

  it('is one path for all dots, however many nodes there are', () => {
    const html = renderHtml(createLookup(blockOf(1000, alike(1000, 1e9))));
    const paths = html.match(/<path class="dots" d="[^"]*"/g) ?? [];
    expect(paths).toHaveLength(1);
    expect(paths[0]?.length).toBeLessThan(2500);
  });
});

describe('a matrix', () => {
  const pair = (
    left: number,
    right: number,
    value: number,
    changes: Partial<Measurement> = {},
  ): Measurement => speed(`${name(left)}+${name(right)}`, value, changes);

  it('has a square below the diagonal for each pair, smaller where it is slower, none where none was measured', () => {
    const measured = [pair(0, 1, 1e9), pair(2, 1, 0.5e9), pair(0, 3, 1.1e9), pair(1, 3, 1e9)];
    const [matrix] = drawingsOf(
      blockOf(
        4,
        measured,
        measured.map((it) => held(it, it.median < 1e9 ? 'fail' : 'pass')),
      ),
      'matrix',
    );
    expect(matrix?.names).toEqual(['n0001', 'n0002', 'n0003', 'n0004']);
    expect(matrix?.places).toEqual([
      { row: 1, column: 0, share: 1, misses: false },
      { row: 2, column: 1, share: 0.5, misses: true },
      { row: 3, column: 0, share: 1, misses: false },
      { row: 3, column: 1, share: 1, misses: false },
    ]);
  });

  it('never draws what is invalid as a speed', () => {
    const [matrix] = drawingsOf(
      blockOf(3, [pair(0, 1, 1e9), pair(1, 2, 9e9, { invalid: quoted('too fast') })]),
      'matrix',
    );
    expect(matrix?.places).toEqual([
      { row: 1, column: 0, share: 1, misses: false },
      { row: 2, column: 1, share: undefined, misses: false },
    ]);
  });

  it('is of racks beyond 64 nodes, on the diagonal what is within one, with the 50 slowest pairs', () => {
    const measured = Array.from({ length: 96 }, (_, place) =>
      pair(place, (place + 32) % 96, 1e9 - place * 1e6),
    ).concat(pair(0, 1, 0.2e9));
    const verdict = blockOf(96, measured);
    const [matrix] = drawingsOf(verdict, 'matrix');
    expect(matrix?.names).toEqual(['R1', 'R2', 'R3']);
    expect(matrix?.places.map(({ row, column }) => [row, column])).toEqual([
      [1, 0],
      [2, 1],
      [2, 0],
      [0, 0],
    ]);
    const list = contentOf(verdict).find(
      (it) => it.kind === 'fold' && wordsOfFold(it).includes('slowest 50'),
    );
    const [table] = list?.kind === 'fold' ? list.content : [];
    expect(table?.kind === 'table' && table.rows).toHaveLength(50);
    expect(JSON.stringify(table?.kind === 'table' && table.rows[0])).toContain('200.0 MB/s');
  });

  const wordsOfFold = (it: Content): string => (it.kind === 'fold' ? JSON.stringify(it.summary) : '');
});

describe('curves', () => {
  it('go over the sizes of a sweep, with the range of all, and leave one strip', () => {
    const sizes = [1024, 262144, 67108864];
    const measured = sizes.flatMap((bytes, at) =>
      [1e8, 1.2e8, 1.4e8].map((value, node) =>
        speed(name(node), value * (at + 1), { dimensions: { bytes, ranks: 2 } }),
      ),
    );
    const verdict = blockOf(3, measured);
    const [curves] = drawingsOf(verdict, 'curves');
    expect(curves?.sizes.map(({ text }) => text)).toEqual(['1 KiB', '256 KiB', '64 MiB']);
    expect(curves?.series).toHaveLength(1);
    expect(curves?.series[0]?.line.map((value) => Math.round(value ?? 0))).toEqual([1.2e8, 2.4e8, 3.6e8]);
    expect(curves?.series[0]?.range?.[2]?.map(Math.round)).toEqual([3e8, 4.2e8]);
    expect(drawingsOf(verdict, 'strip')).toHaveLength(1);
  });
});

describe('who stands out', () => {
  it('is who is furthest behind the median of all, and whose own runs differ most', () => {
    const runs = (node: number, values: readonly number[]): Measurement =>
      exampleMeasurement(values, { metric: 'm.x', title: 'X', unit: 'W', tool: 't', subject: name(node) });
    const text = wordsOf(
      blockOf(3, [runs(0, [100, 100, 100]), runs(1, [90, 90, 90]), runs(2, [90, 101, 120])]),
    );
    expect(text).toContain('90.0 %');
    expect(text).toContain('29.7 %');
  });
});

describe('the pictures of a block', () => {
  it('have every word of a node cleaned and escaped, whatever it calls itself', () => {
    const measured = [...hostileStrings, ...hostileStrings].map((text, place) =>
      speed(place % 3 === 0 ? `${text}+${name(place)}` : text, 1e9 + place * 1e7, {
        title: 'T',
        dimensions: { bytes: 1024, dtype: hostileStrings[0] ?? '' },
      }),
    );
    const page = renderHtml(createLookup(blockOf(80, measured)));
    const tags = [...page.replaceAll(/"[^"]*"/g, '""').matchAll(/<[^>]+>/g)].map(([tag]) => tag);
    expect(
      tags.filter((tag) =>
        /^<(script|img|iframe|object|foreignObject|use|image|style ?=|a\b(?! href=""))/i.test(tag),
      ),
    ).toEqual([]);
    expect(tags.filter((tag) => /\son\w+=/i.test(tag))).toEqual([]);
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });

  it.each([
    [1e308, -1e308],
    [5e-324, 1e308],
    [0, 0.1],
  ])('hold values like %d and %d', (one, other) => {
    const measured = Array.from({ length: 9 }, (_, place) =>
      speed(name(place), place === 0 ? one : other * (1 - place / 100)),
    );
    const sweep = [1, 2, 4].map((bytes) => speed('n0001+n0002', one, { dimensions: { bytes } }));
    const page = renderHtml(createLookup(blockOf(9, [...measured, ...sweep])));
    expect(page.slice(page.indexOf('id="beside"'), page.indexOf('id="measurements"'))).not.toMatch(
      /NaN|Infinity|undefined/,
    );
  });
});

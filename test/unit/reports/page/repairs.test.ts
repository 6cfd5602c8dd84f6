import { expect, it } from 'vitest';
import { repairsSection } from '../../../../reports/page/repairs.ts';
import { createLookup } from '../../../../reports/verdict/verdict-lookup.ts';
import { exampleCell, exampleVerdict } from '../../../support/example-verdict.ts';

const told = { by: 'gpu027=GPU5', at: '2026-11-24T08:00:00.000Z' };

it('says of what a repair has taken the place of whether it was seen to be right since', () => {
  const words = ['pass', 'fail', 'missing'] as const;
  const cells = words.map((verdict) =>
    exampleCell({
      subject: 'gpu027',
      requirement: verdict,
      title: verdict,
      dimension: 'D1',
      verdict,
      reason: 'so it is',
      ...(verdict === 'missing' ? { missing: 'not-run' as const } : {}),
    }),
  );
  const superseded = cells.map(({ id }) => ({ ...told, cell: id, verdict: 'fail' as const }));
  const section = repairsSection(
    createLookup(
      exampleVerdict({ cells, superseded: [...superseded, { ...told, cell: 'gone:gemm', verdict: 'fail' }] }),
    ),
  );
  const [table] = section.content;
  if (table?.kind !== 'table') throw new Error('expected a table');
  expect(table.rows.map(({ cells }) => cells.slice(1))).toEqual([
    ['2026-11-24', expect.any(String), 'verified', superseded[0]?.cell],
    ['2026-11-24', expect.any(String), 'open', superseded[1]?.cell],
    ['2026-11-24', expect.any(String), 'repaired', superseded[2]?.cell],
    ['2026-11-24', expect.any(String), 'part replaced', 'gone:gemm'],
  ]);
});

it('is empty without a repair', () => {
  expect(repairsSection(createLookup(exampleVerdict({ cells: [] }))).content).toEqual([]);
});

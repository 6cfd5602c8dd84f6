import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadTable } from '../support/markdown-table.ts';

const rows = loadTable('false-passes.md', ['way', 'file', 'title of the test']);

it.each(rows)('%s: %s has the test', (_way, file = '', title = '') => {
  const place = new URL(`../${file}`, import.meta.url);
  expect(existsSync(place)).toBe(true);
  expect(readFileSync(place, 'utf8')).toContain(title);
});

it('has a row for each way once', () => {
  const ways = rows.map(([way]) => way);
  expect(new Set(ways).size).toBe(ways.length);
});

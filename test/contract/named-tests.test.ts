import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadTable } from '../support/markdown-table.ts';

describe.each([
  ['false-passes.md', 'way'],
  ['scenarios.md', 'what goes wrong'],
])('docs/%s', (page, what) => {
  const rows = loadTable(page, [what, 'file', 'title of the test']);

  it.each(rows)('%s: %s has the test', (_what, file = '', title = '') => {
    const place = new URL(`../${file}`, import.meta.url);
    expect(existsSync(place)).toBe(true);
    expect(readFileSync(place, 'utf8')).toContain(title);
  });

  it('has a row for each once', () => {
    const all = rows.map(([name]) => name);
    expect(new Set(all).size).toBe(all.length);
  });
});

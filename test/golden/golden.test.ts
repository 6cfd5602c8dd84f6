import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadRegistry } from '../../workloads/registry.ts';
import { removeFolder } from '../support/temporary.ts';
import { conclude, readGoldens, unpackRuns } from './golden.ts';

const registry = await loadRegistry();
const goldens = readGoldens();
const folder = mkdtempSync(join(tmpdir(), 'assay-golden-'));
afterAll(() => removeFolder(folder));
const names = await unpackRuns(folder);

describe('frozen runs lead to the same words (npm run golden accepts a change)', () => {
  it('expects something of every run and of nothing else', () => {
    expect(Object.keys(goldens).toSorted()).toEqual(names);
  });

  it.each(names)('%s', async (name) => {
    const found = await conclude(join(folder, name), registry);
    const expected = goldens[name] ?? {};
    expect(Object.keys(found)).toEqual(Object.keys(expected));
    for (const [file, text] of Object.entries(found)) expect(text, `${name}/${file}`).toBe(expected[file]);
  });
});

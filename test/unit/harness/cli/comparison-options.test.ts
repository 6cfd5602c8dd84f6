import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readComparisonOptions } from '../../../../harness/cli/comparison-options.ts';
import { readEnvironment } from '../../../../harness/environment.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-options-'));
afterAll(() => rmSync(folder, { recursive: true }));
const environment = { ...readEnvironment(), workingDirectory: folder };
const given = { margin: undefined, apart: '30m', sessionSpread: undefined };

describe('readComparisonOptions', () => {
  it('leaves the margin to the profile where none is given', async () => {
    expect(await readComparisonOptions(given, environment)).toEqual({
      margin: undefined,
      apartSeconds: 1800,
      spreads: undefined,
    });
  });
  it('takes a margin, a distance and a spread between sessions', async () => {
    writeFileSync(
      join(folder, 'spread.csv'),
      'metric,spread,sessions,source\nmemory.triad,0.012,20,our own\n',
    );
    const options = { margin: '3%', apart: '1h', sessionSpread: 'spread.csv' };
    expect(await readComparisonOptions(options, environment)).toMatchObject({
      margin: 0.03,
      apartSeconds: 3600,
      spreads: [{ metric: 'memory.triad', spread: 0.012, sessions: 20, source: 'our own' }],
    });
  });
  it.each(['0', '60%', 'much', ''])('refuses the margin `%s`', async (margin) => {
    await expect(readComparisonOptions({ ...given, margin }, environment)).rejects.toThrow(
      'expected --margin',
    );
  });
});

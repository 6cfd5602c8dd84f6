import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { conversionExamplePage } from './conversion-example.ts';

it('docs/conversion-example.md is what the example leads to (npm run golden accepts a change)', async () => {
  const page = readFileSync(new URL('../../docs/conversion-example.md', import.meta.url), 'utf8');
  expect(page).toBe(await conversionExamplePage());
});

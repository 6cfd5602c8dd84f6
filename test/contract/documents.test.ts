import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { validateVerdict } from '../../reports/verdict/validate.ts';
import { createLookup } from '../../reports/verdict/verdict-lookup.ts';
import { plainScreen, writers } from '../../reports/writers/writers.ts';

const folder = new URL('../fixtures/documents/', import.meta.url);
const names = readdirSync(folder);

describe('documents of older versions', () => {
  it('are kept for good', () => {
    expect(names).toContain('verdict.v1.json');
  });

  it.each(names)('%s is upgraded when it is read, and can be shown', (name) => {
    const document: unknown = JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
    const verdict = validateVerdict(document);
    expect(verdict.schemaVersion).toBe(2);
    expect(verdict).toEqual({ ...(document as object), schemaVersion: 2 });
    for (const { render } of writers) expect(render(createLookup(verdict), plainScreen)).not.toBe('');
  });
});

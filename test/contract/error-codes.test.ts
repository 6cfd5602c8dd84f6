import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorExitCodes } from '../../workloads/kit/error-code.ts';

const text = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
const sections = text.split('\n### ').slice(1);

describe('docs/errors.md', () => {
  it('has a paragraph for every code, with its exit code, and none for others', () => {
    const documented = sections.map((section) => [
      section.split('\n', 1)[0],
      Number(/^Exit (\d+)\./m.exec(section)?.[1]),
    ]);
    expect(Object.fromEntries(documented)).toEqual(errorExitCodes);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cause } from '../../../../harness/judge/cause.ts';
import { nameOfCause } from '../../../../harness/judge/cause.ts';

// Names of nodes and ids of suite entries have no colon in them; devices may.
const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,4}$/);
const cause: fc.Arbitrary<Cause> = fc.record(
  {
    of: name,
    why: fc.constantFrom<Cause['why'][]>('blamed', 'no-tool', 'not-run', 'lost', 'unreadable'),
    in: name,
  },
  { requiredKeys: ['of', 'why'] },
);

describe('nameOfCause', () => {
  it.each([
    [{ of: 'node', why: 'no-accelerator' }, 'node:no-accelerator'],
    [{ of: 'node/S64HNE0R123456', why: 'no-driver' }, 'node/S64HNE0R123456:no-driver'],
    [{ of: 'node', why: 'no-tool', in: 'copy' }, 'node:no-tool:copy'],
  ] satisfies readonly (readonly [Cause, string])[])('of %o is %s', (given, id) => {
    expect(nameOfCause(given)).toBe(id);
  });

  it('is the same for one cause only', () => {
    fc.assert(
      fc.property(cause, cause, (a, b) => {
        const isSame = a.of === b.of && a.why === b.why && a.in === b.in;
        expect(nameOfCause(a) === nameOfCause(b)).toBe(isSame);
      }),
    );
  });
});

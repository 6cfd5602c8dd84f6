import { AssayError } from '../../workloads/kit/assay-error.ts';

/** The two sides of a comparison: with `--after` all words before it are runs before, else there are two words. Throws USAGE. */
export function comparedSides(
  runs: readonly string[],
  after: readonly string[] | undefined,
): { readonly before: readonly string[]; readonly after: readonly string[] } {
  if (after !== undefined && after.length > 0) return { before: runs, after };
  const [first, second, ...more] = runs;
  if (first !== undefined && second !== undefined && more.length === 0)
    return { before: [first], after: [second] };
  throw new AssayError(
    'USAGE',
    `expected a run before and a run after, got ${runs.length === 1 ? 'one' : runs.length}`,
    {
      hint: 'Of several a side say which are after: assay compare B1 B2 B3 --after A1 A2 A3',
    },
  );
}

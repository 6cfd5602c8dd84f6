import { openingOf } from '../page/opening.ts';
import { cleanText } from '../text/clean-text.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';

/** The verdict as an entry of a list: its mark and its words. */
export function renderLine(lookup: VerdictLookup): string {
  const { mark, words } = openingOf(lookup);
  return cleanText(`${mark} ${words}`);
}

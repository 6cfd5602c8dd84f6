import { cleanText } from '../text/clean-text.ts';

/** One argument of a command line that is printed to be pasted: quoted unless it is plainly harmless. */
export function shellWord(text: string): string {
  const clean = cleanText(text);
  return /^[\w.:/@%+=,-]+$/.test(clean) && !clean.startsWith('-')
    ? clean
    : `'${clean.replaceAll("'", String.raw`'\''`)}'`;
}

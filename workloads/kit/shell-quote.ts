/** One word of a POSIX shell, whatever it says. */
export const shellQuote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/**
 * A word of a command line that is printed to be pasted: quoted unless it is plainly harmless. `open` are characters that
 * are meant for the shell (`~`), or that it leaves alone where they stand (`{}`).
 */
export function shellWord(text: string, open = ''): string {
  const rest = Array.from(open).reduce((left, character) => left.replaceAll(character, ''), text);
  return /^[\w.:/@%+=,-]+$/.test(rest) ? text : shellQuote(text);
}

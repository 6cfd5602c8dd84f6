/**
 * Characters that a report must not pass on: controls (a terminal obeys them), format characters such as bidi
 * overrides and zero-width joints (they make a line read as something else), line separators, lone surrogates,
 * private use, noncharacters (no XML has them), and invisible fillers that Unicode calls letters.
 */
const unsafe =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Noncharacter_Code_Point}\u{e0000}-\u{e0fff}\u115f\u1160\u3164\uffa0\ufe00-\ufe0f]/gu;
/** More than this many marks on one letter only serve to draw over the lines above and below. */
const stackedMarks = /(\p{M}{4})\p{M}+/gu;
const space = /[\t\n\r\v\f\u0085\u2028\u2029]+/g;

/** Almost all texts are, with the signs that our own words use, and need no further look. */
const printable = /^[ -~–·×≤≥…µ]*$/;

/** Far above any honest name or sentence; a node cannot make a report unreadable with one long string. */
const longest = 2000;

/** JSON with what cannot be seen as escapes, which mean the same: a terminal obeys some of it. Line feeds stay. */
export const escapeJson = (json: string): string =>
  printable.test(json)
    ? json
    : json.replace(unsafe, (character) =>
        character === '\n'
          ? character
          : Array.from(
              { length: character.length },
              (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
            ).join(''),
      );

/**
 * Makes text from a node safe to show anywhere, on one line: what cannot be seen is spelled out (`\u{202e}`),
 * never dropped, so that a hostile name is seen to be one. Escaping for HTML, XML … is still the renderer's job.
 */
export function cleanText(text: string): string {
  if (text.length <= longest && printable.test(text)) return text;
  const clean = text
    .replace(space, ' ')
    .replace(unsafe, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
    .replace(stackedMarks, '$1\u2026');
  // Room for the remark itself, so that cleaning twice changes nothing.
  if (clean.length <= longest + 40) return clean;
  return `${clean.slice(0, longest).replace(/[\ud800-\udbff]$/, '')}\u2026 (${text.length} characters)`;
}

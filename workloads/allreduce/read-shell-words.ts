import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';

/** What a shell would expand, redirect, join, end a command or begin a comment with. Nothing here has to. */
const special = new Set('\n$`;&|<>()*?[~#');
/** Inside double quotes these are still special, and a backslash before them, or before `"` and `\`, is not kept. */
const specialInQuotes = new Set('$`');

/**
 * Splits text as a POSIX shell would (XCU 2.2, 2.3: blanks, single quotes, double quotes, backslash), and refuses what
 * a shell would do more with. Nothing is expanded.
 */
export function readShellWords(text: string): Result<readonly string[]> {
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === ' ' || character === '\t') {
      if (word !== undefined) words.push(word);
      word = undefined;
      at += 1;
      continue;
    }
    const piece = readPiece(text, at);
    if (!piece.ok) return piece;
    word = (word ?? '') + piece.value.text;
    at = piece.value.end;
  }
  if (word !== undefined) words.push(word);
  return ok(words);
}

interface Piece {
  readonly text: string;
  /** Where the next piece begins. */
  readonly end: number;
}

/** One plain character, one escaped character, or everything between two quotes. */
function readPiece(text: string, at: number): Result<Piece> {
  const character = text.charAt(at);
  if (character === "'") {
    const end = text.indexOf("'", at + 1);
    return end < 0 ? unclosed(character, at) : ok({ text: text.slice(at + 1, end), end: end + 1 });
  }
  if (character === '"') return readDoubleQuoted(text, at);
  if (character === '\\') {
    const escaped = text.charAt(at + 1);
    return escaped === '' || escaped === '\n'
      ? err(`expected a character after the backslash at ${at}`)
      : ok({ text: escaped, end: at + 2 });
  }
  return special.has(character) ? refuse(character, at) : ok({ text: character, end: at + 1 });
}

function readDoubleQuoted(text: string, start: number): Result<Piece> {
  let inside = '';
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') return ok({ text: inside, end: at + 1 });
    if (specialInQuotes.has(character)) return refuse(character, at);
    const next = text.charAt(at + 1);
    if (character !== '\\') inside += character;
    else if (next === '\n') return refuse(next, at + 1);
    else if (next === '"' || next === '\\' || specialInQuotes.has(next)) {
      inside += next;
      at += 1;
    } else inside += character;
  }
  return unclosed('"', start);
}

const refuse = (character: string, at: number): Result<never> =>
  err(`expected plain words, got ${JSON.stringify(character)} at ${at}`);

const unclosed = (quote: string, at: number): Result<never> =>
  err(`expected the quote ${quote} at ${at} to be closed`);

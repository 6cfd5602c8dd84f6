import type { Result } from '../../../workloads/kit/result.ts';
import { err, ok } from '../../../workloads/kit/result.ts';

/** The words behind a keyword, by OpenSSH's rules of quotes, escapes and comments (misc.c: argv_split). */
export function splitWords(text: string): Result<readonly string[]> {
  const words: string[] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] === ' ' || text[at] === '\t') {
      at += 1;
      continue;
    }
    if (text[at] === '#') break; // only in front of a word: `be#nch` is one
    let word = '';
    let quote = '';
    for (; at < text.length; at += 1) {
      const [here = '', next = ''] = text.slice(at, at + 2);
      if (here === '\\' && ('\'"\\'.includes(next || ' ') || (quote === '' && next === ' '))) {
        word += next;
        at += 1;
      } else if (quote === '' && (here === ' ' || here === '\t')) break;
      else if (quote === '' && (here === '"' || here === "'")) quote = here;
      else if (here === quote) quote = '';
      else word += here;
    }
    if (quote !== '') return err('expected a quote to be closed');
    words.push(word);
  }
  return ok(words);
}

/**
 * The first word of a text and what follows it, as keywords and the criteria of Match are cut (misc.c: strdelim): at
 * white space or one `=`; double quotes only. Nothing of either behind a quote that is not closed.
 */
export function takeWord(text: string | undefined): {
  readonly word: string | undefined;
  readonly rest: string | undefined;
} {
  if (text === undefined) return { word: undefined, rest: undefined };
  const end = text.search(/[ \t\r\n"=]/);
  if (end < 0) return { word: text, rest: undefined };
  const skip = (from: number): string => text.slice(from).replace(/^[ \t\r\n]+/, '');
  if (text[end] === '"') {
    const close = text.indexOf('"', end + 1);
    if (close < 0) return { word: undefined, rest: undefined };
    return { word: text.slice(0, end) + text.slice(end + 1, close), rest: skip(close + 1) };
  }
  const rest = skip(end + 1);
  const isBehindEquals = text[end] === '=' || !rest.startsWith('=');
  return { word: text.slice(0, end), rest: isBehindEquals ? rest : rest.slice(1).replace(/^[ \t\r\n]+/, '') };
}

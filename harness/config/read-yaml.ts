import type { Document } from 'yaml';
import { isCollection, isScalar, Lexer, LineCounter, parseDocument, visit } from 'yaml';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { parseJson } from '../../workloads/kit/parse-json.ts';

/** A configuration file that somebody has read: its name for messages, and its text. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

/** Larger is no configuration: nobody wrote it by hand. */
export const maxConfigBytes = 1024 * 1024;

/** Enough for convenience. None may stand in what another repeats, so that nothing grows with a power. */
const maxAliases = 100;
/** A thousand nodes with ten lines each have half of it. */
const maxTokens = 300_000;
/** Braces within braces, or dashes on one line: the parser has a stack for some hundreds. */
const maxDepth = 64;

/** The plain value of a YAML text, before any schema. What would take long to read is refused before that. */
export function readYaml({ file, text }: Source): unknown {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxConfigBytes)
    throw refuse(`${file}: expected at most ${maxConfigBytes} bytes, got ${bytes}`, isItMeant);
  // An object of JSON is YAML too, and read far faster as what it is.
  const plain = text.startsWith('{') ? parseJson(text) : undefined;
  if (plain !== undefined) return plain;
  const excess = findExcess(text);
  if (excess !== undefined) throw refuse(`${file}: expected ${excess}`, isItMeant);
  const lines = new LineCounter();
  // Its own search for repeated keys compares each with each.
  const document = parseShallow(text, file, lines);
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `at line ${line}, column ${col}`;
  };
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined)
    throw refuse(`${file}: expected valid YAML, got ${problem.message} ${at(problem.pos[0])}`);
  const fault = findFault(document);
  if (fault !== undefined) throw refuse(`${file}: expected ${fault.message} ${at(fault.offset)}`);
  return document.toJS({ maxAliasCount: maxAliases }) as unknown;
}

/** Levels by indentation alone are found out by the parser, whose stack is not for more than a thousand. */
function parseShallow(text: string, file: string, lineCounter: LineCounter): Document {
  try {
    return parseDocument(text, { prettyErrors: false, uniqueKeys: false, lineCounter });
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw refuse(`${file}: expected at most ${maxDepth} levels, got more`, isItMeant);
  }
}

const isItMeant = 'Check that this is the file you meant.';

const refuse = (message: string, hint = 'Correct the line named above.'): AssayError =>
  new AssayError('CONFIG_INVALID', message, { hint });

/** What of a text is more than anybody writes, told from its tokens alone. */
function findExcess(text: string): string | undefined {
  let [tokens, aliases, braces, dashes] = [0, 0, 0, 0];
  for (const token of new Lexer().lex(text)) {
    tokens += 1;
    if (token === '[' || token === '{') braces += 1;
    else if (token === ']' || token === '}') braces -= 1;
    else if (token === '-' || token === '?') dashes += 1;
    else if (token.startsWith('*')) aliases += 1;
    else if (token.includes('\n')) dashes = 0;
    if (tokens > maxTokens) return `at most ${maxTokens} tokens, got more`;
    if (aliases > maxAliases) return `at most ${maxAliases} aliases, got more`;
    if (braces > maxDepth || dashes > maxDepth) return `at most ${maxDepth} levels, got more`;
  }
  return undefined;
}

/** A repeated key, an alias of nothing, or an alias in what an alias repeats (itself, even). */
function findFault(document: Document): { readonly message: string; readonly offset: number } | undefined {
  const anchors = new Set<string>();
  let fault: { readonly message: string; readonly offset: number } | undefined;
  const found = (message: string, offset = 0): symbol => {
    fault = { message, offset };
    return visit.BREAK;
  };
  visit(document, {
    Value: (_, { anchor }) => {
      if (anchor !== undefined) anchors.add(anchor);
    },
    Alias: (_, { source, range }, path) => {
      if (!anchors.has(source)) return found(`an anchor before the alias *${source}, got none`, range?.[0]);
      if (path.some((above) => isCollection(above) && above.anchor !== undefined))
        return found(`no alias in what has an anchor, got *${source}`, range?.[0]);
      return undefined;
    },
    Map: (_, map) => {
      if (map.anchor !== undefined) anchors.add(map.anchor);
      const keys = new Set<unknown>();
      for (const { key } of map.items) {
        // As it is called in the end: `1` and `"1"` are one key.
        if (!isScalar(key)) return found('keys that are words or numbers, got another one', map.range?.[0]);
        const name = key.value === null ? '' : JSON.stringify(key.value).replace(/^"(.*)"$/s, '$1');
        if (keys.has(name)) return found(`each key once, got \`${name}\` again`, key.range?.[0]);
        keys.add(name);
      }
      return undefined;
    },
  });
  return fault;
}

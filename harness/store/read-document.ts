import type * as z from 'zod';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { readStrictly } from '../../workloads/kit/parse-json.ts';
import { safeParse } from '../../workloads/kit/safe-parse.ts';
import { damaged } from './evidence-damaged.ts';

/** Documents are JSON with sorted insertion order as given, one space of indent, and a final line feed. */
export const toJson = (document: unknown): string => `${JSON.stringify(document, undefined, 1)}\n`;

/** Written at once: a verdict on a thousand nodes is never one string. */
const pieceCharacters = 1024 * 1024;

/** The text of a document of long lists, in pieces: each entry of its lists on a line of its own. */
export function* jsonPieces(document: Readonly<Record<string, unknown>>): Generator<string> {
  const there = Object.entries(document).filter(([, value]) => value !== undefined);
  let piece = '{';
  for (const [place, [key, value]] of there.entries()) {
    piece += `${place === 0 ? '' : ','}\n ${JSON.stringify(key)}: `;
    if (!Array.isArray(value) || value.length === 0) {
      piece += indented(value);
      continue;
    }
    piece += '[';
    for (const [at, item] of value.entries()) {
      piece += `${at === 0 ? '' : ','}\n  ${JSON.stringify(item)}`;
      if (piece.length < pieceCharacters) continue;
      yield piece;
      piece = '';
    }
    piece += '\n ]';
  }
  yield `${piece}\n}\n`;
}

/** No line feed stands in a string of JSON. */
const indented = (value: unknown): string => JSON.stringify(value, undefined, 1).replaceAll('\n', '\n ');

/** The value of a JSON text that no schema has seen. Throws EVIDENCE_DAMAGED for what is none, too deep, or has a key twice. */
export function jsonOf(text: string, where: string): unknown {
  const json = readStrictly(text);
  if (json.ok) return json.value;
  throw damaged(where, json.error.expected, json.error.found);
}

/** Parses a document of ours. A newer schema version is refused as such, everything else as damage. */
export function readDocument<T>(schema: z.ZodType<T>, text: string, where: string): T {
  const json = jsonOf(text, where);
  const parsed = safeParse(schema, json);
  if (parsed.success) return parsed.data;
  const { version, known } = versionsOf(json, parsed.error);
  if (known !== undefined && version > 1) {
    throw new AssayError('SCHEMA_TOO_NEW', `${where}: expected schemaVersion ${known}, found ${version}`, {
      hint: 'Use the version of Assay that wrote it, or a newer one.',
    });
  }
  const issue = parsed.error.issues[0];
  throw damaged(
    where,
    `a document of schema version ${known ?? version}`,
    `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'something else'}`,
  );
}

/** The version that a document says (1 if none), and those that its schema knows when it is none of them. */
function versionsOf(json: unknown, { issues }: z.ZodError): { version: number; known: string | undefined } {
  const said = typeof json === 'object' && json !== null && 'schemaVersion' in json ? json.schemaVersion : 1;
  const refused = issues.find(({ path }) => path.join('.') === 'schemaVersion');
  const known =
    refused && ('values' in refused ? refused.values : 'options' in refused ? refused.options : []);
  return { version: typeof said === 'number' ? said : 1, known: known?.join(' or ') };
}

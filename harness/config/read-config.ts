import { parseDocument } from 'yaml';
import type * as z from 'zod';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { parseJson } from '../../workloads/kit/parse-json.ts';
import { hasEachKeyOnce } from '../../workloads/kit/read-output.ts';
import { describeIssues } from './describe-issues.ts';

/** A configuration file that somebody has read: its name for messages, and its text. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

/** Larger is no configuration: nobody wrote it by hand. */
export const maxConfigBytes = 1024 * 1024;

/** Aliases that a document may resolve to: enough for convenience, far too few for an expansion bomb. */
const maxAliases = 100;

/**
 * Reads YAML (or JSON, which is YAML) into a frozen value of the schema. Throws CONFIG_INVALID naming file,
 * path, expected and found. Unknown keys, repeated keys and unresolved tags are refused: a typo in a threshold
 * is a false certificate.
 */
export const readConfig = <T>(schema: z.ZodType<T>, source: Source, code?: ConfigCode): T =>
  checkConfig(schema, readYaml(source), source.file, code);

type ConfigCode = 'CONFIG_INVALID' | 'LIMIT_REFUSED';

/** The frozen value of the schema that a plain value of this file is, or the refusal of `readConfig`. */
export function checkConfig<T>(
  schema: z.ZodType<T>,
  input: unknown,
  file: string,
  code: ConfigCode = 'CONFIG_INVALID',
): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return deepFreeze(parsed.data);
  const { message, hint } = describeIssues(file, schema, input, parsed.error);
  throw new AssayError(code, message, { hint: hint ?? 'Correct the value named above.' });
}

/** The plain value of a YAML text, before any schema. */
export function readYaml({ file, text }: Source): unknown {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxConfigBytes) {
    throw new AssayError(
      'CONFIG_INVALID',
      `${file}: expected at most ${maxConfigBytes} bytes, got ${bytes}`,
      {
        hint: 'Check that this is the file you meant.',
      },
    );
  }
  const plain = readPlainJson(text);
  if (plain !== undefined) return plain;
  const document = parseDocument(text, { prettyErrors: true, uniqueKeys: true });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const [what = 'invalid YAML'] = problem.message.split('\n');
    throw new AssayError('CONFIG_INVALID', `${file}: expected valid YAML, got ${what.replace(/:$/, '')}`, {
      hint: 'Correct the line named above.',
    });
  }
  try {
    return document.toJS({ maxAliasCount: maxAliases }) as unknown;
  } catch (cause) {
    // The yaml package throws ReferenceError for too many aliases and for an alias without its anchor.
    if (!(cause instanceof ReferenceError)) throw cause;
    throw new AssayError(
      'CONFIG_INVALID',
      `${file}: expected at most ${maxAliases} resolved aliases, got more`,
      {
        hint: 'Write the repeated part out.',
        cause,
      },
    );
  }
}

/** The value of a text that is a JSON object with each key once: that is YAML too, and read far faster as what it is. */
function readPlainJson(text: string): unknown {
  if (!text.startsWith('{')) return undefined;
  const document = parseJson(text);
  return hasEachKeyOnce(text, document) ? document : undefined;
}

/** Configuration never changes after it was read. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) deepFreeze(child);
  }
  return value;
}

import type * as z from 'zod';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { describeIssues } from './describe-issues.ts';
import type { Source } from './read-yaml.ts';
import { readYaml } from './read-yaml.ts';

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

/** Configuration never changes after it was read. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) deepFreeze(child);
  }
  return value;
}

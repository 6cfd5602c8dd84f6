import * as z from 'zod';
import { suggestName } from './nearest-name.ts';

type Issue = z.core.$ZodIssue;

/** A refusal in the message grammar: where, expected, found; and what to do. */
export interface Described {
  readonly message: string;
  readonly hint?: string | undefined;
}

/** The one formatter of zod issues: `rack.yaml: nodes[0].port: expected …, got …`, first issue first. */
export function describeIssues(
  file: string,
  schema: z.ZodType,
  input: unknown,
  error: z.ZodError,
): Described {
  const listed = listIssues(file, schema, input, error.issues);
  const [first, ...more] = listed;
  if (more.length === 0) return { message: first?.message ?? '', hint: first?.hint };
  return {
    message: listed
      .map(({ message, hint }) => `${message}${hint === undefined ? '' : `. ${hint}`}`)
      .join('\n'),
    hint: `Mend each of these ${listed.length}.`,
  };
}

/** The same, each for itself. */
export const listIssues = (
  file: string,
  schema: z.ZodType,
  input: unknown,
  issues: readonly Issue[],
): readonly Described[] =>
  issues
    .flatMap(flatten)
    .map((issue) => describeIssue(issue, schema, input))
    .map(({ path, text, hint }) => ({ message: `${file}: ${path === '' ? '' : `${path}: `}${text}`, hint }));

/** `nodes[0].port` for the path of an issue. */
export const showPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, key) =>
      typeof key === 'number' ? `${text}[${key}]` : `${text}${text === '' ? '' : '.'}${String(key)}`,
    '',
  );

/** A value in a message: short, in backticks; what is not there is called nothing. */
export function showValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return `\`${text.length > 80 ? `${text.slice(0, 77)}…` : text}\``;
}

/** An issue of a union says nothing by itself: the branch with the fewest issues is what was meant. */
function flatten(issue: Issue): readonly Issue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const [closest] = issue.errors.toSorted((a, b) => a.length - b.length);
  return (closest ?? []).flatMap((inner) => flatten({ ...inner, path: [...issue.path, ...inner.path] }));
}

interface DescribedIssue {
  readonly path: string;
  readonly text: string;
  readonly hint?: string | undefined;
}

function describeIssue(issue: Issue, schema: z.ZodType, input: unknown): DescribedIssue {
  const path = showPath(issue.path);
  const found = showValue(valueAt(input, issue.path));
  const says = (expected: string, hint?: string) => ({
    path,
    text: `expected ${expected}, got ${found}`,
    hint,
  });
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = keysAt(schema, issue.path);
      const [key = ''] = issue.keys;
      return {
        path,
        text: `expected a known key, got \`${issue.keys.join('`, `')}\``,
        hint: suggestName(key, known),
      };
    }
    case 'invalid_type':
      return says(article(issue.expected));
    case 'invalid_value': {
      const values = issue.values.map(String);
      const got = valueAt(input, issue.path);
      return says(
        values.map((value) => `\`${value}\``).join(' or '),
        typeof got === 'string' ? suggestName(got, values) : undefined,
      );
    }
    case 'too_small':
      return says(
        `${issue.origin === 'number' || issue.origin === 'int' ? 'a number' : `a length`} ${issue.inclusive === false ? '>' : '≥'} ${issue.minimum}`,
      );
    case 'too_big':
      return says(
        `${issue.origin === 'number' || issue.origin === 'int' ? 'a number' : `a length`} ${issue.inclusive === false ? '<' : '≤'} ${issue.maximum}`,
      );
    case 'invalid_format':
      return says(issue.pattern === undefined ? `a valid ${issue.format}` : `text like ${issue.pattern}`);
    case 'custom':
      return says(issue.message);
    default:
      return { path, text: `${issue.message}, got ${found}` };
  }
}

const article = (type: string): string =>
  /^[aeio]/.test(type)
    ? `an ${type}`
    : type === 'string'
      ? 'text'
      : type === 'record'
        ? 'a map'
        : `a ${type}`;

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    input,
  );
}

/** The keys that a schema knows at a path; for a union, those of all its branches. */
function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  const [head, ...rest] = path;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return keysAt(schema.unwrap(), path);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => keysAt(option, path));
  if (schema instanceof z.ZodObject) {
    const shape = schema.shape as Record<string, z.core.$ZodType>;
    if (head === undefined) return Object.keys(shape);
    const child = shape[String(head)];
    return child === undefined ? [] : keysAt(child, rest);
  }
  if (schema instanceof z.ZodArray && head !== undefined) return keysAt(schema.element, rest);
  if (schema instanceof z.ZodRecord && head !== undefined) return keysAt(schema.valueType, rest);
  return [];
}

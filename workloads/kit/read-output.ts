import * as z from 'zod';
import { endOfString, isTooDeep, maxJsonLevels, parseJson } from './parse-json.ts';
import type { Result } from './result.ts';
import { err, ok } from './result.ts';
import type { CommandOutput, StepOutputs } from './tool.ts';

/** The output of a command that must have run and ended with 0, else why not, in the tool's own first words. */
export function outputOf(outputs: StepOutputs, id: string): Result<CommandOutput> {
  const output = Object.hasOwn(outputs, id) ? outputs[id] : undefined;
  if (output === undefined) return err(`expected the output of command \`${id}\`, got none: it never ran`);
  if (output.exitCode === 0) return ok(output);
  const ended = output.exitCode === undefined ? 'no exit code' : `exit code ${output.exitCode}`;
  const lines = (output.stderr.trim() || output.stdout.trim() || 'no message').split('\n');
  // Node.js shows where it was before it says what happened.
  const said = lines.find((line) => /^\w*Error: /.test(line)) ?? lines[0] ?? '';
  return err(`command \`${id}\`: expected exit code 0, got ${ended}: \`${said.slice(0, 200)}\``);
}

/**
 * Reads text that must be one JSON document of a known shape. A key that stands twice in an object is refused: of two
 * values nobody can say which was meant.
 */
export function readJson<T>(schema: z.ZodType<T>, text: string): Result<T> {
  const document = parseJson(text);
  if (document === undefined && isTooDeep(text))
    return err(`expected at most ${maxJsonLevels} levels, got more`);
  if (document === undefined) return err(`expected one JSON document, got \`${text.trim().slice(0, 60)}\``);
  if (!hasEachKeyOnce(text, document)) {
    const repeated = repeatedKey(text) ?? 'a key';
    return err(`expected each key once, got ${repeated} again`);
  }
  const read = schema.safeParse(document);
  return read.success ? ok(read.data) : err(z.prettifyError(read.error));
}

/** Whether no object of this text, whose document is this, has a key twice: of two values one would be lost. */
export const hasEachKeyOnce = (text: string, document: unknown): boolean =>
  countColons(text) === countKeys(document);

/** Colons outside strings: JSON has one for each key. */
function countColons(text: string): number {
  const [quote, colon] = [0x22, 0x3a];
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === quote) at = endOfString(text, at);
    else if (unit === colon) count += 1;
  }
  return count;
}

/** Keys of a document in all depths, each once for each object. */
function countKeys(document: unknown): number {
  let count = 0;
  const open = [document];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    const parts: readonly unknown[] = Object.values(value);
    if (!Array.isArray(value)) count += parts.length;
    for (const part of parts) open.push(part);
  }
  return count;
}

/** A key that an object of this text, which is JSON, has twice; with its quotes. */
function repeatedKey(text: string): string | undefined {
  const objects: Set<string>[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '{') objects.push(new Set());
    if (text[at] === '}') objects.pop();
    if (text[at] !== '"') continue;
    // No pattern for it: one that is long takes more of the stack than there is.
    const end = endOfString(text, at);
    const key = text.slice(at, end + 1);
    at = end;
    if (!/^\s*:/.test(text.slice(end + 1, end + 100))) continue;
    if (objects.at(-1)?.has(key) === true) return key.slice(0, 100);
    objects.at(-1)?.add(key);
  }
  return undefined;
}

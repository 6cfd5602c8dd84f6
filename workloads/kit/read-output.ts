import * as z from 'zod';
import type { Result } from './result.ts';
import { err, ok } from './result.ts';
import type { CommandOutput, StepOutputs } from './tool.ts';

/** The output of a command that must have run and ended with 0, else why not, in the tool's own first words. */
export function outputOf(outputs: StepOutputs, id: string): Result<CommandOutput> {
  const output = Object.hasOwn(outputs, id) ? outputs[id] : undefined;
  if (output === undefined) return err(`expected the output of command \`${id}\`, got none: it never ran`);
  if (output.exitCode === 0) return ok(output);
  const ended = output.exitCode === undefined ? 'no exit code' : `exit code ${output.exitCode}`;
  const said = (output.stderr.trim() || output.stdout.trim() || 'no message').split('\n', 1)[0] ?? '';
  return err(`command \`${id}\`: expected exit code 0, got ${ended}: \`${said.slice(0, 200)}\``);
}

/** Reads text that must be one JSON document of a known shape. */
export function readJson<T>(schema: z.ZodType<T>, text: string): Result<T> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    return err(`expected one JSON document, got \`${text.trim().slice(0, 60)}\``);
  }
  const read = schema.safeParse(document);
  return read.success ? ok(read.data) : err(z.prettifyError(read.error));
}

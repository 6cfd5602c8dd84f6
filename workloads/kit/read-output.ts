import * as z from 'zod';
import { readStrictly } from './parse-json.ts';
import type { Result } from './result.ts';
import { err, ok } from './result.ts';
import { safeParse } from './safe-parse.ts';
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

/** Reads text that must be one JSON document of a known shape, with each key once. */
export function readJson<T>(schema: z.ZodType<T>, text: string): Result<T> {
  const document = readStrictly(text);
  if (!document.ok) return err(`expected ${document.error.expected}, got ${document.error.found}`);
  const read = safeParse(schema, document.value);
  return read.success ? ok(read.data) : err(z.prettifyError(read.error));
}

/** What a program that the step has compiled (`build`) printed when it ran (`run`): one JSON document of a known shape. */
export function readBuilt<T>(outputs: StepOutputs, schema: z.ZodType<T>): Result<T> {
  const build = outputOf(outputs, 'build');
  if (!build.ok) return build;
  const run = outputOf(outputs, 'run');
  return run.ok ? readJson(schema, run.value.stdout) : run;
}

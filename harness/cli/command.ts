import type { Writable } from 'node:stream';
import type { ArgumentsCamelCase, Argv } from 'yargs';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { ExitCode } from '../../workloads/kit/error-code.ts';
import type { Environment } from '../environment.ts';

/** What every command is handed. Results go to `out`; progress and notes to `err`. */
export interface CliContext {
  readonly environment: Environment;
  readonly out: Writable;
  readonly err: Writable;
  readonly now: () => Date;
}

/** Adds a command to the command line; `done` receives the exit code of a run that threw nothing. */
export type Registration = (cli: Argv, context: CliContext, done: (code: ExitCode) => void) => void;

/** One command of the command line; `run` returns the exit code and throws `AssayError` for refusals. */
export function defineCommand<A>(command: {
  readonly command: string;
  readonly describe: string;
  readonly builder: (argv: Argv) => Argv<A>;
  readonly run: (args: ArgumentsCamelCase<A>, context: CliContext) => Promise<ExitCode>;
}): Registration {
  return (cli, context, done) => {
    // Positional lists (`<targets..>`) may repeat; an option that is given twice would be a list where one value is meant.
    const lists = [...command.command.matchAll(/[<[](\w+)\.\.[>\]]/g)].map(([, name]) => name);
    cli.command(command.command, command.describe, command.builder, async (args) => {
      const repeated = Object.entries(args).find(
        ([name, value]) => Array.isArray(value) && name !== '_' && !lists.includes(name),
      );
      if (repeated !== undefined) {
        throw new AssayError(
          'USAGE',
          `expected --${repeated[0]} once, got it ${(repeated[1] as unknown[]).length} times`,
          {
            hint: 'Give it once.',
          },
        );
      }
      done(await command.run(args, context));
    });
  };
}

import type { Writable } from 'node:stream';
import type { ArgumentsCamelCase, Argv } from 'yargs';
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
    cli.command(command.command, command.describe, command.builder, async (args) =>
      done(await command.run(args, context)),
    );
  };
}

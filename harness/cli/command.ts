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

/** One command of the command line. */
export interface Registration {
  readonly name: string;
  /** Its name with what has to follow it, `judge <run>`. */
  readonly usage: string;
  readonly describe: string;
  /** Adds it; `done` receives the exit code of a run that threw nothing. */
  readonly add: (cli: Argv, context: CliContext, done: (code: ExitCode) => void) => void;
}

/** Defines a command; `run` returns the exit code and throws `AssayError` for refusals. */
export function defineCommand<A>(command: {
  readonly command: string;
  readonly describe: string;
  /** Command lines as somebody would type them, each with what it is for. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  /** Options that take several values. */
  readonly lists?: readonly string[];
  readonly builder: (argv: Argv) => Argv<A>;
  readonly run: (args: ArgumentsCamelCase<A>, context: CliContext) => Promise<ExitCode>;
}): Registration {
  // Positional lists (`<targets..>`) may repeat; an option that is given twice would be a list where one value is meant.
  const lists = [
    ...[...command.command.matchAll(/[<[](\w+)\.\.[>\]]/g)].map(([, name]) => name),
    ...(command.lists ?? []),
  ];
  const add: Registration['add'] = (cli, context, done) => {
    const build = (argv: Argv): Argv<A> =>
      command.builder(argv).example(command.examples.map(([line, what]) => [`$0 ${line}`, what]));
    cli.command(command.command, command.describe, build, async (args) => {
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
  const { command: usage, describe } = command;
  return { name: usage.split(' ', 1)[0] ?? '', usage, describe, add };
}

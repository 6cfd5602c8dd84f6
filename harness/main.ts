import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { AssayError } from '../workloads/kit/assay-error.ts';
import type { CliContext } from './cli/command.ts';
import { commands } from './cli/commands.ts';
import { readEnvironment } from './environment.ts';
import { assayVersion } from './version.ts';

/** The only place that sets the exit code, and the boundary at which unknown errors become our bug. */
async function main(argv: readonly string[]): Promise<void> {
  const context: CliContext = {
    environment: readEnvironment(),
    out: process.stdout,
    err: process.stderr,
    now: () => new Date(),
  };
  const cli = yargs()
    .scriptName('assay')
    .usage('$0 <command>\n\nMeasures what a machine is fit for and proves it.')
    .version(assayVersion)
    .strict()
    .demandCommand(1, 'a command is missing')
    .recommendCommands()
    .wrap(Math.min(100, context.environment.terminal.columns))
    .exitProcess(false)
    .fail((message: string | null, cause: unknown) => {
      throw cause instanceof Error
        ? cause
        : new AssayError('USAGE', message ?? 'the command line was not understood', {
            hint: 'See: assay --help',
          });
    });
  for (const register of commands) {
    register(cli, context, (code) => {
      process.exitCode = code;
    });
  }
  try {
    await cli.parseAsync([...argv]);
  } catch (cause) {
    const error = AssayError.from(cause);
    context.err.write(`✖ ${error.code} ${error.message}\n`);
    if (error.hint !== undefined) context.err.write(`  ${error.hint}\n`);
    if (error.code === 'INTERNAL' && cause instanceof Error) context.err.write(`${cause.stack ?? ''}\n`);
    process.exitCode = error.exitCode;
  }
}

await main(hideBin(process.argv));

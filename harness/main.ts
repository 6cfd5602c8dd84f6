import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { AssayError } from '../workloads/kit/assay-error.ts';
import type { CliContext } from './cli/command.ts';
import { commands } from './cli/commands.ts';
import { readEnvironment } from './environment.ts';
import { assayVersion } from './version.ts';

const createContext = (): CliContext => ({
  environment: readEnvironment(),
  out: process.stdout,
  err: process.stderr,
  now: () => new Date(),
});

/** The only place that sets the exit code, and the boundary at which unknown errors become our bug. */
async function main(argv: readonly string[]): Promise<void> {
  const context = createContext();
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
    await cli.parseAsync(withoutSeparator(argv));
  } catch (cause) {
    const error = AssayError.from(cause);
    await report(error, context);
  }
}

/** `assay survey -- node7`: yargs hands what follows a separator to no command. What may be an option keeps it. */
function withoutSeparator(argv: readonly string[]): string[] {
  const at = argv.indexOf('--');
  const after = argv.slice(at + 1);
  return at < 0 || after.some((word) => word.startsWith('-')) ? [...argv] : [...argv.slice(0, at), ...after];
}

/** Messages may quote what a node or a file said: control characters must not reach the terminal. */
async function report(error: AssayError, { err }: CliContext): Promise<void> {
  const { cleanText } = await import('../reports/text/clean-text.ts');
  err.write(`✖ ${error.code} ${cleanText(error.message)}\n`);
  if (error.hint !== undefined) err.write(`  ${cleanText(error.hint)}\n`);
  if (error.code === 'INTERNAL') err.write(`${(error.stack ?? '').split('\n').map(cleanText).join('\n')}\n`);
  process.exitCode = error.exitCode;
}

process.on('uncaughtException', (cause) => {
  void report(AssayError.from(cause), { ...createContext() }).finally(() => process.exit(process.exitCode));
});

// A reader that has seen enough (`| head`) or a terminal that was closed is no error of ours; anything else is.
const nobodyReads: ReadonlySet<string> = new Set(['EPIPE', 'ERR_STREAM_DESTROYED']);
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (cause: NodeJS.ErrnoException) => {
    // A terminal that is gone says EIO, and so does a disk that is not in order.
    const isGone = nobodyReads.has(cause.code ?? '') || (cause.code === 'EIO' && stream.isTTY);
    if (!isGone) throw cause;
  });
}

await main(hideBin(process.argv));

import { AssayError } from '../workloads/kit/assay-error.ts';
import type { ExitCode } from '../workloads/kit/error-code.ts';
import { exitCodes } from '../workloads/kit/error-code.ts';
import { nameCommands } from './called-as.ts';
import type { CliContext } from './cli/command.ts';
import { commands } from './cli/commands.ts';
import { completionKey } from './cli/completion.ts';
import { readWords, renderOverview } from './cli/overview.ts';
import { readEnvironment } from './environment.ts';
import { assayVersion } from './version.ts';

function createContext(): CliContext {
  const environment = readEnvironment();
  return {
    environment,
    out: process.stdout,
    err: naming(process.stderr, environment.called),
    now: () => new Date(),
  };
}

/** What is told beside a result names our commands as they were called. */
function naming(stream: NodeJS.WriteStream, called: string): NodeJS.WriteStream {
  if (called === 'assay') return stream;
  const names = commands.map(({ name }) => name);
  return new Proxy(stream, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        const [first, ...rest] = args;
        const isText = key === 'write' && typeof first === 'string';
        return Reflect.apply(value, target, isText ? [nameCommands(first, called, names), ...rest] : args);
      };
    },
  });
}

/**
 * The only place that sets the exit code, and the boundary at which unknown errors become our bug. Until there is an answer the
 * code is that of a bug: a process that ends because nothing is left to wait for would end with 0, which means a pass.
 */
async function main(argv: readonly string[]): Promise<void> {
  process.exitCode = exitCodes.internal;
  const context = createContext();
  const words = readWords(argv);
  const told = tellAtOnce(words, context);
  if (told !== undefined) {
    context.out.write(told);
    process.exitCode = exitCodes.pass;
    return;
  }
  const { createCommandLine, explainUsage, NotUnderstood, requireCommand } = await import(
    './cli/command-line.ts'
  );
  let answered: ExitCode = exitCodes.pass;
  const cli = createCommandLine(context, (code) => {
    answered = code;
  });
  try {
    if (!words.includes(completionKey)) await requireCommand(words);
    await cli.parseAsync([...words]);
    process.exitCode = answered;
  } catch (cause) {
    const error = cause instanceof NotUnderstood ? await explainUsage(cause, words) : AssayError.from(cause);
    await report(error, context, argv.includes('--json'));
  }
}

/** The answer to what needs no command line to be understood. */
function tellAtOnce(
  [first = '', ...more]: readonly string[],
  { environment }: CliContext,
): string | undefined {
  if (more.length > 0) return undefined;
  if (['-V', '--version'].includes(first)) return `${assayVersion}\n`;
  if (!['-h', '--help'].includes(first)) return undefined;
  return renderOverview(environment.called, environment.terminal.columns);
}

/** As many as are read at once. */
const mostLines = 20;

/**
 * Messages may quote what a node or a file said: control characters must not reach the terminal. Whoever asked for JSON finds
 * the error as a document where the other one would be.
 */
async function report(error: AssayError, { out, err }: CliContext, asJson = false): Promise<void> {
  const { cleanText, escapeJson } = await import('../reports/text/clean-text.ts');
  if (asJson) {
    const { code, message, hint, exitCode } = error;
    const told = { schema: 'assay/error', schemaVersion: 1, code, message, hint, exitCode };
    out.write(`${escapeJson(JSON.stringify(told, undefined, 2))}\n`);
  }
  // What is wrong in a file of one's own is a line for each; of others' words none makes a line.
  const found = error.code === 'CONFIG_INVALID' ? error.message.split('\n') : [error.message];
  for (const text of found.slice(0, mostLines)) err.write(`✖ ${error.code} ${cleanText(text)}\n`);
  if (found.length > mostLines) err.write(`  and ${found.length - mostLines} more\n`);
  if (error.hint !== undefined) err.write(`  ${cleanText(error.hint)}\n`);
  if (error.code === 'INTERNAL') err.write(`${(error.stack ?? '').split('\n').map(cleanText).join('\n')}\n`);
  process.exitCode = error.exitCode;
}

process.on('uncaughtException', (cause) => {
  process.exitCode = exitCodes.internal; // whatever was said before
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

await main(process.argv.slice(2));

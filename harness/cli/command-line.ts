import type { Argv } from 'yargs';
import yargs from 'yargs';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { ExitCode } from '../../workloads/kit/error-code.ts';
import { assayVersion } from '../version.ts';
import type { CliContext } from './command.ts';
import { commands } from './commands.ts';

/** Ends of sentences that we make of what yargs found, which says it in words for its own users. */
const unknown = 'unknown: ';
const incomplete = 'incomplete';

const sentences = {
  'Unknown argument: %s': { one: `${unknown}%s`, other: `${unknown}%s` },
  'Not enough non-option arguments: got %s, need at least %s': { one: incomplete, other: incomplete },
  'Missing required argument: %s': { one: 'expected --%s, got none', other: 'expected options %s, got none' },
  'Not enough arguments following: %s': { one: 'expected a value of %s', other: 'expected values of %s' },
  'Invalid values:': 'not accepted:',
  'Argument: %s, Given: %s, Choices: %s': '%s: got %s, expected one of: %s',
  'Arguments %s and %s are mutually exclusive': 'expected --%s or --%s, got both',
  'Show help': 'Show help',
  'Show version number': 'Show the version',
};

/** The command line as yargs has it; `done` receives the exit code. Throws `AssayError`, or `NotUnderstood`. */
export function createCommandLine(context: CliContext, done: (code: ExitCode) => void): Argv {
  const cli = yargs()
    .scriptName(context.environment.called)
    .detectLocale(false)
    .updateStrings(sentences as unknown as Record<string, string>) // its types know no plurals
    .usage('$0 <command>\n\nMeasures what a machine is fit for and proves it.')
    .version(assayVersion)
    .alias({ help: 'h', version: 'V' })
    .strict()
    // `--no-hold NAME` is an option with a value, and not `hold` denied.
    .parserConfiguration({ 'boolean-negation': false })
    .wrap(Math.min(100, context.environment.terminal.columns))
    .epilog('More of a command: assay help <command>. Documents: README.md, docs/.')
    .exitProcess(false)
    .fail((message: string | null, cause: unknown) => {
      throw cause instanceof Error ? cause : new NotUnderstood(message ?? '', optionsOf(cli));
    });
  for (const { add } of commands) add(cli, context, done);
  return cli;
}

/** What yargs says of a command line that it did not understand, and the options that it knows there. */
export class NotUnderstood extends Error {
  readonly options: readonly string[];
  constructor(message: string, options: readonly string[]) {
    super(message);
    this.options = options;
  }
}

/** As they are typed: yargs knows each in camel case too. Its types leave out the method that tells them. */
const optionsOf = (cli: Argv): readonly string[] =>
  Object.keys((cli as unknown as { getOptions: () => { readonly key: object } }).getOptions().key)
    .filter((name) => !/[A-Z]./.test(name))
    .map((name) => (name.length === 1 ? `-${name}` : `--${name}`));

/** Throws USAGE where the first word is no command; yargs tells nearest ones by another measure than all else here. */
export async function requireCommand(words: readonly string[]): Promise<void> {
  const [first] = words;
  if (first === undefined)
    throw new AssayError('USAGE', 'expected a command, got none', { hint: 'See: assay --help' });
  const names = commands.map(({ name }) => name);
  if (first.startsWith('-') || names.includes(first)) return;
  throw new AssayError('USAGE', `expected a command, got \`${first}\``, {
    hint: `${(await nearest(first, names)) ?? ''}See: assay --help`,
  });
}

/** What was not understood, said so that it can be mended. */
export async function explainUsage(
  { message, options }: NotUnderstood,
  words: readonly string[],
): Promise<AssayError> {
  const command = commands.find(({ name }) => name === words[0]);
  const help = `See: ${['assay', ...(command === undefined ? [] : [command.name]), '--help'].join(' ')}`;
  const say = (text: string, first = ''): AssayError =>
    new AssayError('USAGE', text, { hint: `${first}${help}` });
  if (message.startsWith(incomplete)) return say(`expected \`assay ${command?.usage ?? '<command>'}\``);
  if (!message.startsWith(unknown)) return say(message.replace(/\s*\n\s*/g, ' ').trim());
  const names = message.slice(unknown.length).split(', ');
  const wrong = words.find(
    (word) => names.includes(word) || names.includes(word.replace(/^-+/, '').replace(/=.*$/s, '')),
  );
  if (wrong === undefined || !wrong.startsWith('-'))
    return say(`expected \`assay ${command?.usage ?? '<command>'}\`, got \`${wrong ?? names[0] ?? ''}\` too`);
  const option = wrong.replace(/=.*$/s, '');
  return say(`expected an option of this command, got \`${option}\``, await nearest(option, options));
}

async function nearest(name: string, known: readonly string[]): Promise<string | undefined> {
  const { nearestName } = await import('../config/nearest-name.ts');
  const found = nearestName(name, known);
  return found === undefined ? undefined : `Did you mean \`${found}\`? `;
}

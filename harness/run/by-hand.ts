import type { CommandResult } from '../../agents/protocol/step.ts';
import { cleanText } from '../../reports/text/clean-text.ts';
import type { Placeholder } from '../../workloads/kit/command.ts';
import { placeholders } from '../../workloads/kit/command.ts';
import { shellQuote, shellWord } from '../../workloads/kit/shell-quote.ts';

/** What whoever repeats a command has to put in the place of the node's own directories. */
const meaningOf: Readonly<Record<Placeholder, string>> = {
  scratch: 'a directory on the drive',
  build: 'an empty directory',
  bundle: 'a checkout of Assay',
  runtime: 'the program node',
  path: 'the usual PATH',
};
const variable = (name: string): string => `$${name.toUpperCase()}`;
const placeholder = new RegExp(`\\{(${placeholders.join('|')})\\}`);

/** A word with a variable in place of each placeholder: what stands beside it is quoted by itself. */
function wordOf(text: string): string {
  const [first = '', ...rest] = text.split(placeholder);
  const more = rest.map((part, at) => {
    if (at % 2 === 0) return variable(part);
    // A letter would belong to the name of the variable.
    return /^\w/.test(part) ? shellQuote(part) : wordOrNothing(part);
  });
  return rest.length === 0 ? shellWord(first) : `${wordOrNothing(first)}${more.join('')}`;
}

const wordOrNothing = (text: string): string => (text === '' ? '' : shellWord(text));

/** The command as a person would type it, in directories of one's own: the step's were removed after it. */
export function commandLine(command: CommandResult): string {
  const { file, args, env, stdin } = { stdin: undefined, ...(command.planned ?? command) };
  const words = [
    ...Object.entries(env).map(([name, value]) => `${name}=${wordOf(value)}`),
    ...[file, ...args].map(wordOf),
  ];
  return cleanText(`${stdin === undefined ? '' : `printf %s ${shellQuote(stdin)} | `}${words.join(' ')}`);
}

/** What the variables in these command lines stand for, each in words. */
export const meaningsIn = (lines: readonly string[]): readonly string[] =>
  placeholders
    .filter((name) => lines.some((line) => line.includes(variable(name))))
    .map((name) => `${variable(name)} is ${meaningOf[name]}`);

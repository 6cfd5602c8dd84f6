import type { Command, CommandInput } from './command.ts';
import { valueOf } from './facts/fact.ts';
import type { HostFacts } from './facts/host-facts.ts';

type Words = Pick<CommandInput, 'file' | 'args' | 'privilege' | 'timeoutMs'>;

/** Where only root installs programs. What lies elsewhere its user can change, and what root runs is not to be his. */
const systemPlace = /^\/(usr\/(local\/)?)?s?bin\/[^/]+$/;

/** What sudo starts belongs to root, and only root can end it: it is given its time there. */
const timeLimit = '/usr/bin/timeout';
const timeLimitArguments = ['-k', '5'];

/** The program that words for sudo are about, behind its time limit. */
export const programOf = (words: readonly string[]): string =>
  words[words[0] === timeLimit ? timeLimitArguments.length + 2 : 0] ?? '';

/** Why a program is not run as root, and no rule allows it; `undefined` when nothing speaks against it. */
export function whyNotTrusted(words: readonly string[]): string | undefined {
  const program = programOf(words);
  return systemPlace.test(program)
    ? undefined
    : `expected a program of the system (in bin or sbin of /, /usr or /usr/local) to run as root, got \`${program}\``;
}

/** What of these commands only root may do, each as the words that sudo is given, with the full name of its program. */
export const privilegedWords = (
  commands: readonly Words[],
  { programs }: Pick<HostFacts, 'programs'>,
): readonly (readonly string[])[] =>
  commands.flatMap(({ file, args, privilege, timeoutMs }) => {
    const seconds = `${Math.ceil(timeoutMs / 1000)}`;
    return privilege === 'sudo'
      ? [[timeLimit, ...timeLimitArguments, seconds, programs[file] ?? file, ...args]]
      : [];
  });

/** Why the agent cannot run these commands as root; `undefined` when it can, or when none has to be. */
export const whyNotRoot = (commands: readonly Words[], facts: HostFacts): string | undefined =>
  whyNotAllowed(privilegedWords(commands, facts), facts);

/** The same of words for sudo. */
export function whyNotAllowed(
  asked: readonly (readonly string[])[],
  { limits: { isRoot, passwordlessSudo, sudoCommands } }: HostFacts,
): string | undefined {
  if (valueOf(isRoot) === true) return undefined;
  const odd = asked.map(whyNotTrusted).find((why) => why !== undefined);
  if (odd !== undefined || valueOf(passwordlessSudo) === true) return odd;
  const allowed = valueOf(sudoCommands) ?? [];
  const refused = asked.find((words) => !allowed.includes(words.join(' ')));
  return refused === undefined
    ? undefined
    : `needs root for \`${refused.join(' ')}\`, which \`sudo -n\` refuses: \`assay nodes sudoers\` prints the rule that allows it`;
}

/** A command as it is started here: by `sudo -n`, which asks nobody for a password, where root is needed and not there. */
export function throughSudo(command: Command, facts: HostFacts): Command {
  if (command.privilege === 'none' || valueOf(facts.limits.isRoot) === true) return command;
  return { ...command, file: 'sudo', args: ['-n', '--', ...privilegedWords([command], facts).flat()] };
}

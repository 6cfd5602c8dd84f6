import { userInfo } from 'node:os';
import { cleanText } from '../../reports/text/clean-text.ts';
import { foldNodeSet } from '../../reports/verdict/words/fold-names.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { ExitCode } from '../../workloads/kit/error-code.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import { whyNotTrusted } from '../../workloads/kit/privilege.ts';
import { listPrivileged } from '../plan/list-privileged.ts';
import type { CliContext } from './command.ts';
import { lookAtMachines } from './look-at-machines.ts';
import { loadTargets } from './targets.ts';
import { loadWays } from './ways.ts';

/** Prints the least rules for sudo with which a suite can read what only root may read, machines with the same ones together. */
export async function printSudoers(
  given: readonly string[],
  sshConfig: string | undefined,
  suite: string,
  context: CliContext,
): Promise<ExitCode> {
  const { inventory } = await loadTargets(given, context.environment, sshConfig);
  const ways = await loadWays(inventory, context.environment);
  const users = new Map(
    ways.map(({ node, settings }) => [node.name, settings?.hops.at(-1)?.user ?? userInfo().username]),
  );
  return lookAtMachines(context, { given, sshConfig, suite }, (looked, seen) => {
    if (seen === undefined) return exitCodes.infrastructure;
    const rules = seen.nodes.map(({ node, facts }) => ({
      node,
      rule: sudoersRule(users.get(node) ?? '', listPrivileged(looked.suite, facts, looked.registry)),
    }));
    for (const [rule, those] of Map.groupBy(rules, (each) => each.rule)) {
      const names = foldNodeSet(those.map(({ node }) => node));
      context.out.write(
        cleanText(`# ${names}, suite ${suite}: for /etc/sudoers.d/assay (check it: visudo -cf FILE)`),
      );
      context.out.write(`\n${rule.split('\n').map(cleanText).join('\n')}\n`);
    }
    return exitCodes.pass;
  });
}

/** One rule that allows exactly these commands, without a password; a program that its user can change is named, and not allowed. */
export function sudoersRule(user: string, commands: readonly (readonly string[])[]): string {
  if (commands.length === 0) return '# nothing of it needs root';
  const odd = new Set(commands.flatMap((words) => whyNotTrusted(words) ?? []));
  const trusted = commands.filter((words) => whyNotTrusted(words) === undefined);
  const refused = [...odd].map((why) => `# ${JSON.stringify(why).slice(1, -1)}`);
  if (trusted.length === 0) return refused.join('\n');
  const lines = trusted.map((words) => `    ${words.map(escapeWord).join(' ')}`);
  const rule = `${escapeWord(oneUser(user))} ALL=(root) NOPASSWD: \\\n${lines.join(', \\\n')}`;
  return [...refused, rule].join('\n');
}

/** A name that sudo does not read as a group, a netgroup, a number or an alias, of whoever else is in it. */
function oneUser(user: string): string {
  if (/^[^%+#!]/.test(user) && !/^[A-Z][A-Z0-9_]*$/.test(user)) return user;
  throw new AssayError(
    'CONFIG_INVALID',
    `expected the name of one user for a rule of sudo, got \`${user}\`, which sudo reads as something else`,
    { hint: 'Let the agent log in as a user with another name, or write the rule by hand.' },
  );
}

/** What has a meaning in a sudoers file (sudoers(5)) stands for itself behind a backslash. */
const escapeWord = (word: string): string => word.replaceAll(/[\\,:=!*?[\]()@#"\s]/g, '\\$&');

import { AssayError } from '../../../workloads/kit/assay-error.ts';
import { refuse } from './refusals.ts';

export type Variables = Readonly<Record<string, string | undefined>>;
/** Values of `%` tokens, by their letters. */
export type Tokens = Readonly<Record<string, string>>;

const invalid = (text: string, message: string): AssayError =>
  new AssayError('CONFIG_INVALID', `ssh_config: ${message} in \`${text}\``, { hint: 'Write the value out.' });

/**
 * Replaces `%` tokens, and `${NAME}` where the option takes variables (misc.c: percent_expand, percent_dollar_expand).
 * What has no value is refused, not kept.
 */
export function expand(text: string, tokens: Tokens, variables?: Variables): string {
  const pattern = variables === undefined ? /%(.?)/gsu : /%(.?)|\$\{([^}]*)(\}?)/gsu;
  return text.replaceAll(pattern, (written, token?: string, name?: string, end?: string) => {
    if (token === '%') return '%';
    if (token !== undefined) {
      const value = Object.hasOwn(tokens, token) ? tokens[token] : undefined;
      if (value !== undefined) return value;
      const known = Object.keys(tokens).map((letter) => `%${letter}`);
      throw invalid(text, `expected one of %% ${known.join(' ')}, found \`${written}\``);
    }
    const value = end === '' ? undefined : findVariable(variables ?? {}, name ?? '');
    if (value === undefined) throw invalid(text, `expected a variable that is set, found \`${written}\``);
    return value;
  });
}

/** A variable that is set: no name that every object has. */
export const findVariable = (variables: Variables, name: string): string | undefined =>
  Object.hasOwn(variables, name) ? variables[name] : undefined;

/** Replaces `~` in front (misc.c: tilde_expand). */
export function expandHome(path: string, home: string): string {
  if (!path.startsWith('~')) return path;
  if (!/^~(\/|$)/.test(path))
    refuse('~user', `ssh_config: expected \`~/\` in \`${path}\`, found the home of another user`);
  return `${home.replace(/\/$/, '')}/${path.replace(/^~\/*/, '')}`;
}

import { AssayError } from '../../workloads/kit/assay-error.ts';

/** Replaces the `%` tokens of an ssh_config value; one that has no meaning here is refused, not kept. */
export const expandTokens = (text: string, tokens: Readonly<Record<string, string>>): string =>
  text.replaceAll(/%.?/g, (token) => {
    if (token === '%%') return '%';
    const value = tokens[token];
    if (value === undefined) {
      throw new AssayError(
        'CONFIG_INVALID',
        `ssh_config: expected one of %% ${Object.keys(tokens).join(' ')} in \`${text}\`, found \`${token}\``,
        { hint: 'Write the value out.' },
      );
    }
    return value;
  });

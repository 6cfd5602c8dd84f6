/**
 * Makes a line that every login shell hands to `sh` unchanged. sshd runs `$SHELL -c <line>`, and $SHELL may be csh or
 * fish: there no line break may stand inside quotes (csh), `!` is history even in single quotes (csh), and `\` is an
 * escape in them (fish). So each line of the script is a word of its own, and those characters stand outside quotes,
 * escaped, which means the same everywhere. `sh` reads no login files; what the login shell's own files print comes
 * before the mark, which the script's output follows.
 */
export const toShellLine = (script: string, mark: string): string =>
  `exec /bin/sh -c ${word(`printf "%s\\n" ${mark}; eval "$(printf "%s\\n" "$@")"`)} sh ${script.split('\n').map(word).join(' ')}`;

const word = (text: string): string =>
  text === ''
    ? "''"
    : text
        .split(/([\\'!])/)
        .filter((part) => part !== '')
        .map((part) => (/^[\\'!]$/.test(part) ? `\\${part}` : `'${part}'`))
        .join('');

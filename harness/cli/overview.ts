import { wrapText } from '../../reports/text/wrap-text.ts';
import { commandGroups } from './commands.ts';

/** Where descriptions begin, if there is room for them beside the commands. */
const descriptionColumn = 30;
const narrowest = 64;

/**
 * What there is, for whoever asks for nothing in particular. Yargs, which knows the options of each command, is not loaded for it:
 * that was more than half of what `assay --help` took.
 */
export function renderOverview(called: string, columns: number): string {
  const width = Math.min(100, columns);
  const isNarrow = width < narrowest;
  const indent = ' '.repeat(isNarrow ? 6 : descriptionColumn);
  const describe = (name: string, text: string): readonly string[] => {
    const lines = wrapText(text, width - indent.length);
    const hasRoom = !isNarrow && name.length + 4 <= descriptionColumn;
    const [first = '', ...more] = hasRoom ? lines : ['', ...lines];
    return [
      `  ${name}`.padEnd(hasRoom ? descriptionColumn : 0) + first,
      ...more.map((line) => indent + line),
    ];
  };
  return [
    `${called} <command>`,
    '',
    ...wrapText('Measures what a machine is fit for and proves it.', width),
    ...commandGroups.flatMap(([title, those]) => [
      '',
      ...wrapText(`${title}:`, width),
      ...those.flatMap((each) => describe(each.usage, each.describe)),
    ]),
    '',
    'Options:',
    ...describe('-h, --help', `Show help; of one command: ${called} help <command>`),
    ...describe('-V, --version', 'Show the version'),
    '',
    ...wrapText(`First: ${called} survey local. Documents: README.md, docs/.`, width),
    '',
  ].join('\n');
}

/** `help plan` is `plan --help`; what follows a separator, which yargs hands to no command, stays unless it may be an option. */
export function readWords(given: readonly string[]): readonly string[] {
  const at = given.indexOf('--');
  const after = given.slice(at + 1);
  const words =
    at < 0 || after.some((word) => word.startsWith('-')) ? given : [...given.slice(0, at), ...after];
  const [first, ...others] = words;
  return first === 'help' ? [...others, '--help'] : words;
}

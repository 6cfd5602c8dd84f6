import { basename, dirname, relative } from 'node:path';
import { shellWord } from '../workloads/kit/shell-quote.ts';

interface Call {
  /** What was run: a path, or the word that ASSAY_CALLED says. */
  readonly script: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly path: string;
  readonly workingDirectory: string;
}

/** How the command line was called, as it can be pasted where it was called: `assay`, `npx --no -- assay`, `./bin/assay`, `node harness/bin.js`. */
export function calledAs({ script, variables, path, workingDirectory }: Call): string {
  if (!script.includes('/')) return 'assay';
  if (variables['npm_command'] === 'exec' && variables['ASSAY_CALLED'] === undefined)
    return 'npx --no -- assay';
  const below = relative(workingDirectory, script);
  const isBelow = !below.startsWith('..') && below !== '';
  switch (basename(script)) {
    case 'assay':
      if (path.split(':').includes(dirname(script))) return 'assay';
      return shellWord(isBelow ? `./${below}` : script);
    case 'bin.js':
      return `node ${shellWord(isBelow ? below : script)}`;
    default:
      return 'assay';
  }
}

/** Our own commands in a text, each called as it was called. What a node said may have such words too, and loses nothing by it. */
export function nameCommands(text: string, called: string, names: readonly string[]): string {
  if (called === 'assay' || !text.includes('assay ')) return text;
  const words = new RegExp(
    `(?<![^\\s\`'"(:])assay (?=(?:${[...names, 'help', '--help'].join('|')})(?![\\w-]))`,
    'g',
  );
  return text.replace(words, () => `${called} `);
}

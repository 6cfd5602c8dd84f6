import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { AssayError } from '../workloads/kit/assay-error.ts';

/** What the coordinator takes from its surroundings: read once, here, and passed on. */
export interface Environment {
  readonly path: string;
  readonly workingDirectory: string;
  readonly runtime: string;
  /** All variables: ssh_config may name any. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Where a user's programs keep what they remember (XDG Base Directory): notes and locks of runs. */
  readonly stateHome: string;
  readonly random: () => number;
  /** Factor of every deadline in which a node has to answer. */
  readonly patience: number;
  readonly isRoot: boolean;
  readonly terminal: { readonly isInteractive: boolean; readonly columns: number; readonly color: boolean };
}

export function readEnvironment(): Environment {
  const isInteractive = process.stderr.isTTY;
  return {
    path: process.env['PATH'] ?? '/usr/bin:/bin',
    workingDirectory: process.cwd(),
    runtime: process.execPath,
    variables: process.env,
    stateHome: readStateHome(process.env['XDG_STATE_HOME'] ?? ''),
    random: () => Math.random(),
    patience: readFactor(process.env['ASSAY_PATIENCE']),
    isRoot: process.getuid?.() === 0,
    terminal: {
      isInteractive,
      columns: Math.max(40, process.stdout.columns || 100),
      // https://no-color.org
      color: process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb',
    },
  };
}

/** A relative path there is to be ignored. */
const readStateHome = (given: string): string =>
  isAbsolute(given) ? given : join(homedir(), '.local/state');

/** 1 when nothing is said. Throws USAGE. */
function readFactor(text = '1'): number {
  const factor = Number(text);
  if (factor > 0 && factor <= 100) return factor;
  throw new AssayError(
    'USAGE',
    `ASSAY_PATIENCE: expected a factor above 0 and up to 100, found \`${text}\``,
    {
      hint: 'Set it to 3, say, for slow links, or not at all.',
    },
  );
}

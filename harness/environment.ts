import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { AssayError } from '../workloads/kit/assay-error.ts';
import { calledAs } from './called-as.ts';

/** What the coordinator takes from its surroundings: read once, here, and passed on. */
export interface Environment {
  readonly path: string;
  readonly workingDirectory: string;
  readonly runtime: string;
  /** How the command line was called, for hints that can be pasted: `assay`, `npx --no -- assay`, a path. */
  readonly called: string;
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
  const isInteractive = canRedraw(process.env, process.stderr.isTTY);
  const path = process.env['PATH'] ?? '/usr/bin:/bin';
  const workingDirectory = process.cwd();
  return {
    path,
    workingDirectory,
    called: calledAs({
      script: process.env['ASSAY_CALLED'] ?? process.argv[1] ?? '',
      variables: process.env,
      path,
      workingDirectory,
    }),
    runtime: process.execPath,
    variables: process.env,
    stateHome: readStateHome(process.env['XDG_STATE_HOME'] ?? ''),
    random: () => Math.random(),
    patience: readFactor(process.env['ASSAY_PATIENCE']),
    isRoot: process.getuid?.() === 0,
    terminal: {
      isInteractive,
      columns: Math.max(40, process.stdout.columns || 100),
      color: wantsColor(process.env, process.stdout.isTTY),
    },
  };
}

/** NO_COLOR (https://no-color.org) before FORCE_COLOR (https://force-color.org, `0` and `false` as Node.js has them), before what the terminal is. */
export function wantsColor(
  { NO_COLOR = '', FORCE_COLOR = '', TERM }: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): boolean {
  if (NO_COLOR !== '') return false;
  if (FORCE_COLOR !== '') return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return isTerminal && TERM !== 'dumb';
}

/** Whether a line can be written anew: a dumb terminal shows what should move its cursor. */
export const canRedraw = (
  { TERM }: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): boolean => isTerminal && TERM !== 'dumb';

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

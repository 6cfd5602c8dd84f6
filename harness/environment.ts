/** What the coordinator takes from its surroundings: read once, here, and passed on. */
export interface Environment {
  readonly path: string;
  readonly workingDirectory: string;
  readonly runtime: string;
  /** All variables: ssh_config may name any. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly random: () => number;
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
    random: () => Math.random(),
    isRoot: process.getuid?.() === 0,
    terminal: {
      isInteractive,
      columns: Math.max(40, process.stdout.columns || 100),
      // https://no-color.org
      color: process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb',
    },
  };
}

import { execa } from 'execa';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { isAllowed, readSudoListing } from '../../workloads/kit/facts/read-sudo.ts';
import type { Result } from '../../workloads/kit/result.ts';
import { err, ok } from '../../workloads/kit/result.ts';

/** What installing takes from its surroundings: where programs are, who we are, and where to say what is done. */
export interface InstallContext {
  readonly environment: { readonly path: string; readonly isRoot: boolean };
  readonly err: { readonly write: (text: string) => unknown };
}

const lookTimeoutMs = 60_000;
const changeTimeoutMs = 15 * 60_000;

/**
 * Settings of every change: no questions, no service started by an installation (RUNLEVEL, which invoke-rc.d asks)
 * and none restarted after it (needrestart's hook).
 */
const settings = ['DEBIAN_FRONTEND=noninteractive', 'RUNLEVEL=1', 'NEEDRESTART_SUSPEND=1', 'LC_ALL=C'];

const installArguments = (packages: readonly string[]): readonly string[] => [
  ...['install', '--no-install-recommends', '--no-upgrade', '--no-remove'],
  ...packages,
];

/**
 * Installs Debian packages on this machine, never on a node under test: those of `packages` that are missing and what
 * they depend on, nothing upgraded, nothing removed. Every command is printed before it runs. Returns the new packages.
 */
export async function installTools(
  packages: readonly string[],
  context: InstallContext,
): Promise<readonly string[]> {
  for (const name of packages) checkName(name);
  await expectApt(context);
  const missing = await missingPackages(packages, context);
  if (missing.length === 0) {
    context.err.write('All packages are installed already.\n');
    return [];
  }
  const install = ['-y', '-o', 'DPkg::Lock::Timeout=60', ...installArguments(missing)];
  await expectPrivilege(missing, install, context);
  const planned = await planInstall(missing, context);
  context.err.write(`New packages: ${planned.join(' ')}\n`);
  await change(install, context);
  const left = await missingPackages(missing, context);
  if (left.length > 0)
    throw failed(`expected ${left.join(', ')} to be installed, found that apt-get left it out`, left);
  return planned;
}

/** Names of the packages that a simulation would install; an error if it would also upgrade or remove something. */
export function readSimulation(output: string): Result<readonly string[]> {
  const lines = output.split('\n');
  const named = (pattern: RegExp): string[] => lines.flatMap((line) => pattern.exec(line)?.[1] ?? []);
  const removed = named(/^Remv (\S+)/);
  if (removed.length > 0) return err(`it would remove ${removed.join(', ')}`);
  // `Inst name [installed version] (new version …)` is an upgrade of a dependency.
  const upgraded = named(/^Inst (\S+) \[/);
  if (upgraded.length > 0) return err(`it would upgrade ${upgraded.join(', ')}`);
  const added = named(/^Inst (\S+) \(/);
  return added.length > 0 ? ok(added) : err('it would install nothing');
}

/** Packages that dpkg does not have in the state "installed". */
export function readMissing(packages: readonly string[], dpkgQuery: string): readonly string[] {
  const installed = new Set(
    dpkgQuery.split('\n').flatMap((line) => /^([^\t:]+)(?::[^\t]+)?\t.i $/.exec(line)?.[1] ?? []),
  );
  return [...new Set(packages)].filter((name) => !installed.has(name)).toSorted();
}

function checkName(name: string): void {
  // Debian policy 5.6.1; what begins with a dash would be an option.
  if (/^[a-z0-9][a-z0-9+.-]+$/.test(name)) return;
  throw new AssayError('INTERNAL', `expected the name of a Debian package, got \`${name}\``);
}

async function expectApt(context: InstallContext): Promise<void> {
  const { code } = await look('apt-get', ['--version'], context);
  if (code !== 'ENOENT') return;
  throw new AssayError(
    'INSTALL_FAILED',
    `expected \`apt-get\` on the PATH ${context.environment.path}, found none: only Debian and its relatives are supported`,
    {
      hint: 'Install the tools with the package manager of this system, and run without --install-tools.',
    },
  );
}

async function missingPackages(
  packages: readonly string[],
  context: InstallContext,
): Promise<readonly string[]> {
  if (packages.length === 0) return [];
  // It exits 1 when one of them is unknown and still prints the others.
  const { stdout } = await look(
    'dpkg-query',
    ['-W', '-f=${Package}\\t${db:Status-Abbrev}\\n', ...packages],
    context,
  );
  return readMissing(packages, stdout);
}

/** Whoever may run something as root may not run everything: sudo is asked about the very command. */
async function expectPrivilege(
  missing: readonly string[],
  install: readonly string[],
  context: InstallContext,
): Promise<void> {
  if (await mayChange(install, context)) return;
  throw new AssayError(
    'PRIVILEGE_MISSING',
    `expected root or a \`sudo -n\` that allows apt-get to install ${missing.join(' ')}, found neither`,
    {
      hint: `Run \`sudo apt-get ${installArguments(missing).join(' ')}\` yourself, or run without --install-tools.`,
    },
  );
}

/** Asks apt what it would do. Package lists are fetched only if the ones at hand do not know a package. */
async function planInstall(missing: readonly string[], context: InstallContext): Promise<readonly string[]> {
  const simulate = () => look('apt-get', ['-s', ...installArguments(missing)], context);
  let simulation = await simulate();
  if (simulation.exitCode !== 0 && (await mayChange(['update'], context))) {
    await change(['update'], context);
    simulation = await simulate();
  }
  if (simulation.exitCode !== 0)
    throw failed(`apt-get cannot install ${missing.join(' ')}: ${lastLines(simulation.all)}`, missing);
  const planned = readSimulation(simulation.stdout);
  if (!planned.ok)
    throw failed(`expected apt-get to add packages only, found that ${planned.error}`, missing);
  return planned.value;
}

/** apt-get as it changes the machine. */
const aptGet = (args: readonly string[]): readonly string[] => ['env', ...settings, 'apt-get', ...args];

/** Whether we are root, or sudo would run it without a password: it lists what it would, and runs nothing. */
async function mayChange(args: readonly string[], context: InstallContext): Promise<boolean> {
  if (context.environment.isRoot) return true;
  // Asked about one command it prints that with the place of its program, whether it needs a password or not.
  const one = await look('sudo', ['-n', '-l', ...aptGet(args)], context);
  if (one.exitCode !== 0) return false;
  const entries = readSudoListing((await look('sudo', ['-n', '-l'], context)).stdout);
  return entries !== undefined && isAllowed(entries, one.stdout.trim().split(' '));
}

/** Runs apt-get with rights to change the machine, after printing the exact command. */
async function change(args: readonly string[], context: InstallContext): Promise<void> {
  const [file = '', ...rest] = [...(context.environment.isRoot ? [] : ['sudo', '-n']), ...aptGet(args)];
  context.err.write(`+ ${[file, ...rest].join(' ')}\n`);
  const { exitCode, all } = await look(file, rest, context, changeTimeoutMs);
  if (exitCode !== 0)
    throw failed(`apt-get ${args[0] === 'update' ? 'update' : 'install'} failed: ${lastLines(all)}`, []);
}

async function look(file: string, args: readonly string[], context: InstallContext, timeout = lookTimeoutMs) {
  return execa(file, args, {
    env: { PATH: context.environment.path, LC_ALL: 'C' },
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    all: true,
    timeout,
  });
}

const lastLines = (text: string): string => {
  const lines = text
    .trim()
    .split('\n')
    .slice(-5)
    .map((line) => line.trim());
  return lines.join(' / ') || 'it said nothing';
};

const failed = (message: string, packages: readonly string[]): AssayError =>
  new AssayError('INSTALL_FAILED', message, {
    hint:
      packages.length === 0
        ? 'Repair the package manager, or run without --install-tools.'
        : `Install ${packages.join(' ')} by hand, or run without --install-tools.`,
  });

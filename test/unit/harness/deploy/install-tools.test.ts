import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { installTools, readMissing, readSimulation } from '../../../../harness/deploy/install-tools.ts';
import { AssayError } from '../../../../workloads/kit/assay-error.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-install-'));
});
afterEach(async () => rm(folder, { recursive: true }));

/** Puts a fake program on the PATH; every call is written to `calls`. */
async function fake(name: string, script: string): Promise<void> {
  await mkdir(join(folder, 'bin'), { recursive: true });
  await writeFile(join(folder, 'bin', name), `#!/bin/sh\necho "${name} $*" >> ${folder}/calls\n${script}\n`);
  await chmod(join(folder, 'bin', name), 0o755);
}

async function install(packages: readonly string[], isRoot = true) {
  const printed: string[] = [];
  const environment = { path: `${folder}/bin:/usr/bin:/bin`, isRoot };
  const result = await installTools(packages, {
    environment,
    err: { write: (text) => printed.push(text) },
  }).catch((cause: unknown) => cause);
  const calls = await readFile(`${folder}/calls`, 'utf8').catch(() => '');
  return {
    result,
    printed: printed.join(''),
    calls: calls.split('\n').filter((line) => line !== '' && !line.includes('--version')),
  };
}

/** dpkg knows a package once apt-get has installed it. */
const dpkg = `for name in "$@"; do case "$name" in -*) ;; *) if grep -qx "$name" "$(dirname "$0")/../installed"; then printf '%s\\tii \\n' "$name"; else echo "no $name" >&2; fi;; esac; done; exit 1`;
const apt = `case "$*" in
  --version) exit 0;;
  update) touch "$(dirname "$0")/../updated"; exit 0;;
  -s*) echo 'Inst libaio1 (0.3.113-4 Debian:12 [amd64])'; echo 'Inst fio (3.33-3 Debian:12 [amd64])'; echo 'Conf fio (3.33-3 Debian:12 [amd64])';;
  *) echo fio >> "$(dirname "$0")/../installed";;
esac`;

describe('installTools', () => {
  beforeEach(async () => {
    await writeFile(`${folder}/installed`, 'util-linux\n');
    await fake('dpkg-query', dpkg);
    await fake('apt-get', apt);
  });

  test('installs only what is missing, and prints the exact command first', async () => {
    const { result, printed, calls } = await install(['util-linux', 'fio', 'fio']);
    expect(result).toEqual(['libaio1', 'fio']);
    expect(printed).toBe(
      'New packages: libaio1 fio\n' +
        '+ env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 NEEDRESTART_SUSPEND=1 LC_ALL=C apt-get -y -o DPkg::Lock::Timeout=60 ' +
        'install --no-install-recommends --no-upgrade --no-remove fio\n',
    );
    expect(calls.filter((line) => line.startsWith('apt-get'))).toEqual([
      'apt-get -s install --no-install-recommends --no-upgrade --no-remove fio',
      'apt-get -y -o DPkg::Lock::Timeout=60 install --no-install-recommends --no-upgrade --no-remove fio',
    ]);
  });

  test('does nothing when nothing is missing', async () => {
    const { result, printed, calls } = await install(['util-linux'], false);
    expect(result).toEqual([]);
    expect(printed).toBe('All packages are installed already.\n');
    expect(calls.filter((line) => line.startsWith('apt-get'))).toEqual([]);
  });

  test('fetches package lists only when the ones at hand do not know a package', async () => {
    await fake(
      'apt-get',
      apt.replace(
        '-s*)',
        '-s*) [ -e "$(dirname "$0")/../updated" ] || { echo "E: Unable to locate package fio" >&2; exit 100; };',
      ),
    );
    const { result, printed } = await install(['fio']);
    expect(result).toEqual(['libaio1', 'fio']);
    expect(printed.split('\n')[0]).toBe(
      '+ env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 NEEDRESTART_SUSPEND=1 LC_ALL=C apt-get update',
    );
  });

  /** sudo as it lists: a command with the place of its program if it is allowed at all, and the rules. */
  const lists = (rules: string): string =>
    `if [ "$2" = -l ]; then if [ $# -gt 2 ]; then shift 2; echo "/usr/bin/$*"; else printf 'User a may run the following commands on b:\\n    (root) ${rules}\\n'; fi; exit 0; fi;`;

  test('uses sudo -n where it is allowed', async () => {
    await fake('sudo', `${lists('NOPASSWD: ALL')} shift; exec "$@"`);
    const { result, printed, calls } = await install(['fio'], false);
    expect(result).toEqual(['libaio1', 'fio']);
    expect(printed).toContain('+ sudo -n env DEBIAN_FRONTEND=noninteractive');
    const asked = calls.filter((line) => line.startsWith('sudo -n -l env'));
    const done = calls.filter((line) => line.startsWith('sudo -n env '));
    expect(asked.map((line) => line.replace(' -l ', ' '))).toEqual(done);
  });

  test.each([
    ['true alone', 'case "$*" in "-n true"|"-n -l true") exit 0;; esac; exit 1'],
    ['all of it with a password', lists('ALL')],
    ['all of it with a password, and true without', lists('ALL, NOPASSWD: /usr/bin/true')],
    ['apt-get update alone', 'case "$*" in *"apt-get update") exit 0;; esac; exit 1'],
  ])('refuses where sudo allows %s', async (_, script) => {
    await fake('sudo', script);
    const { result, calls } = await install(['fio'], false);
    expect((result as AssayError).code).toBe('PRIVILEGE_MISSING');
    expect(calls.filter((line) => line.startsWith('apt-get'))).toEqual([]);
  });

  test('does without new package lists where sudo allows the installation alone', async () => {
    await fake('apt-get', apt.replace('-s*)', '-s*) echo "E: Unable to locate package fio" >&2; exit 100;'));
    await fake(
      'sudo',
      `case "$*" in *"apt-get update") exit 1;; esac; ${lists('NOPASSWD: /usr/bin/env')} shift; exec "$@"`,
    );
    const { result, calls } = await install(['fio'], false);
    expect((result as AssayError).message).toBe(
      'apt-get cannot install fio: E: Unable to locate package fio',
    );
    expect(calls.some((line) => line.startsWith('apt-get update'))).toBe(false);
  });

  test('refuses without root and without sudo, and says what to install', async () => {
    await fake('sudo', 'echo "sudo: a password is required" >&2; exit 1');
    const { result, calls } = await install(['fio', 'util-linux'], false);
    expect(result).toBeInstanceOf(AssayError);
    expect((result as AssayError).toJSON()).toEqual({
      code: 'PRIVILEGE_MISSING',
      message: 'expected root or a `sudo -n` that allows apt-get to install fio, found neither',
      hint: 'Run `sudo apt-get install --no-install-recommends --no-upgrade --no-remove fio` yourself, or run without --install-tools.',
    });
    expect(calls.filter((line) => line.startsWith('apt-get'))).toEqual([]);
  });

  test('a failed installation quotes the last lines', async () => {
    await fake(
      'apt-get',
      apt.replace('*) echo fio', '*) echo one; echo "E: Could not get lock" >&2; exit 100; echo fio'),
    );
    const { result } = await install(['fio']);
    expect((result as AssayError).code).toBe('INSTALL_FAILED');
    expect((result as AssayError).message).toContain('apt-get install failed:');
    expect((result as AssayError).message).toContain('E: Could not get lock');
  });

  test('an installation that left the package out is a failure', async () => {
    await fake('apt-get', apt.replace('echo fio >>', 'true # '));
    const { result } = await install(['fio']);
    expect((result as AssayError).message).toBe(
      'expected fio to be installed, found that apt-get left it out',
    );
  });

  test.each([
    ['Remv kubectl [1.32]', 'expected apt-get to add packages only, found that it would remove kubectl'],
    [
      'Inst libc6 [2.36-9] (2.36-10 Debian:12 [amd64])',
      'expected apt-get to add packages only, found that it would upgrade libc6',
    ],
  ])('refuses a plan with `%s`', async (line, message) => {
    await fake('apt-get', apt.replace("echo 'Inst libaio1", `echo '${line}'; echo 'Inst libaio1`));
    const { result, calls } = await install(['fio']);
    expect((result as AssayError).message).toBe(message);
    expect(calls.some((call) => call.startsWith('apt-get -y'))).toBe(false);
  });

  test('a name that is no package never reaches apt', async () => {
    const { result, calls } = await install(['-oAPT::x=y']);
    expect((result as AssayError).message).toBe('expected the name of a Debian package, got `-oAPT::x=y`');
    expect(calls).toEqual([]);
  });
});

test('a system without apt-get is told so', async () => {
  await mkdir(join(folder, 'bin'));
  const context = { environment: { path: `${folder}/bin`, isRoot: true }, err: { write: () => undefined } };
  await expect(installTools(['fio'], context)).rejects.toMatchObject({
    code: 'INSTALL_FAILED',
    message: `expected \`apt-get\` on the PATH ${folder}/bin, found none: only Debian and its relatives are supported`,
  });
});

describe('reading', () => {
  test('a package is installed only in that state, on whatever architecture', () => {
    const text = 'fio\tii \nlibaio1:amd64\tii \nold\trc \nbroken\tiU \n';
    expect(readMissing(['fio', 'libaio1', 'old', 'broken', 'never'], text)).toEqual([
      'broken',
      'never',
      'old',
    ]);
  });

  test('a held package is installed', () => expect(readMissing(['fio'], 'fio\thi \n')).toEqual([]));

  test('an empty simulation is an error', () => {
    expect(readSimulation('')).toEqual({ ok: false, error: 'it would install nothing' });
  });
});

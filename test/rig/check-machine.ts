import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { AssayError } from '../../workloads/kit/assay-error.ts';

/** Where programs of the machine and of its nodes are looked for, whatever the caller's PATH. */
export const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const packages: Readonly<Record<string, string>> = {
  sshd: 'openssh-server',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  ip: 'iproute2',
  bridge: 'iproute2',
  tc: 'iproute2',
  ss: 'iproute2',
  mount: 'mount',
  unshare: 'util-linux',
  nsenter: 'util-linux',
};

/** Says why no rig can be built here; undefined: nothing is in the way. */
export function findObstacle(): AssayError | undefined {
  const denied = findDenial();
  if (denied !== undefined) return denied;
  const missing = Object.keys(packages).filter((name) => !isProgram(name));
  if (missing.length > 0) {
    const found = missing.length === 1 ? 'no such program' : 'none of them';
    return new AssayError(
      'RUNTIME_UNSUPPORTED',
      `expected ${missing.join(', ')} in ${systemPath}, found ${found}`,
      { hint: `apt-get install ${[...new Set(missing.map((name) => packages[name]))].join(' ')}` },
    );
  }
  const tried = spawnSync('unshare', ['--mount', '--net', '--', 'true'], { env: { PATH: systemPath } });
  if (tried.status === 0) return undefined;
  return new AssayError(
    'RUNTIME_UNSUPPORTED',
    `expected root to be allowed to make namespaces, found: ${tried.stderr.toString().trim()}`,
    {
      hint: 'In a container, this root is not enough: use a machine, a virtual one, or a privileged container.',
    },
  );
}

/** Says that this user may not do it; undefined: root. */
export function findDenial(): AssayError | undefined {
  const uid = process.getuid?.();
  if (uid === 0) return undefined;
  return new AssayError('PRIVILEGE_MISSING', `expected root, found uid ${uid ?? 'unknown'}`, {
    hint: 'Namespaces and interfaces need root: run the same command with sudo.',
  });
}

function isProgram(name: string): boolean {
  return systemPath.split(':').some((folder) => {
    try {
      accessSync(`${folder}/${name}`, constants.X_OK);
      return true;
    } catch {
      return false; // not here: the next folder
    }
  });
}

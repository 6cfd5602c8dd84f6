import { readFile } from 'node:fs/promises';

/** Of a file: what is looked at. */
export interface Rights {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Whether others can write to a file that decides how we log in (misc.c: secure_permissions, as Debian has it: the
 * group may write where nobody else is in it). What /etc/passwd and /etc/group do not say counts as others.
 */
export async function isOurs(rights: Rights, uid: number): Promise<boolean> {
  if ((rights.uid !== 0 && rights.uid !== uid) || (rights.mode & 0o002) !== 0) return false;
  if ((rights.mode & 0o020) === 0) return true;
  const [accounts, groups] = await Promise.all([fields('/etc/passwd'), fields('/etc/group')]);
  const [, , , members = ''] = groups.find(([, , gid]) => Number(gid) === rights.gid) ?? [];
  const owner = accounts.find(([, , id]) => Number(id) === rights.uid)?.[0];
  const ofGroup = accounts.filter(([, , , gid]) => Number(gid) === rights.gid);
  return (
    owner !== undefined &&
    (members === '' ? ofGroup.length > 0 : members === owner) &&
    ofGroup.every(([, , id]) => Number(id) === uid)
  );
}

async function fields(path: string): Promise<readonly (readonly string[])[]> {
  return (await readFile(path, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(':'));
}

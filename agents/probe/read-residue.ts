import { existsSync, lstatSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { isMiningProgram } from '../../workloads/kit/facts/mining-processes.ts';
import type { Residue } from '../../workloads/kit/facts/read-residue.ts';
import { miningFolders, poolPorts } from '../../workloads/kit/facts/read-residue.ts';
import { readSmallFile } from '../read-small-file.ts';
import { systemErrorCode } from './probe-failure.ts';

const unitFolders = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
  '/etc/init.d',
];
const sharedJobs = ['/etc/crontab', '/etc/rc.local'];
const jobFolders = ['/etc/cron.d', '/etc/cron.hourly', '/etc/cron.daily'];
const ownJobFolders = ['/var/spool/cron/crontabs', '/var/spool/cron'];
const fileBytes = 256 * 1024;
const mostFiles = 5000;

/**
 * What is left of mining on a machine: units and jobs that start a miner, folders of systems for mining, connections to ports of
 * pools, below `root` (empty: the machine itself). Only names are told, never a line: jobs and units have passwords and the accounts of wallets in them.
 */
export async function readResidue(root: string): Promise<Residue> {
  const unread: string[] = [];
  const filesOf = async (folder: string, into: string[]): Promise<readonly string[]> => {
    try {
      // /lib is /usr/lib on most systems, and links of units lead to units that are looked at too.
      if (folder !== '/usr/lib/systemd/system' && !lstatSync(`${root}${folder}`).isDirectory()) return [];
      const entries = await readdir(`${root}${folder}`, { withFileTypes: true });
      if (entries.length > mostFiles) throw new Error(`expected at most ${mostFiles} entries in ${folder}`);
      return entries.filter((entry) => entry.isFile()).map(({ name }) => `${folder}/${name}`);
    } catch (cause) {
      note(cause, folder, into);
      return [];
    }
  };
  const startedBy = async (paths: readonly string[], into: string[]): Promise<string[]> => {
    const found: string[] = [];
    for (const path of paths) {
      try {
        const program = programIn(path, await readSmallFile(`${root}${path}`, fileBytes));
        if (program !== undefined) found.push(`${path}: ${program}`);
      } catch (cause) {
        note(cause, path, into);
      }
    }
    return found.toSorted();
  };
  const list = async (folders: readonly string[], into: string[]): Promise<readonly string[]> =>
    (await Promise.all(folders.map((folder) => filesOf(folder, into)))).flat();
  const services = await startedBy(await list(unitFolders, unread), unread);
  const jobs = await startedBy([...sharedJobs, ...(await list(jobFolders, unread))], unread);
  const unreadOwn: string[] = [];
  const ownJobs = await startedBy(await list(ownJobFolders, unreadOwn), unreadOwn);
  return {
    services,
    jobs,
    ownJobs,
    folders: miningFolders.filter((folder) => existsSync(`${root}${folder}`)),
    connections: await readConnections(root),
    unread,
    unreadOwn,
  };
}

/** What is not there has nothing left in it; all else was not looked at. */
function note(cause: unknown, path: string, into: string[]): void {
  const code = systemErrorCode(cause);
  if (code !== 'ENOENT' && code !== 'ENOTDIR' && into.length < 20)
    into.push(`${path} (${code ?? 'too large'})`);
}

/** The name of a miner that a unit, a script or a table of jobs names, itself or as a program. */
function programIn(path: string, text: string): string | undefined {
  const own = basename(path).replace(/\.service$/, '');
  if (isMiningProgram(own)) return own;
  const words = text
    .split('\n')
    .filter((line) => !/^\s*[#;]/.test(line))
    .flatMap((line) => line.split(/[\s;&|'"=@()]+/));
  // A word that is no path may be anything's: only programs are meant.
  const found = words.find((word) => word.startsWith('/') && isMiningProgram(basename(word)));
  return found === undefined ? undefined : basename(found).slice(0, 40);
}

/** Established connections to ports of pools, by port. Of /proc/net/tcp and tcp6: local, remote and state in hexadecimal. */
async function readConnections(root: string): Promise<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const path of ['/proc/net/tcp', '/proc/net/tcp6']) {
    let text: string;
    try {
      text = await readSmallFile(`${root}${path}`, 16 * 1024 * 1024);
    } catch (cause) {
      if (systemErrorCode(cause) === 'ENOENT') continue;
      throw cause;
    }
    for (const line of text.split('\n').slice(1)) {
      const [, , remote = '', state] = line.trim().split(/\s+/);
      const port = Number.parseInt(remote.split(':')[1] ?? '', 16);
      if (state === '01' && poolPorts.includes(port)) counts.set(`${port}`, (counts.get(`${port}`) ?? 0) + 1);
    }
  }
  return Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

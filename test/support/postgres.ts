import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { removeFolder } from './temporary.ts';

const binaries = '/usr/lib/postgresql/15/bin';
/** PostgreSQL refuses to be root: `nobody` of Debian. */
const nobody = 65_534;

export const hasPostgres = existsSync(join(binaries, 'postgres'));
if (!hasPostgres && process.env['CI'] === 'true')
  throw new Error('expected PostgreSQL in CI (apt-get install postgresql-15)');

export interface PostgresServer {
  /** Makes an empty database, and says where it is. */
  readonly createDatabase: (name: string) => string;
  readonly stop: () => Promise<void>;
}

/** Starts a PostgreSQL of one's own: an unprivileged user, a temporary directory, a socket in it and no port. */
export async function startPostgres(): Promise<PostgresServer> {
  const directory = mkdtempSync(join(tmpdir(), 'assay-postgres-'));
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(directory, nobody, nobody);
  const as = { ...(isRoot ? { uid: nobody, gid: nobody } : {}), cwd: directory };
  const data = join(directory, 'data');
  const init = ['-D', data, '-U', 'assay', '-A', 'trust', '-E', 'UTF8', '--locale', 'C.UTF-8', '--no-sync'];
  execFileSync(join(binaries, 'initdb'), init, { ...as, stdio: 'ignore' });
  const settings = ['listen_addresses=', `unix_socket_directories=${directory}`, 'fsync=off'];
  const server: ChildProcess = spawn(
    join(binaries, 'postgres'),
    ['-D', data, ...settings.flatMap((each) => ['-c', each])],
    { ...as, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = once(server, 'exit');
  if (server.stderr === null) throw new Error('expected the output of PostgreSQL');
  const lines = createInterface(server.stderr);
  const ready = new Promise<void>((resolve) => {
    lines.on('line', (line) => {
      if (line.includes('ready to accept connections')) resolve();
    });
  });
  await Promise.race([
    ready,
    ended.then(() => {
      throw new Error('expected PostgreSQL to start, it ended');
    }),
  ]);
  return {
    createDatabase: (name) => {
      execFileSync(
        join(binaries, 'psql'),
        ['-h', directory, '-U', 'assay', '-d', 'postgres', '-c', `CREATE DATABASE "${name}"`],
        {
          ...as,
          stdio: 'ignore',
        },
      );
      return `postgresql://assay@${encodeURIComponent(directory)}/${name}`;
    },
    stop: async () => {
      server.kill('SIGINT');
      await ended;
      removeFolder(directory);
    },
  };
}

import { fileURLToPath } from 'node:url';
import type { NodeSite } from './node-site.ts';
import { startDetached } from './start-detached.ts';

const init = fileURLToPath(new URL('init.sh', import.meta.url));

/** Starts process 1 of a node in new namespaces, and returns its pid on this machine when the node has its places. */
export async function bootNode({ name, directory, rig }: NodeSite): Promise<number> {
  const namespaces = ['--mount', '--uts', '--ipc', '--net', '--pid', '--fork'];
  return Number(
    await startDetached({
      argv: ['unshare', ...namespaces, '--', '/bin/sh', init, name, rig.directory],
      cwd: directory,
      rig,
    }),
  );
}

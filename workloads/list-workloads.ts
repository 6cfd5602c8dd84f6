import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A workload folder by the names of its files. Only `workload.ts` has to be there; what is absent is an empty list. */
export interface WorkloadFiles {
  readonly id: string;
  readonly hasKernel: boolean;
  readonly tools: readonly string[];
  /** Formats of logs that people have. */
  readonly logs: readonly string[];
  /** Sources that are compiled on the node. */
  readonly native: readonly string[];
  /** Programs that were compiled before, by what `uname -m` says: `x86_64/device-<sha256>`. */
  readonly prebuilt: readonly string[];
  readonly thresholds: readonly string[];
  readonly suites: readonly string[];
}

/** Finds the workload folders below `root`, which is the `workloads` folder of a checkout. */
export async function listWorkloads(root: string): Promise<readonly WorkloadFiles[]> {
  const folders = (await readdir(root, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const ids = folders.map(({ name }) => name).filter((name) => name !== 'kit');
  const found = await Promise.all(
    ids.toSorted().map(async (id) => {
      const names = await readdir(join(root, id));
      const inside = async (folder: string, ending: string): Promise<readonly string[]> =>
        names.includes(folder)
          ? (await readdir(join(root, id, folder))).filter((name) => name.endsWith(ending)).toSorted()
          : [];
      const files = {
        id,
        hasKernel: names.includes('kernel.ts'),
        tools: await inside('tools', '.ts'),
        logs: await inside('logs', '.ts'),
        native: await inside('native', ''),
        prebuilt: names.includes('prebuilt') ? await listPrebuilt(join(root, id, 'prebuilt')) : [],
        thresholds: await inside('thresholds', '.json'),
        suites: await inside('suites', '.yaml'),
      };
      return names.includes('workload.ts') ? [files] : [];
    }),
  );
  return found.flat();
}

async function listPrebuilt(folder: string): Promise<readonly string[]> {
  const paths = await readdir(folder, { recursive: true, encoding: 'utf8' });
  return paths.filter((path) => /^[^/]+\/[^/]+$/.test(path)).toSorted();
}

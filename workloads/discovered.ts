import { fileURLToPath } from 'node:url';
import type { WorkloadFiles } from './list-workloads.ts';
import { listWorkloads } from './list-workloads.ts';

type Load = () => Promise<object>;

/** A workload folder, found but not yet loaded. */
export interface DiscoveredWorkload extends WorkloadFiles {
  readonly loadWorkload: Load;
  readonly loadTools: readonly Load[];
  readonly loadLogs: readonly Load[];
}

/** Finds the workload folders of a checkout. The bundler replaces this module by one with static imports. */
export async function discovered(): Promise<readonly DiscoveredWorkload[]> {
  const root = new URL('.', import.meta.url);
  const load = (path: string): Load => {
    return () => import(new URL(path, root).href) as Promise<object>;
  };
  return (await listWorkloads(fileURLToPath(root))).map((files) => ({
    ...files,
    loadWorkload: load(`${files.id}/workload.ts`),
    loadTools: files.tools.map((name) => load(`${files.id}/tools/${name}`)),
    loadLogs: files.logs.map((name) => load(`${files.id}/logs/${name}`)),
  }));
}

import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';

type Load = () => Promise<object>;

/** A workload folder, found but not yet loaded. */
export interface DiscoveredWorkload {
  readonly id: string;
  readonly loadSpec: Load;
  readonly loadTools: readonly Load[];
}

/** Finds the workload folders of a checkout. The bundler replaces this module by one with static imports. */
export async function discovered(): Promise<readonly DiscoveredWorkload[]> {
  const root = new URL('.', import.meta.url);
  const folders = (await readdir(root, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && existsSync(new URL(`${entry.name}/spec.ts`, root)))
    .map((entry) => entry.name)
    .toSorted();
  return Promise.all(
    folders.map(async (id) => ({
      id,
      loadSpec: () => import(new URL(`${id}/spec.ts`, root).href) as Promise<object>,
      loadTools: (await readdir(new URL(`${id}/tools/`, root)))
        .filter((name) => name.endsWith('.ts'))
        .toSorted()
        .map((name) => () => import(new URL(`${id}/tools/${name}`, root).href) as Promise<object>),
    })),
  );
}

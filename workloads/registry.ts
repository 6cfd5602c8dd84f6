import { discovered } from './discovered.ts';
import { AssayError } from './kit/assay-error.ts';
import type { Tool } from './kit/tool.ts';
import type { Metric, Metrics, Workload } from './kit/workload.ts';

/** A workload with its tools, best rank first. */
export interface RegisteredWorkload {
  readonly workload: Workload<Metrics, Record<string, unknown>>;
  readonly tools: readonly Tool<Metrics, Record<string, unknown>>[];
}

export type Registry = ReadonlyMap<string, RegisteredWorkload>;

/** Loads every workload folder. There is no list to edit: a folder with a `spec.ts` is a workload. */
export async function loadRegistry(): Promise<Registry> {
  const registry = new Map<string, RegisteredWorkload>();
  for (const { id, loadSpec, loadTools } of await discovered()) {
    const [workload] = exportsOf(await loadSpec(), 'scope') as Workload<Metrics, Record<string, unknown>>[];
    if (workload?.id !== id) {
      throw new AssayError(
        'INTERNAL',
        `workloads/${id}/spec.ts: expected it to export the workload \`${id}\``,
      );
    }
    const modules = await Promise.all(loadTools.map((load) => load()));
    const tools = modules.flatMap((module) => exportsOf(module, 'rank')) as Tool<
      Metrics,
      Record<string, unknown>
    >[];
    registry.set(id, { workload, tools: tools.toSorted((a, b) => a.rank - b.rank) });
  }
  return registry;
}

/** All metrics that the registry declares, by full name. */
export function metricsOf(registry: Registry): ReadonlyMap<string, Metric> {
  return new Map(
    [...registry.values()].flatMap(({ workload }) =>
      Object.entries(workload.metrics).map(([name, metric]) => [`${workload.id}.${name}`, metric] as const),
    ),
  );
}

/** The exported objects of a module that have `key`: a spec has a scope, a tool has a rank. */
function exportsOf(module: object, key: string): unknown[] {
  return Object.values(module).filter((value) => typeof value === 'object' && value !== null && key in value);
}

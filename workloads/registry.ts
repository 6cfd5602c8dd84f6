import type { DiscoveredWorkload } from './discovered.ts';
import { discovered } from './discovered.ts';
import { AssayError } from './kit/assay-error.ts';
import type { LogFormat } from './kit/log.ts';
import type { Tool } from './kit/tool.ts';
import type { DeclaredMetric, Metrics, Workload } from './kit/workload.ts';

/** A workload with its tools, best rank first, and the names of its data files. */
export interface RegisteredWorkload extends Pick<DiscoveredWorkload, 'thresholds' | 'suites'> {
  readonly workload: Workload<Metrics, Record<string, unknown>>;
  readonly tools: readonly Tool<Metrics, Record<string, unknown>>[];
}

/** A format of logs with the workload that its numbers are of. */
export interface RegisteredLog {
  readonly workload: RegisteredWorkload['workload'];
  readonly format: LogFormat;
}

export type Registry = ReadonlyMap<string, RegisteredWorkload>;

/** Loads every workload folder. There is no list to edit: a folder with a `workload.ts` is a workload. */
export async function loadRegistry(): Promise<Registry> {
  const registry = new Map<string, RegisteredWorkload>();
  for (const { id, loadWorkload, loadTools, thresholds, suites } of await discovered()) {
    const [workload] = exportsOf(await loadWorkload(), 'scope') as Workload<
      Metrics,
      Record<string, unknown>
    >[];
    if (workload?.id !== id) {
      throw new AssayError(
        'INTERNAL',
        `workloads/${id}/workload.ts: expected it to export the workload \`${id}\``,
      );
    }
    const modules = await Promise.all(loadTools.map((load) => load()));
    const tools = modules.flatMap((module) => exportsOf(module, 'rank')) as Tool<
      Metrics,
      Record<string, unknown>
    >[];
    registry.set(id, { workload, tools: tools.toSorted((a, b) => a.rank - b.rank), thresholds, suites });
  }
  return registry;
}

/** Loads every format of logs that any workload folder has. */
export async function loadLogFormats(registry: Registry): Promise<readonly RegisteredLog[]> {
  const found = (await discovered()).map(async ({ id, loadLogs }) => {
    const workload = registry.get(id)?.workload;
    const modules = await Promise.all(loadLogs.map((load) => load()));
    return modules.flatMap((module) =>
      workload === undefined
        ? []
        : (exportsOf(module, 'mark') as LogFormat[]).map((format) => ({ workload, format })),
    );
  });
  return (await Promise.all(found)).flat();
}

/** All metrics that the registry declares, by full name. */
export function metricsOf(registry: Registry): ReadonlyMap<string, DeclaredMetric> {
  return new Map(
    [...registry.values()].flatMap(({ workload }) =>
      Object.entries(workload.metrics).map(
        ([name, metric]) =>
          [
            `${workload.id}.${name}`,
            { ...metric, workload: workload.id, comesFrom: comesFrom(workload, name) },
          ] as const,
      ),
    ),
  );
}

const comesFrom = (
  { measures, params: schema }: RegisteredWorkload['workload'],
  metric: string,
): DeclaredMetric['comesFrom'] =>
  measures &&
  ((params) => {
    const read = schema.safeParse(params);
    return !read.success || measures(read.data).includes(metric);
  });

/** The exported objects of a module that have `key`: a workload has a scope, a tool has a rank. */
function exportsOf(module: object, key: string): unknown[] {
  return Object.values(module).filter((value) => typeof value === 'object' && value !== null && key in value);
}

/** The command of a step that goes on beside the steps behind it; `undefined`: it ends before they begin. */
export const commandBeside = (
  registry: Registry,
  { workload, tool }: { readonly workload: string; readonly tool: string },
): string | undefined => registry.get(workload)?.tools.find(({ id }) => id === tool)?.beside;

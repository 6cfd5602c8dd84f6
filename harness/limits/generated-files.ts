import { join } from 'node:path';
import type { Limit } from '../../workloads/kit/limit.ts';
import { loadRegistry, metricsOf } from '../../workloads/registry.ts';
import { loadLimits } from '../config/load-limits.ts';
import { loadSources } from '../config/load-source.ts';
import { resource } from '../resources.ts';
import type { Derived } from './derive-limits.ts';
import { deriveLimits } from './derive-limits.ts';
import { limitsPage } from './limits-page.ts';
import { readPublished } from './published.ts';

/** Files of derived limits, told by their names from those that people write. */
const isDerivedFile = (name: string): boolean => /^published-.*\.json$/.test(name);

/** The limits that follow from published rows, and docs/limits.md: text by path, no text for a file that is to go. */
export async function generateLimits(): Promise<ReadonlyMap<string, string | undefined>> {
  const registry = await loadRegistry();
  const metrics = metricsOf(registry);
  const thresholds = [...registry].flatMap(([id, each]) =>
    each.thresholds.map((name) => ({ name, path: `workloads/${id}/thresholds/${name}` })),
  );
  const written = thresholds.filter(({ name }) => !isDerivedFile(name)).map(({ path }) => path);
  const byHand = await loadLimits(
    written.map((path) => resource(path)),
    metrics,
  );
  const published = readPublished(await loadSources(resource('harness/limits/published'), '.yaml'));
  const derived = deriveLimits(published, metrics);
  return new Map<string, string | undefined>([
    ...thresholds.filter(({ name }) => isDerivedFile(name)).map(({ path }) => [path, undefined] as const),
    ...limitFiles(derived),
    ['docs/limits.md', limitsPage(published, derived, byHand)],
  ]);
}

/** One file for each workload and class. */
function limitFiles({ limits }: Derived): readonly (readonly [string, string])[] {
  const files = Map.groupBy(limits, ({ limit, class: id }) =>
    join('workloads', limit.metric.split('.')[0] ?? '', 'thresholds', `published-${id}.json`),
  );
  return [...files].map(([path, those]) => [path, textOf(those.map(({ limit }) => limit))]);
}

const textOf = (limits: readonly Limit[]): string =>
  `${JSON.stringify({ schema: 'assay/limits', schemaVersion: 1, limits: limits.map(({ proof: _, ...limit }) => limit) }, null, 2)}\n`;

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import process from 'node:process';
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

/** `npm run generate` writes the limits that follow from published rows, and docs/limits.md; `--check` says which are stale. */
async function main(args: readonly string[]): Promise<number> {
  const isCheck = args.includes('--check');
  const registry = await loadRegistry();
  const metrics = metricsOf(registry);
  const thresholds = [...registry].flatMap(([id, each]) =>
    each.thresholds.map((name) => ({ name, path: `workloads/${id}/thresholds/${name}` })),
  );
  const derivedFiles = thresholds.filter(({ name }) => isDerivedFile(name)).map(({ path }) => path);
  const written = thresholds.filter(({ name }) => !isDerivedFile(name)).map(({ path }) => path);
  const byHand = await loadLimits(
    written.map((path) => resource(path)),
    metrics,
  );
  const published = readPublished(await loadSources(resource('harness/limits/published'), '.yaml'));
  const derived = deriveLimits(published, metrics);
  const wanted = new Map([
    ...limitFiles(derived),
    ['docs/limits.md', limitsPage(published, derived, byHand)] as const,
  ]);
  const stale: string[] = [];
  for (const [path, text] of wanted) {
    if ((await readIfThere(resource(path))) === text) continue;
    stale.push(path);
    if (isCheck) continue;
    await mkdir(dirname(resource(path)), { recursive: true });
    await writeFile(resource(path), text);
  }
  for (const path of derivedFiles.filter((each) => !wanted.has(each))) {
    stale.push(path);
    if (!isCheck) await rm(resource(path));
  }
  for (const path of stale)
    if (isCheck) process.stderr.write(`✖ ${path} is stale\n  Refresh it: npm run generate\n`);
    else process.stdout.write(`${wanted.has(path) ? 'wrote' : 'removed'} ${path}\n`);
  return isCheck && stale.length > 0 ? 1 : 0;
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

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw cause;
  }
}

process.exitCode = await main(process.argv.slice(2));

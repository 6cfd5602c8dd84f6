import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Limit } from '../../workloads/kit/limit.ts';
import type { Registry } from '../../workloads/registry.ts';
import { loadRegistry, metricsOf } from '../../workloads/registry.ts';
import { isCheckout, resource } from '../resources.ts';
import { loadLimits } from './load-limits.ts';
import { loadProfiles } from './load-profile.ts';
import { loadSource } from './load-source.ts';
import { assembleSuite, readSuite } from './load-suite.ts';
import { suggestName } from './nearest-name.ts';
import type { Profile } from './profile.ts';
import { deepFreeze } from './read-config.ts';
import type { Suite } from './suite.ts';
import { loadVocabulary } from './vocabulary.ts';

/** The data that ships with Assay, checked as a whole: a profile may only name what is declared. */
export interface BuiltIn {
  readonly profiles: readonly Profile[];
  readonly limits: readonly Limit[];
}

/** From a checkout, checked; of the built package, as it was checked when that was built. */
export const loadBuiltIn = async (registry: Registry): Promise<BuiltIn> =>
  isCheckout ? checkBuiltIn(registry) : readBuiltIn();

const builtName = 'built-in.json';

/** It is code's equal in the package: nobody else has written it, and to check it again is a quarter of a short command. */
const readBuiltIn = async (): Promise<BuiltIn> =>
  deepFreeze(JSON.parse(await readFile(resource(builtName), 'utf8')) as BuiltIn);

/** Writes what `loadBuiltIn` reads of a built package whose data files are in `out`. */
export const writeBuiltIn = async (out: string): Promise<void> =>
  writeFile(join(out, builtName), JSON.stringify(await checkBuiltIn(await loadRegistry())));

async function checkBuiltIn(registry: Registry): Promise<BuiltIn> {
  const metrics = metricsOf(registry);
  const limits = await loadLimits(thresholdFiles(registry), metrics);
  const vocabulary = await loadVocabulary(resource('harness/profiles/vocabulary.yaml'));
  const profiles = await loadProfiles(resource('harness/profiles'), { metrics, limits, vocabulary });
  return { profiles, limits };
}

/** The names of the suites that ship with Assay. */
export const listSuites = async (): Promise<readonly string[]> =>
  (await readdir(resource('harness/suites'))).map((name) => name.replace(/\.yaml$/, '')).toSorted();

/** A suite by its name, or by the path of a YAML file of one's own. Throws CONFIG_INVALID naming those there are. */
export async function findSuite(id: string, registry: Registry, workingDirectory: string): Promise<Suite> {
  const known = await listSuites();
  if (/\.ya?ml$/.test(id)) {
    const own = readSuite(await loadSource(resolve(workingDirectory, id)), registry);
    if (!known.includes(own.id)) return own;
    throw new AssayError(
      'CONFIG_INVALID',
      `${id}: id: expected a name of its own, got \`${own.id}\`, which ships with Assay`,
      { hint: 'Give it another id: a report shows what was run by it.' },
    );
  }
  if (!known.includes(id)) {
    throw new AssayError('CONFIG_INVALID', `expected one of the suites ${known.join(', ')}, got \`${id}\``, {
      hint: suggestName(id, known),
    });
  }
  const parts = [...registry].flatMap(([workload, { suites }]) =>
    suites.map((name) => ({ workload, name, file: resource(`workloads/${workload}/suites/${name}`) })),
  );
  for (const { name, file } of parts) {
    const suite = name.replace(/\.yaml$/, '');
    if (known.includes(suite)) continue;
    throw new AssayError('CONFIG_INVALID', `${file}: expected the name of a suite, got \`${suite}\``, {
      hint: suggestName(suite, known),
    });
  }
  return assembleSuite(
    await loadSource(resource(`harness/suites/${id}.yaml`)),
    await Promise.all(
      parts
        .filter(({ name }) => name === `${id}.yaml`)
        .map(async ({ workload, file }) => ({ workload, source: await loadSource(file) })),
    ),
    registry,
  );
}

const thresholdFiles = (registry: Registry): readonly string[] =>
  [...registry].flatMap(([id, { thresholds }]) =>
    thresholds.map((name) => resource(`workloads/${id}/thresholds/${name}`)),
  );

import { join } from 'node:path';
import * as z from 'zod';
import { Requirement } from '../../workloads/kit/requirement.ts';
import type { SharedRequirements } from './check-profile.ts';
import { checkProfile, checkRequirements } from './check-profile.ts';
import type { Declared } from './check-requirement.ts';
import { refuse } from './check-requirement.ts';
import { loadSources } from './load-source.ts';
import type { Profile } from './profile.ts';
import { readConfig } from './read-config.ts';
import type { Source } from './read-yaml.ts';

/** Requirements that several profiles name by id (`harness/profiles/requirements/*.yaml`): they stand once. */
const RequirementsFile = z.strictObject({
  schema: z.literal('assay/requirements'),
  schemaVersion: z.literal(1),
  requirements: z.array(Requirement).min(1),
});

/** Reads all profiles of a directory, best purpose first, then those that are no purpose. */
export async function loadProfiles(directory: string, declared: Declared): Promise<readonly Profile[]> {
  const shared = await loadSharedRequirements(directory, declared);
  const sources = (await loadSources(directory, '.yaml')).filter(
    ({ file }) => !file.endsWith('/vocabulary.yaml'),
  );
  const last = Number.MAX_SAFE_INTEGER;
  return sources
    .map((source) => readProfile(source, declared, shared))
    .toSorted((a, b) => (a.rank ?? last) - (b.rank ?? last));
}

/** The requirements that the profiles of a directory share. */
export const loadSharedRequirements = async (
  directory: string,
  declared: Declared,
): Promise<SharedRequirements> =>
  readShared(await loadSources(join(directory, 'requirements'), '.yaml'), declared);

/** The shared requirements from their texts, by id. Throws CONFIG_INVALID as `readProfile` does. */
export function readShared(sources: readonly Source[], declared: Declared): SharedRequirements {
  const shared = new Map<string, Requirement>();
  for (const source of sources) {
    const { requirements } = readConfig(RequirementsFile, source);
    checkRequirements(requirements, declared, source.file, (check) => check(), shared);
  }
  return shared;
}

/** A profile from its text. Throws CONFIG_INVALID with everything that is wrong with it. */
export function readProfile(source: Source, declared: Declared, shared: SharedRequirements): Profile {
  const checked = checkProfile(source, declared, shared);
  return 'profile' in checked
    ? checked.profile
    : refuse(
        checked.errors.map(({ message }) => message).join('\n'),
        checked.errors.find(({ hint }) => hint !== undefined)?.hint,
      );
}

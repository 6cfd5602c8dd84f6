import { join } from 'node:path';
import * as z from 'zod';
import { Requirement } from '../../workloads/kit/requirement.ts';
import type { Declared } from './check-requirement.ts';
import { checkName, checkRequirement, refuse } from './check-requirement.ts';
import { loadSources } from './load-source.ts';
import { Profile } from './profile.ts';
import { checkConfig, readConfig } from './read-config.ts';
import type { Source } from './read-yaml.ts';
import { readYaml } from './read-yaml.ts';

/** Requirements that several profiles name by id (`harness/profiles/requirements/*.yaml`): they stand once. */
const SharedRequirements = z.strictObject({
  schema: z.literal('assay/requirements'),
  schemaVersion: z.literal(1),
  requirements: z.array(Requirement).min(1),
});
export type SharedRequirements = ReadonlyMap<string, Requirement>;

/** Reads all profiles of a directory, best purpose first, then those that are no purpose. */
export async function loadProfiles(directory: string, declared: Declared): Promise<readonly Profile[]> {
  const shared = readShared(await loadSources(join(directory, 'requirements'), '.yaml'), declared);
  const sources = (await loadSources(directory, '.yaml')).filter(
    ({ file }) => !file.endsWith('/vocabulary.yaml'),
  );
  const last = Number.MAX_SAFE_INTEGER;
  return sources
    .map((source) => readProfile(source, declared, shared))
    .toSorted((a, b) => (a.rank ?? last) - (b.rank ?? last));
}

/** The shared requirements from their texts, by id. Throws CONFIG_INVALID as `readProfile` does. */
export function readShared(sources: readonly Source[], declared: Declared): SharedRequirements {
  const shared = new Map<string, Requirement>();
  for (const source of sources) {
    const { requirements } = readConfig(SharedRequirements, source);
    checkRequirements(requirements, declared, source.file, shared);
  }
  return shared;
}

/**
 * A profile from its text, every shared requirement written out where it is named. Throws CONFIG_INVALID for
 * everything that it names and nobody declares.
 */
export function readProfile(source: Source, declared: Declared, shared: SharedRequirements): Profile {
  const profile = checkConfig(Profile, writeOut(readYaml(source), shared, source.file), source.file);
  checkRequirements(profile.requirements, declared, source.file, new Map());
  return profile;
}

/** Checks requirements and adds them to those that have been seen: each id stands for one. */
function checkRequirements(
  requirements: readonly Requirement[],
  declared: Declared,
  file: string,
  seen: Map<string, Requirement>,
): void {
  for (const [index, requirement] of requirements.entries()) {
    const place = `${file}: requirements[${index}]`;
    if (seen.has(requirement.id))
      refuse(`${place}.id: expected each id once, got \`${requirement.id}\` again`);
    seen.set(requirement.id, requirement);
    checkRequirement(requirement, declared, place);
  }
}

const Written = z.looseObject({ requirements: z.array(z.unknown()) });
const Reference = z.looseObject({ like: z.string() });

/** A requirement may be the id of a shared one, or be `like` it with some fields changed. The rest is left as it is. */
function writeOut(document: unknown, shared: SharedRequirements, file: string): unknown {
  const written = Written.safeParse(document);
  if (!written.success) return document;
  const requirements = written.data.requirements.map((entry, index) => {
    const reference = Reference.safeParse(typeof entry === 'string' ? { like: entry } : entry);
    if (!reference.success) return entry;
    const { like, ...changes } = reference.data;
    checkName(like, shared.keys(), `${file}: requirements[${index}]`, 'the id of a shared requirement');
    return { ...shared.get(like), ...changes };
  });
  return { ...written.data, requirements };
}

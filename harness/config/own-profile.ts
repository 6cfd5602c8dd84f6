import { join, resolve } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Registry } from '../../workloads/registry.ts';
import { metricsOf } from '../../workloads/registry.ts';
import { resource } from '../resources.ts';
import type { BuiltIn } from './built-in.ts';
import { findSuite } from './built-in.ts';
import type { CheckedProfile } from './check-profile.ts';
import { checkProfile } from './check-profile.ts';
import type { Described } from './describe-issues.ts';
import { loadSharedRequirements } from './load-profile.ts';
import { loadSource } from './load-source.ts';
import { suggestName } from './nearest-name.ts';
import type { Profile } from './profile.ts';
import { loadVocabulary } from './vocabulary.ts';

/** What there is to name in a profile of one's own, and where its suites are looked for. */
export interface OwnProfileContext {
  readonly builtIn: BuiltIn;
  readonly registry: Registry;
  readonly workingDirectory: string;
}

/** A profile by its name, or by the path of a YAML file of one's own. Throws CONFIG_INVALID with all that is wrong with it. */
export async function findProfile(id: string, context: OwnProfileContext): Promise<Profile> {
  const { profiles } = context.builtIn;
  const shipped = profiles.find((each) => each.id === id);
  if (shipped !== undefined) return shipped;
  if (!/\.ya?ml$/.test(id)) {
    const names = profiles.map((each) => each.id);
    throw new AssayError(
      'CONFIG_INVALID',
      `expected one of the profiles ${names.join(', ')}, or a YAML file, got \`${id}\``,
      { hint: suggestName(id, names) ?? 'See: assay profiles' },
    );
  }
  const checked = await checkOwnProfile(id, context);
  if ('profile' in checked) return checked.profile;
  throw new AssayError('CONFIG_INVALID', checked.errors.map(({ message }) => message).join('\n'), {
    hint:
      checked.errors.find(({ hint }) => hint !== undefined)?.hint ??
      `Each with what to do: assay profiles check ${id}`,
  });
}

/** The same profiles, and one's own beside them, where it is none of them. */
export const withProfile = (builtIn: BuiltIn, profile: Profile): BuiltIn =>
  builtIn.profiles.includes(profile) ? builtIn : { ...builtIn, profiles: [...builtIn.profiles, profile] };

/** Reads a site's own profile. It may name everything that the shipped ones may; its id is its own, and its suites are there. */
export async function checkOwnProfile(
  path: string,
  { builtIn, registry, workingDirectory }: OwnProfileContext,
): Promise<CheckedProfile> {
  const source = { ...(await loadSource(resolve(workingDirectory, path))), file: path };
  const folder = resource('harness/profiles');
  const declared = {
    metrics: metricsOf(registry),
    limits: builtIn.limits,
    vocabulary: await loadVocabulary(join(folder, 'vocabulary.yaml')),
  };
  const checked = checkProfile(source, declared, await loadSharedRequirements(folder, declared));
  if (!('profile' in checked)) return checked;
  const { id, suites } = checked.profile;
  const errors: Described[] = [];
  if (builtIn.profiles.some((each) => each.id === id))
    errors.push({
      message: `${path}: id: expected a name of its own, got \`${id}\`, which ships with Assay`,
      hint: 'Give it another id: a report shows what was judged by it.',
    });
  for (const [use, suite = ''] of Object.entries(suites)) {
    try {
      await findSuite(suite, registry, workingDirectory);
    } catch (cause) {
      if (!(cause instanceof AssayError) || cause.code !== 'CONFIG_INVALID') throw cause;
      errors.push({ message: `${path}: suites.${use}: ${cause.message}`, hint: cause.hint });
    }
  }
  const [first, ...others] = errors;
  return first === undefined ? checked : { errors: [first, ...others] };
}

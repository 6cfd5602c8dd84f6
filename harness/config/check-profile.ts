import * as z from 'zod';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { Requirement } from '../../workloads/kit/requirement.ts';
import type { Declared } from './check-requirement.ts';
import { checkName, checkRequirement, refuse } from './check-requirement.ts';
import type { Described } from './describe-issues.ts';
import { listIssues } from './describe-issues.ts';
import { Profile } from './profile.ts';
import { deepFreeze } from './read-config.ts';
import type { Source } from './read-yaml.ts';
import { readYaml } from './read-yaml.ts';

export type SharedRequirements = ReadonlyMap<string, Requirement>;

/** A profile, where nothing is wrong with its file; else everything that is. */
export type CheckedProfile =
  | { readonly profile: Profile }
  | { readonly errors: readonly [Described, ...Described[]] };

/** Reads a profile, every shared requirement written out where it is named, and says all that is wrong with it, first things first. */
export function checkProfile(source: Source, declared: Declared, shared: SharedRequirements): CheckedProfile {
  const errors: Described[] = [];
  const attempt = <T>(action: () => T): T | undefined => {
    try {
      return action();
    } catch (cause) {
      if (!(cause instanceof AssayError)) throw cause;
      errors.push({ message: cause.message, hint: cause.hint });
      return undefined;
    }
  };
  const read = attempt(() => ({ document: readYaml(source) }));
  if (read === undefined) return { errors: errors as [Described] };
  // What is like nothing lacks most fields, and that is no fault of its own.
  const unknown = new Set<PropertyKey | undefined>();
  const written = writeOut(read.document, shared, (index, like) => {
    const place = `${source.file}: requirements[${index}]`;
    attempt(() => {
      checkName(like, shared.keys(), place, 'the id of a shared requirement');
    });
    if (!shared.has(like)) unknown.add(index);
  });
  const parsed = Profile.safeParse(written);
  const issues = (parsed.error?.issues ?? []).filter(
    ({ path: [key, index] }) => key !== 'requirements' || !unknown.has(index),
  );
  errors.push(...listIssues(source.file, Profile, written, issues));
  checkRequirements(requirementsOf(written), declared, source.file, attempt);
  if (parsed.success && errors.length === 0) return { profile: deepFreeze(parsed.data) };
  return { errors: errors as [Described, ...Described[]] };
}

/** Checks each requirement that is one: each id stands for one, and names only what is declared. */
export function checkRequirements(
  requirements: readonly unknown[],
  declared: Declared,
  file: string,
  attempt: (action: () => void) => void,
  seen = new Map<string, Requirement>(),
): void {
  for (const [index, entry] of requirements.entries()) {
    const place = `${file}: requirements[${index}]`;
    const { data: requirement } = Requirement.safeParse(entry);
    if (requirement === undefined) continue;
    attempt(() => {
      if (seen.has(requirement.id))
        refuse(`${place}.id: expected each id once, got \`${requirement.id}\` again`);
    });
    seen.set(requirement.id, requirement);
    attempt(() => {
      checkRequirement(requirement, declared, place);
    });
  }
}

const Written = z.looseObject({ requirements: z.array(z.unknown()) });
const Reference = z.looseObject({ like: z.string() });

const requirementsOf = (document: unknown): readonly unknown[] =>
  Written.safeParse(document).data?.requirements ?? [];

/** A requirement may be the id of a shared one, or be `like` it with some fields changed. The rest is left as it is. */
function writeOut(
  document: unknown,
  shared: SharedRequirements,
  check: (index: number, like: string) => void,
): unknown {
  const written = Written.safeParse(document);
  if (!written.success) return document;
  const requirements = written.data.requirements.flatMap((entry, index) => {
    const reference = Reference.safeParse(typeof entry === 'string' ? { like: entry } : entry);
    if (!reference.success) return [entry];
    const { like, ...changes } = reference.data;
    check(index, like);
    return [{ ...shared.get(like), ...changes }];
  });
  return { ...written.data, requirements };
}

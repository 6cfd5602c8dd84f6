import * as z from 'zod';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { showValue } from './describe-issues.ts';
import { ExpectedSettings } from './expected-setting.ts';
import { claimPaths } from './fact-paths.ts';
import { Cooling } from './inventory.ts';
import { loadSources } from './load-source.ts';
import { suggestName } from './nearest-name.ts';
import { readConfig } from './read-config.ts';
import type { Source } from './read-yaml.ts';

/** What claiming a class claims (`harness/profiles/classes/<id>.yaml`): facts by path, each to be proven; and what its hosts are set to. */
export const HardwareClass = z.strictObject({
  schema: z.literal('assay/class'),
  schemaVersion: z.literal(1),
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  title: z.string().min(1),
  cooling: Cooling.optional(),
  claims: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  settings: ExpectedSettings.optional(),
});
export type HardwareClass = z.infer<typeof HardwareClass>;

/** Reads all classes of a directory. */
export async function loadClasses(directory: string): Promise<ReadonlyMap<string, HardwareClass>> {
  return new Map(
    (await loadSources(directory, '.yaml')).map((source) => readClass(source)).map((each) => [each.id, each]),
  );
}

/** A class from its text. */
export function readClass(source: Source): HardwareClass {
  const hardwareClass = readConfig(HardwareClass, source);
  checkClaims(hardwareClass.claims, `${source.file}: claims`);
  checkSettings(hardwareClass.settings, `${source.file}: settings`);
  return hardwareClass;
}

/** Refuses claims on facts that do not exist or are of another type: they could never be proven. */
export function checkClaims(
  claims: Readonly<Record<string, unknown>>,
  place: string,
  extra: ReadonlyMap<string, string> = new Map(),
): void {
  const known = new Map<string, string>([...claimPaths(), ...extra]);
  for (const [path, value] of Object.entries(claims)) {
    const type = known.get(path);
    if (type === undefined) {
      throw new AssayError('CONFIG_INVALID', `${place}: expected a fact, got \`${path}\``, {
        hint: suggestName(path, known.keys()) ?? 'Correct the path.',
      });
    }
    if (typeof value !== type) {
      throw new AssayError(
        'CONFIG_INVALID',
        `${place}.${path}: expected a ${type}, got ${showValue(value)}`,
        { hint: 'Correct the value.' },
      );
    }
  }
}

/** Refuses what is expected of facts that do not exist, or are of another type. */
export function checkSettings(settings: ExpectedSettings | undefined, place: string): void {
  for (const [path, { oneOf }] of Object.entries(settings ?? {}))
    for (const value of oneOf) checkClaims({ [path]: value }, place);
}

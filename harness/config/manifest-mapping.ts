import * as z from 'zod';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { manifestParts } from '../../workloads/kit/requirement.ts';
import { manifestColumns } from './manifest.ts';
import { deepFreeze, readConfig } from './read-config.ts';
import type { Source } from './read-yaml.ts';

/** What a supplier's own words for columns and parts mean here. */
export const ManifestMapping = z.strictObject({
  schema: z.literal('assay/manifest-mapping'),
  schemaVersion: z.literal(1),
  /** The supplier's name of a column; `ignore` for one that says nothing about a part. */
  columns: z.record(z.string().min(1), z.enum([...manifestColumns, 'ignore'])).default({}),
  /** The supplier's word in the column of parts; rows of a part that is ignored are left out. */
  parts: z.record(z.string().min(1), z.enum([...manifestParts, 'ignore'])).default({}),
});
export type ManifestMapping = z.infer<typeof ManifestMapping>;

/** For a manifest in our own words. */
export const noMapping: Pick<ManifestMapping, 'columns' | 'parts'> = { columns: {}, parts: {} };

/** A mapping from its YAML. Throws CONFIG_INVALID, for two words as well that are one when case and blanks are left aside. */
export function readManifestMapping(source: Source): ManifestMapping {
  const mapping = readConfig(ManifestMapping, source);
  for (const key of ['columns', 'parts'] as const) {
    const seen = new Map<string, string>();
    for (const word of Object.keys(mapping[key])) {
      const other = seen.get(plainWord(word));
      if (other !== undefined)
        throw new AssayError(
          'CONFIG_INVALID',
          `${source.file}: ${key}: expected each word once, got \`${word}\` beside \`${other}\``,
          { hint: 'Case and blanks around a word mean nothing: leave one of them out.' },
        );
      seen.set(plainWord(word), word);
    }
  }
  return deepFreeze(mapping);
}

/** A word as words are compared. */
export const plainWord = (word: string): string => word.trim().replaceAll(/\s+/g, ' ').toLowerCase();

/** What a supplier's word means, if the mapping says so. */
export function meaningOf(word: string, mapping: Readonly<Record<string, string>>): string | undefined {
  const found = Object.entries(mapping).find(([theirs]) => plainWord(theirs) === plainWord(word));
  return found?.[1];
}

import * as z from 'zod';
import { loadSource } from './load-source.ts';
import { readConfig } from './read-config.ts';

/** What Assay knows that it cannot measure yet: `not-covered` rules name one of these, with its explanation. */
export const Vocabulary = z.strictObject({
  schema: z.literal('assay/vocabulary'),
  schemaVersion: z.literal(1),
  subjectMatters: z.record(z.string().regex(/^[a-z0-9][a-z0-9-]*$/), z.string().min(1)),
});
export type Vocabulary = z.infer<typeof Vocabulary>;

/** Reads the words that `not-covered` rules may use. */
export async function loadVocabulary(file: string): Promise<ReadonlySet<string>> {
  return new Set(Object.keys(readConfig(Vocabulary, await loadSource(file)).subjectMatters));
}

import * as z from 'zod';
import { Contract } from './contract.ts';
import { InventoryFile } from './inventory.ts';
import { ManifestMapping } from './manifest-mapping.ts';
import { WrittenProfile } from './profile.ts';
import { Suite } from './suite.ts';
import { ToolpackFile } from './toolpack.ts';
import { TrustFile } from './trust.ts';

/** The documents that people write, by what they are called. */
const documents = {
  inventory: InventoryFile,
  suite: Suite,
  profile: WrittenProfile,
  contract: Contract,
  'manifest-mapping': ManifestMapping,
  'toolpack-file': ToolpackFile,
  trust: TrustFile,
} as const;

export type WrittenDocument = keyof typeof documents;

/** Where the JSON Schema of a document lies, for editors. */
export const schemaPath = (name: WrittenDocument): string => `docs/schemas/${name}.v1.schema.json`;

/** Their JSON Schemas (draft 2020-12), text by path. An editor completes keys by them; Assay itself looks more closely. */
export const configSchemas = (): ReadonlyMap<string, string> =>
  new Map(
    (Object.keys(documents) as WrittenDocument[]).map((name) => {
      const { $schema, ...schema } = z.toJSONSchema(documents[name], {
        target: 'draft-2020-12',
        io: 'input',
      });
      const described = { $schema, $id: `urn:assay:${name}:1`, title: `Assay ${name}, version 1`, ...schema };
      return [schemaPath(name), `${JSON.stringify(described, null, 2)}\n`];
    }),
  );

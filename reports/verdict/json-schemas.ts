import * as z from 'zod';
import { Claim } from './claim.ts';
import { Comparison } from './comparison.ts';
import { Conversion } from './conversion.ts';
import { Imported } from './imported.ts';
import { MachineNights } from './machine-nights.ts';
import { Night } from './night.ts';
import { NightBudget } from './night-budget.ts';
import { NightMessage } from './night-message.ts';
import { Nights } from './nights.ts';
import { KeptPunchList } from './punch-list.ts';
import { Samples } from './samples.ts';
import { Sheet } from './sheet.ts';
import { Verdict } from './verdict.ts';

/** The documents that leave Assay, by file name; `test/unit/reports` refuses one that is missing here. */
const documents = {
  verdict: Verdict,
  sheet: Sheet,
  samples: Samples,
  comparison: Comparison,
  conversion: Conversion,
  'punch-list': KeptPunchList,
  imported: Imported,
  night: Night,
  nights: Nights,
  'machine-nights': MachineNights,
  'night-message': NightMessage,
  'night-budget': NightBudget,
  claim: Claim,
} as const;

/** The JSON Schemas (draft 2020-12) of all documents: file name and text, as they are committed. */
export function jsonSchemas(): readonly { readonly file: string; readonly text: string }[] {
  return Object.entries(documents).map(([name, document]) => {
    const version = document.shape.schemaVersion.value;
    const { $schema, ...schema } = z.toJSONSchema(document, {
      target: 'draft-2020-12',
      override: nameDiscriminator,
    });
    const described = {
      $schema,
      $id: `urn:${document.shape.schema.value.replace('/', ':')}:${version}`,
      title: `Assay ${name}, version ${version}`,
      ...schema,
    };
    return { file: `${name}.v${version}.schema.json`, text: `${JSON.stringify(described, null, 2)}\n` };
  });
}

/** Whoever reads a union that a key decides looks at that key, and need not try every option (OpenAPI's `discriminator`). */
function nameDiscriminator({
  zodSchema,
  jsonSchema,
}: {
  readonly zodSchema: z.core.$ZodType;
  readonly jsonSchema: z.core.JSONSchema.BaseSchema;
}): void {
  if (!(zodSchema instanceof z.ZodDiscriminatedUnion)) return;
  const { discriminator } = zodSchema.def;
  Object.assign(jsonSchema, { type: 'object', discriminator: { propertyName: discriminator } });
}

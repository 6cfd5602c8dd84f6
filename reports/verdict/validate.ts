import type { ValidateFunction } from 'ajv/dist/2020.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { contradictions } from './contradictions.ts';
import type { Sheet } from './sheet.ts';
import sheetSchema from './sheet.v1.schema.json' with { type: 'json' };
import { UpgradedVerdict } from './upgrade-verdict.ts';
import type { Verdict } from './verdict.ts';
import verdictSchema from './verdict.v2.schema.json' with { type: 'json' };

// Formats are also patterns in the generated schema, so no second package decides what a date is.
const ajv = new Ajv2020({
  allErrors: false,
  allowUnionTypes: true,
  discriminator: true,
  validateFormats: false,
  // Compiling takes longer than checking almost any document; that our schemas are schemas is tested.
  validateSchema: false,
  code: { optimize: false },
});
const checks = {
  verdict: compileOnce<Verdict>(verdictSchema),
  sheet: compileOnce<Sheet>(sheetSchema),
};

/** Compiling a schema takes a third of a second: it is done for documents that there are. */
function compileOnce<T>(schema: object): () => ValidateFunction<T> {
  let check: ValidateFunction<T> | undefined;
  return () => (check ??= ajv.compile<T>(schema));
}

/**
 * Checks a verdict against the committed JSON Schema, the one that outsiders use, and for contradictions in itself.
 * Call it before writing one and after reading one: one of version 1 is upgraded. Throws `SCHEMA_TOO_NEW` or `EVIDENCE_DAMAGED`.
 */
export function validateVerdict(given: unknown): Verdict {
  const verdict = validateHead(given);
  if (verdict.sheets !== undefined) throw damaged('sheets: expected a verdict with them, got their names');
  return requireConsistent(verdict);
}

/** The same for a document whose sheets are not in it: without them nothing can be said of contradictions. */
export function validateHead(given: unknown): Verdict {
  const { schema, schemaVersion } = headOf(given);
  if (schema !== 'assay/verdict') throw damaged(`schema: expected \`assay/verdict\`, got ${quote(schema)}`);
  if (schemaVersion !== 1 && schemaVersion !== 2) {
    throw new AssayError(
      'SCHEMA_TOO_NEW',
      `verdict: schemaVersion: expected 1 or 2, got ${quote(schemaVersion)}`,
      {
        hint: 'Use the version of Assay that wrote this document, or a newer one.',
      },
    );
  }
  const document: unknown = schemaVersion === 1 ? upgrade(given) : given;
  if (isDeeper(document, deepest)) throw damaged(`expected at most ${deepest} levels, got more`);
  const isVerdict = checks.verdict();
  if (!isVerdict(document)) throw mismatch(isVerdict.errors);
  return document;
}

/** Checks that a verdict says nothing twice in two ways. Throws `EVIDENCE_DAMAGED`. */
export function requireConsistent(verdict: Verdict): Verdict {
  const [contradiction, ...more] = contradictions(verdict);
  if (contradiction !== undefined)
    throw damaged(`${contradiction}${more.length === 0 ? '' : `, and ${more.length} more contradictions`}`);
  return verdict;
}

/** Checks the sheet of a node against its committed JSON Schema. Throws `EVIDENCE_DAMAGED`. */
export function validateSheet(document: unknown): Sheet {
  const isSheet = checks.sheet();
  if (isDeeper(document, deepest) || !isSheet(document))
    throw mismatch(isSheet.errors, `sheet of ${quote(headOf(document).node)}`);
  return document;
}

function upgrade(document: unknown): unknown {
  const { data, error } = UpgradedVerdict.safeParse(document);
  const [issue] = error?.issues ?? [];
  if (issue !== undefined) throw damaged(`/${issue.path.join('/')}: ${issue.message}`);
  return data;
}

/** More levels than any sentence has within others: what is nested further could only exhaust whoever follows it. */
const deepest = 24;

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((part) => isDeeper(part, levels - 1));
  for (const key in value) {
    const part = (value as Record<string, unknown>)[key];
    // Almost everything is a text or a number, and there are millions.
    if (typeof part === 'object' && isDeeper(part, levels - 1)) return true;
  }
  return false;
}

function mismatch(errors: ValidateFunction['errors'], what = 'verdict'): AssayError {
  const [first] = errors ?? [];
  const where = first?.instancePath === '' ? '/' : (first?.instancePath ?? '/');
  return damaged(`${where}: ${first?.message ?? 'does not match'} ${quote(first?.params)}`, what);
}

function headOf(document: unknown): {
  readonly schema?: unknown;
  readonly schemaVersion?: unknown;
  readonly node?: unknown;
} {
  if (typeof document !== 'object' || document === null)
    throw damaged(`expected an object, got ${quote(document)}`);
  return document;
}

const damaged = (message: string, what = 'verdict'): AssayError =>
  new AssayError('EVIDENCE_DAMAGED', `${what}: ${message}`, {
    hint: 'Judge the run again: assay judge <run> --profile <profile>.',
  });

function quote(value: unknown): string {
  const text: unknown = JSON.stringify(value); // undefined for undefined, whatever the types say
  return typeof text === 'string' ? `\`${text.slice(0, 120)}\`` : 'nothing';
}

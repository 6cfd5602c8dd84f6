import { readdir, readFile } from 'node:fs/promises';
import type { AnySchemaObject } from 'ajv/dist/2020.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { jsonSchemas } from '../../../../reports/verdict/json-schemas.ts';
import { validateVerdict } from '../../../../reports/verdict/validate.ts';
import { exampleVerdict } from '../../../support/example-verdict.ts';
import {
  clusterVerdict,
  conformingVerdict,
  unreachedVerdict,
  vmVerdict,
} from '../../../support/judged-examples.ts';

const folder = new URL('../../../../reports/verdict/', import.meta.url);

const withCell = (change: object): object => {
  const base = vmVerdict();
  return { ...base, cells: [{ ...base.cells[0], ...change }, ...base.cells.slice(1)] };
};
const withReason = (reason: unknown): object => withCell({ reason });
const endless: unknown = JSON.parse(`${'{"say":"sentence","of":'.repeat(100_000)}0${'}'.repeat(100_000)}`);

describe('validateVerdict', () => {
  it.each([
    vmVerdict(),
    clusterVerdict(),
    conformingVerdict(),
    unreachedVerdict(),
  ])('returns a document that is in order', (verdict) => {
    expect(validateVerdict(JSON.parse(JSON.stringify(verdict)))).toEqual(verdict);
  });

  it.each([
    ['a newer version', { ...vmVerdict(), schemaVersion: 3 }, 'SCHEMA_TOO_NEW', 'expected 1 or 2, got `3`'],
    [
      'no version',
      { ...vmVerdict(), schemaVersion: undefined },
      'SCHEMA_TOO_NEW',
      'expected 1 or 2, got nothing',
    ],
    [
      'another document',
      { ...vmVerdict(), schema: 'assay/plan' },
      'EVIDENCE_DAMAGED',
      'expected `assay/verdict`',
    ],
    ['an unknown key', { ...vmVerdict(), remark: 'x' }, 'EVIDENCE_DAMAGED', 'remark'],
    [
      'a unit that does not exist',
      { ...vmVerdict(), measurements: [{ ...vmVerdict().measurements[0], unit: 'GB/s' }] },
      'EVIDENCE_DAMAGED',
      '/measurements/0/unit',
    ],
    [
      'a time that is none',
      { ...vmVerdict(), run: { ...vmVerdict().run, startedAt: 'yesterday' } },
      'EVIDENCE_DAMAGED',
      '/run/startedAt',
    ],
    [
      'a sentence that nobody knows',
      withReason({ say: 'toString' }),
      'EVIDENCE_DAMAGED',
      '/cells/0/reason: value of tag "say" must be in oneOf',
    ],
    [
      'a sentence with a wrong value',
      withReason({ say: 'parts-there', count: 'all' }),
      'EVIDENCE_DAMAGED',
      '/cells/0/reason/count: must be integer',
    ],
    [
      'a sentence with a value too many within another',
      withReason({ say: 'sentence', of: { say: 'all-right', more: 1 } }),
      'EVIDENCE_DAMAGED',
      '/cells/0/reason/of: must NOT have additional properties',
    ],
    ['sentences without end', withReason(endless), 'EVIDENCE_DAMAGED', 'expected at most 24 levels'],
    [
      'a subject of no kind',
      withCell({ subject: { kind: 'rack', name: 'r1' } }),
      'EVIDENCE_DAMAGED',
      '/cells/0/subject: value of tag "kind" must be in oneOf',
    ],
    ['no object', null, 'EVIDENCE_DAMAGED', 'expected an object'],
    [
      'a pass with a missing cell',
      { ...conformingVerdict(), cells: clusterVerdict().cells, counts: clusterVerdict().counts },
      'EVIDENCE_DAMAGED',
      'conclusion',
    ],
    [
      'a pass without any cell',
      { ...conformingVerdict(), cells: [], counts: exampleVerdict({ cells: [] }).counts },
      'EVIDENCE_DAMAGED',
      'got none',
    ],
    [
      'counts that are not those of the cells',
      { ...vmVerdict(), counts: conformingVerdict().counts },
      'EVIDENCE_DAMAGED',
      'counts.required.fail: expected 1',
    ],
    [
      'an exit code of another conclusion',
      { ...clusterVerdict(), exitCode: 0 },
      'EVIDENCE_DAMAGED',
      'exitCode: expected 1',
    ],
    [
      'a cell listed twice',
      exampleVerdict({ cells: [conformingVerdict().cells[0]!, conformingVerdict().cells[0]!] }),
      'EVIDENCE_DAMAGED',
      'every id once',
    ],
    [
      'a defect of a cell that is not there',
      { ...vmVerdict(), defects: [{ ...vmVerdict().defects[0], cells: ['gone'] }] },
      'EVIDENCE_DAMAGED',
      '`gone`',
    ],
  ])('refuses %s', (_, document, code, message) => {
    expect(() => validateVerdict(document)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) as string }) as Error,
    );
  });

  it('lets a survey end with 0 whatever the profile says', () => {
    expect(validateVerdict({ ...vmVerdict(), exitCode: 0 }).exitCode).toBe(0);
  });
});

describe('the committed JSON Schemas', () => {
  it.each(jsonSchemas())('$file is a schema by the draft that it names', ({ text }) => {
    const ajv = new Ajv2020({ allowUnionTypes: true, discriminator: true, validateFormats: false });
    expect(ajv.validateSchema(JSON.parse(text) as AnySchemaObject, true)).toBe(true);
  });

  it('are the generated ones (refresh: npm run generate)', async () => {
    for (const { file, text } of jsonSchemas())
      expect(await readFile(new URL(file, folder), 'utf8')).toBe(text);
  });

  it('exist for every document that reports/verdict declares, and for no other', async () => {
    const files = await readdir(folder);
    const declared: string[] = [];
    for (const file of files.filter((name) => name.endsWith('.ts'))) {
      const module = (await import(new URL(file, folder).href)) as Record<string, unknown>;
      for (const value of Object.values(module)) {
        if (!(value instanceof z.ZodObject) || !('schemaVersion' in value.shape)) continue;
        const { value: version } = z.instanceof(z.ZodLiteral).parse(value.shape['schemaVersion']);
        declared.push(`${file.replace('.ts', '')}.v${String(version)}.schema.json`);
      }
    }
    expect(declared.sort()).toEqual(files.filter((name) => name.endsWith('.schema.json')).sort());
  });

  it('are checked by a command that names no stale file now', async () => {
    const { exitCode, stderr } = await execa(process.execPath, ['harness/deploy/generate.ts', '--check'], {
      reject: false,
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  });
});

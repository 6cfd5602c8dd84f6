import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { samplesText, sortSamples } from '../../../../reports/verdict/samples.ts';
import samplesSchema from '../../../../reports/verdict/samples.v1.schema.json' with { type: 'json' };
import type { Sample } from '../../../../workloads/kit/sample.ts';

const sample = (step: string, value: number): Sample => ({
  metric: 'copy.speed',
  value,
  unit: 'B/s',
  dimensions: { cores: 1 },
  subject: { kind: 'node', node: 'n1' },
  tool: 'tool',
  step,
  session: 1,
  origin: 'native',
  at: [{ command: 'run', output: 'stdout', line: 1 }],
});
const options = { allowUnionTypes: true, discriminator: true, validateFormats: false };
const document = {
  schema: 'assay/samples',
  schemaVersion: 1,
  run: 'run-1',
  node: 'n1',
  samples: [sample('r1', 2), sample('r1', 3), sample('r2', 1)],
} as const;

describe('the samples of a node', () => {
  it('are a document with one of them a line, in one order, however they came', () => {
    const text = samplesText(document);
    expect(JSON.parse(text)).toEqual(document);
    expect(text.split('\n')).toHaveLength(12);
    expect(sortSamples(document.samples.toReversed())).toEqual(document.samples);
  });

  it('may be none', () => {
    expect(JSON.parse(samplesText({ ...document, samples: [] }))).toEqual({ ...document, samples: [] });
  });

  it('are what their committed schema says', () => {
    const isSamples = new Ajv2020(options).compile(samplesSchema);
    expect(isSamples(document)).toBe(true);
    for (const wrong of [
      { ...document, schemaVersion: 2 },
      { ...document, remark: 'x' },
      { ...document, samples: [{ ...sample('r1', 1), unit: 'GB/s' }] },
      { ...document, samples: [{ ...sample('r1', 1), at: [] }] },
    ])
      expect(isSamples(wrong)).toBe(false);
  });
});

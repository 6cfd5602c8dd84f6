import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { listedUnder } from '../../reports/verdict/algebra.ts';
import { validateVerdict } from '../../reports/verdict/validate.ts';
import { createLookup } from '../../reports/verdict/verdict-lookup.ts';
import { foldNodeSet } from '../../reports/verdict/words/fold-names.ts';
import { say } from '../../reports/verdict/words/say.ts';
import { plainScreen, writers } from '../../reports/writers/writers.ts';
import { nameOf } from '../../workloads/kit/subject.ts';

const folder = new URL('../fixtures/documents/', import.meta.url);
const names = readdirSync(folder);

/** Documents of version 1 said all in words. */
const DocumentV1 = z.object({
  headline: z.string(),
  cells: z.array(z.object({ subject: z.string(), node: z.string(), reason: z.string() })),
  defects: z.array(z.object({ node: z.string(), symptom: z.string() })),
  notShown: z.array(z.object({ what: z.string(), reason: z.string() })),
  measurements: z.array(z.object({ samples: z.array(z.looseObject({ value: z.number() })) })),
});

describe('documents of older versions', () => {
  it('are kept for good', () => {
    expect(names).toContain('verdict.v1.json');
  });

  it.each(names)('%s is upgraded when it is read, and can be shown', (name) => {
    const text = readFileSync(new URL(name, folder), 'utf8');
    const document = DocumentV1.parse(JSON.parse(text));
    const verdict = validateVerdict(JSON.parse(text));
    expect(verdict.schemaVersion).toBe(2);
    // It says what it said, of the same subjects.
    expect(say(verdict.headline)).toBe(document.headline);
    expect(verdict.cells.map((cell) => [nameOf(cell.subject), listedUnder(cell), say(cell.reason)])).toEqual(
      document.cells.map(({ subject, node, reason }) => [subject, node, reason]),
    );
    expect(verdict.defects.map(({ nodes, symptom }) => [foldNodeSet(nodes), say(symptom)])).toEqual(
      document.defects.map(({ node, symptom }) => [node, symptom]),
    );
    expect(verdict.notShown.map(({ what, reason }) => [say(what), say(reason)])).toEqual(
      document.notShown.map(({ what, reason }) => [what, reason]),
    );
    // Every sample stood in the verdict.
    expect(verdict.measurements.map(({ spread }) => spread)).toEqual(
      document.measurements.map(({ samples }) => samples.map(({ value }) => value).toSorted((a, b) => a - b)),
    );
    for (const [place, { readings, min, max }] of verdict.measurements.entries()) {
      expect([readings[0]?.value, readings.at(-1)?.value]).toEqual([min, max]);
      expect(document.measurements[place]?.samples).toEqual(expect.arrayContaining(readings));
    }
    for (const { render } of writers) expect(render(createLookup(verdict), plainScreen)).not.toBe('');
  });
});

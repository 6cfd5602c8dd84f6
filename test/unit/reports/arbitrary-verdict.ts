import fc from 'fast-check';
import type { Cell, Defect, Measurement } from '../../../reports/verdict/verdict.ts';
import { CellVerdict, MissingKind, Verdict } from '../../../reports/verdict/verdict.ts';
import { Unit } from '../../../workloads/kit/unit.ts';
import {
  exampleCell,
  exampleMeasurement,
  exampleVerdict,
  hostileStrings,
} from '../../support/example-verdict.ts';

/** Any text, hostile ones among it. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(...hostileStrings),
  fc.lorem({ maxCount: 4 }),
);
const value = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e18, max: 1e18 }),
  fc.constantFrom(0, 1, -1, 4.6e11, 1e-9),
);
const unit = fc.constantFrom(...Unit.options);
const factValue = fc.oneof(text, value, fc.boolean());

const observed = fc.oneof(
  fc.record({
    kind: fc.constant('fact' as const),
    path: fc.constantFrom('memory.totalBytes', 'os.kernel', 'link.width'),
    value: factValue,
  }),
  fc
    .record({
      unit,
      values: fc.array(value, { minLength: 1, maxLength: 5 }),
      steps: fc.array(text, { maxLength: 3 }),
    })
    .map(({ unit: of, values, steps }) => {
      const sorted = [...values].sort((left, right) => left - right);
      return {
        kind: 'samples' as const,
        unit: of,
        n: values.length,
        median: sorted[Math.floor(values.length / 2)]!,
        min: sorted[0]!,
        max: sorted.at(-1)!,
        steps,
      };
    }),
);

const limit = fc.record({
  id: text,
  comparator: fc.constantFrom('atLeast', 'atMost', 'equal', 'oneOf', 'noneOf'),
  expected: fc.oneof(fc.record({ value, unit }), fc.array(factValue, { maxLength: 3 }), factValue),
  source: text,
});

const cell: fc.Arbitrary<Cell> = fc
  .record(
    {
      subject: text,
      node: fc.constantFrom('n1', 'n2', hostileStrings[0]!),
      requirement: text,
      title: text,
      dimension: fc.constantFrom('D1', 'D6', 'D10', 'D99'),
      verdict: fc.constantFrom(...CellVerdict.options),
      reason: text,
      level: fc.constantFrom('required', 'advisory'),
      owner: fc.constantFrom('hardware', 'configuration', 'environment'),
      gate: fc.boolean(),
      missing: fc.constantFrom(...MissingKind.options),
      limit,
      observed,
      action: text,
    },
    {
      requiredKeys: [
        'subject',
        'node',
        'requirement',
        'title',
        'dimension',
        'verdict',
        'reason',
        'level',
        'owner',
      ],
    },
  )
  .map(exampleCell);

const measurement: fc.Arbitrary<Measurement> = fc
  .record({
    values: fc.array(value, { minLength: 1, maxLength: 6 }),
    title: text,
    unit,
    subject: text,
    tool: text,
    origin: fc.constantFrom('native', 'embedded', 'imported'),
    dimensions: fc.dictionary(text, factValue, { maxKeys: 3 }),
  })
  .map(({ values, ...rest }) => exampleMeasurement(values, { metric: 'any.metric', ...rest }));

const isRequiredFail = (it: Cell): boolean => it.level === 'required' && it.verdict === 'fail';

/** Verdicts of every conclusion that agree with themselves, with hostile text in them. */
export const arbitraryVerdict: fc.Arbitrary<Verdict> = fc
  .record({
    cells: fc.uniqueArray(cell, { selector: (it) => it.id, maxLength: 8 }),
    isUnreached: fc.boolean(),
    kind: fc.constantFrom('screening report', 'test report'),
    headline: text,
    measurements: fc.array(measurement, { maxLength: 4 }),
    notShown: fc.array(fc.record({ what: text, reason: text }), { maxLength: 4 }),
    facts: fc.array(fc.record({ group: text, name: text, value: text }), { maxLength: 3 }),
    symptom: text,
  })
  .map(({ cells, isUnreached, facts, symptom, ...rest }) => {
    const open = cells.filter((it) => it.verdict !== 'pass').map((it) => it.id);
    const defects: Defect[] =
      open.length === 0
        ? []
        : [
            {
              id: 'd1',
              node: 'n1',
              subject: 'n1',
              owner: 'hardware',
              verdict: 'fail',
              symptom,
              action: symptom,
              cells: open,
              evidence: [],
            },
          ];
    const verdict = exampleVerdict({
      ...rest,
      cells,
      defects,
      nodes: [{ id: 'n1', reached: !isUnreached, facts }],
    });
    // Nothing reached means nothing that fails was seen either.
    const isNothing = isUnreached && !cells.some((it) => isRequiredFail(it)) && verdict.conclusion !== 'pass';
    return Verdict.parse(isNothing ? { ...verdict, conclusion: 'unreached', exitCode: 3 } : verdict);
  });

import fc from 'fast-check';
import type { Cell } from '../../../reports/verdict/cell.ts';
import { CellVerdict } from '../../../reports/verdict/cell.ts';
import type { Measurement } from '../../../reports/verdict/measurement.ts';
import type { Said } from '../../../reports/verdict/said.ts';
import { MissingKind } from '../../../reports/verdict/said-parts.ts';
import type { Defect } from '../../../reports/verdict/verdict.ts';
import { Verdict } from '../../../reports/verdict/verdict.ts';
import type { Subject } from '../../../workloads/kit/subject.ts';
import { Unit } from '../../../workloads/kit/unit.ts';
import {
  exampleCell,
  exampleMeasurement,
  exampleVerdict,
  hostileStrings,
  quoted,
} from '../../support/example-verdict.ts';

/** Any text, hostile ones among it. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(...hostileStrings),
  fc.lorem({ maxCount: 4 }),
);
const said: fc.Arbitrary<Said> = text.map(quoted);
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
    unit: fc.constantFrom('B', 's'),
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

const node = fc.constantFrom('n1', 'n2', hostileStrings[0]!);
const subject: fc.Arbitrary<Subject> = fc.oneof(
  fc.record({ kind: fc.constant('node' as const), node }),
  fc.record({ kind: fc.constant('device' as const), node, device: text }),
  fc.record({ kind: fc.constant('pair' as const), nodes: fc.tuple(node, node) }),
  fc.record({ kind: fc.constant('group' as const), name: text }),
);

// Often met, so that whole verdicts are met too.
const word = fc.oneof(fc.constant('pass' as const), fc.constantFrom(...CellVerdict.options));

const cell: fc.Arbitrary<Cell> = fc
  .record(
    {
      subject,
      blamedOn: fc.array(node, { minLength: 1, maxLength: 2 }),
      requirement: text,
      title: text,
      dimension: fc.constantFrom('D1', 'D6', 'D10', 'D99'),
      verdict: word,
      reason: said,
      level: fc.constantFrom('required', 'advisory'),
      owner: fc.constantFrom('hardware', 'configuration', 'environment'),
      gate: fc.boolean(),
      missing: fc.constantFrom(...MissingKind.options),
      limit,
      observed,
      action: said,
    },
    {
      requiredKeys: ['subject', 'requirement', 'title', 'dimension', 'verdict', 'reason', 'level', 'owner'],
    },
  )
  .map(exampleCell);

const measurement: fc.Arbitrary<Measurement> = fc
  .record({
    values: fc.array(value, { minLength: 1, maxLength: 8 }),
    title: text,
    unit,
    subject,
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
    headline: said,
    measurements: fc.array(measurement, { maxLength: 4 }),
    notShown: fc.array(fc.record({ what: said, reason: said }), { maxLength: 4 }),
    facts: fc.array(fc.record({ group: text, name: text, value: factValue }), { maxLength: 3 }),
    symptom: said,
  })
  .map(({ cells, isUnreached, facts, symptom, ...rest }) => {
    const open = cells.filter((it) => it.verdict !== 'pass').map((it) => it.id);
    const defects: Defect[] =
      open.length === 0
        ? []
        : [
            {
              id: 'd1',
              nodes: ['n1'],
              subject: { kind: 'node', node: 'n1' },
              owner: 'hardware',
              verdict: 'fail',
              symptom,
              action: symptom,
              cells: open,
              evidence: [],
            },
          ];
    // Nothing reached means nothing that fails was seen either.
    const reached = !isUnreached || cells.some(isRequiredFail);
    return Verdict.parse(exampleVerdict({ ...rest, cells, defects, nodes: [{ id: 'n1', reached, facts }] }));
  });

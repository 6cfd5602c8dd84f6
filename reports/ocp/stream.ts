import { shellWord } from '../../workloads/kit/shell-quote.ts';
import type { Subject } from '../../workloads/kit/subject.ts';
import { cleanText } from '../text/clean-text.ts';
import { isUnmet } from '../verdict/algebra.ts';
import type { Cell } from '../verdict/cell.ts';
import type { Measurement } from '../verdict/measurement.ts';
import { keyOfMeasurement } from '../verdict/measurement.ts';
import type { SoakSeries } from '../verdict/soak-series.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { say } from '../verdict/words/say.ts';
import type { DutInfo, OcpContent, OcpError, RunEnd, SeriesStart, Validator } from './artifact.ts';
import { OcpLine } from './artifact.ts';

/**
 * What a verdict says of one node (of one machine, or its part of a block) as the output of a test by OCP Test & Validation 2.0, line by
 * line: a step for each measurement with its readings (of a soak as a series, by `keyOfMeasurement`), and one for each cell with its
 * limit and a diagnosis. All of it was known when it was judged, so every line has the time at which the run began.
 */
export function* ocpLines(part: Verdict, soak: ReadonlyMap<string, SoakSeries>): Generator<string> {
  let sequenceNumber = 0;
  for (const content of contentOf(part, soak)) {
    const line = OcpLine.parse({ sequenceNumber, timestamp: part.run.startedAt, ...content });
    sequenceNumber += 1;
    yield `${JSON.stringify(line)}\n`;
  }
}

function* contentOf(part: Verdict, soak: ReadonlyMap<string, SoakSeries>): Generator<OcpContent> {
  yield { schemaVersion: { major: 2, minor: 0 } };
  yield { testRunArtifact: { testRunStart: startOf(part) } };
  let steps = 0;
  const cells = new Map(part.cells.map((cell) => [cell.id, cell]));
  for (const measurement of part.measurements) {
    const step = String(steps++);
    const series = soak.get(keyOfMeasurement(measurement));
    const readings =
      series === undefined
        ? readingsOf(measurement)
        : seriesOf(measurement, series, {
            at: part.run.startedAt,
            cells: series.cells.flatMap((id) => cells.get(id) ?? []),
          });
    yield* measured(step, measurement, readings);
  }
  for (const cell of part.cells) yield* decided(String(steps++), cell);
  const { end, errors } = endOf(part);
  for (const error of errors) yield { testRunArtifact: { error } };
  yield { testRunArtifact: { testRunEnd: end } };
}

function startOf({ run, profile, suite, assay, nodes, cells, measurements, contract }: Verdict) {
  const [node] = nodes;
  return {
    name: 'assay',
    version: assay,
    commandLine: `assay judge ${shellWord(cleanText(run.id))} --profile ${shellWord(profile.id)}`,
    parameters: {
      run: run.id,
      purpose: run.purpose,
      profile: `${profile.id} ${profile.version}`,
      profileDigest: profile.digest,
      suite: `${suite.id} ${suite.version}`,
      ...(contract === undefined ? {} : { contract: contract.id }),
    },
    dutInfo: dutOf(node, [...cells, ...measurements]),
    metadata: { measuredBy: run.assay },
  };
}

const deviceOf = (subject: Subject): string | undefined =>
  subject.kind === 'device' ? cleanText(subject.device) : undefined;
const withDevice = (subject: Subject): { hardwareInfoId?: string } => {
  const device = deviceOf(subject);
  return device === undefined ? {} : { hardwareInfoId: device };
};

/** The machine, and each device that something is said about, with what its facts tell of it. */
function dutOf(
  node: Verdict['nodes'][number] | undefined,
  said: readonly { readonly subject: Subject }[],
): DutInfo {
  const facts = node?.facts ?? [];
  const textOf = (group: string, name: string): string | undefined => {
    const value = facts.find((fact) => fact.group === group && fact.name === name)?.value;
    return typeof value === 'string' ? cleanText(value) : undefined;
  };
  const hardware = (id: string) => {
    // A device is called by one of its own facts: its UUID, serial number or address.
    const own = facts.find(
      ({ name, value }) => typeof value === 'string' && cleanText(value) === id && name.includes(' '),
    );
    const prefix = own?.name.slice(0, own.name.indexOf(' '));
    const of = (name: string): string | undefined =>
      own === undefined ? undefined : textOf(own.group, `${prefix} ${name}`);
    return {
      name: of('model') ?? id,
      hardwareInfoId: id,
      ...defined({ serialNumber: of('serial'), manufacturer: of('vendor'), location: of('address') }),
    };
  };
  const kernel = textOf('os', 'kernel');
  const product = textOf('identity', 'product');
  return {
    id: node?.identity ?? cleanText(node?.id ?? 'unknown'),
    hostname: cleanText(node?.id ?? 'unknown'),
    ...(product === undefined ? {} : { platformInfos: [{ info: product }] }),
    ...(kernel === undefined
      ? {}
      : {
          softwareInfos: [
            { name: 'kernel', version: kernel, softwareType: 'SYSTEM' as const, softwareInfoId: 'kernel' },
          ],
        }),
    hardwareInfos: [...new Set(said.flatMap(({ subject }) => deviceOf(subject) ?? []))].map(hardware),
  };
}

const defined = (given: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );

/** What a step says between its start and its end. */
type Within<Line = Extract<OcpContent, { testStepArtifact: unknown }>['testStepArtifact']> = Line extends {
  testStepId: string;
}
  ? Omit<Line, 'testStepId'>
  : never;

function* measured(
  testStepId: string,
  { metric, tool, invalid }: Measurement,
  readings: Iterable<Within>,
): Generator<OcpContent> {
  yield { testStepArtifact: { testStepId, testStepStart: { name: `${metric} by ${tool}` } } };
  for (const reading of readings) yield { testStepArtifact: { testStepId, ...reading } };
  if (invalid !== undefined)
    yield { testStepArtifact: { testStepId, error: { symptom: 'invalid', message: say(invalid) } } };
  yield {
    testStepArtifact: { testStepId, testStepEnd: { status: invalid === undefined ? 'COMPLETE' : 'ERROR' } },
  };
}

/** What a measurement and a series of it have in common. */
const describe = ({ metric, unit, subject, dimensions, n, toolVersion, origin }: Measurement) => ({
  name: metric,
  unit,
  ...withDevice(subject),
  metadata: {
    ...dimensions,
    readings: n,
    ...(toolVersion === undefined ? {} : { toolVersion }),
    ...(origin === 'native' ? {} : { origin }),
  },
});

/** All of them, or of more than 20 so many from the lowest to the highest. */
function* readingsOf(it: Measurement): Generator<Within> {
  const described = describe(it);
  for (const value of it.spread) yield { measurement: { ...described, value } };
}

/** All readings of a soak, in the order of its windows, under the limits that each of them has to hold. */
function* seriesOf(
  it: Measurement,
  { readings }: SoakSeries,
  { at, cells }: { readonly at: string; readonly cells: readonly Cell[] },
): Generator<Within> {
  const measurementSeriesId = 'soak';
  const validators = cells.flatMap((cell) => validatorsOf(cell).validators ?? []);
  const start: SeriesStart = {
    measurementSeriesId,
    ...describe(it),
    ...(validators.length === 0 ? {} : { validators }),
  };
  yield { measurementSeriesStart: start };
  for (const [index, { window, value }] of readings.entries())
    yield {
      measurementSeriesElement: { measurementSeriesId, index, value, timestamp: at, metadata: { window } },
    };
  yield { measurementSeriesEnd: { measurementSeriesId, totalCount: readings.length } };
}

const validatorTypes = {
  atLeast: 'GREATER_THAN_OR_EQUAL',
  atMost: 'LESS_THAN_OR_EQUAL',
  equal: 'EQUAL',
  oneOf: 'IN_SET',
  noneOf: 'NOT_IN_SET',
} as const;

function validatorsOf({ limit }: Cell): { validators?: Validator[] } {
  if (limit === undefined) return {};
  const { comparator, expected, id, source } = limit;
  const isQuantity = typeof expected === 'object' && !Array.isArray(expected);
  return {
    validators: [
      {
        name: id,
        type: validatorTypes[comparator],
        value: isQuantity ? expected.value : Array.isArray(expected) ? expected.join(', ') : expected,
        metadata: { source },
      },
    ],
  };
}

/** Only what was shown is a PASS: missing, invalid and inconclusive are unknown. */
function* decided(testStepId: string, cell: Cell): Generator<OcpContent> {
  const { id, verdict, observed, subject, level } = cell;
  yield { testStepArtifact: { testStepId, testStepStart: { name: id } } };
  if (verdict === 'not-applicable') {
    yield { testStepArtifact: { testStepId, testStepEnd: { status: 'SKIP' } } };
    return;
  }
  if (observed !== undefined)
    yield {
      testStepArtifact: {
        testStepId,
        measurement: {
          name: cell.requirement,
          value: observed.kind === 'samples' ? observed.median : observed.value,
          ...(observed.unit === undefined ? {} : { unit: observed.unit }),
          ...validatorsOf(cell),
          ...withDevice(subject),
          metadata: { level, ...(observed.kind === 'samples' ? { of: 'median', readings: observed.n } : {}) },
        },
      },
    };
  const type = verdict === 'pass' ? 'PASS' : verdict === 'fail' ? 'FAIL' : 'UNKNOWN';
  const message = say(cell.reason);
  yield {
    testStepArtifact: {
      testStepId,
      diagnosis: { verdict: `${cell.requirement}-${verdict}`, type, message, ...withDevice(subject) },
    },
  };
  const isOpen = type === 'UNKNOWN' && level === 'required';
  if (isOpen) yield { testStepArtifact: { testStepId, error: { symptom: verdict, message } } };
  yield { testStepArtifact: { testStepId, testStepEnd: { status: isOpen ? 'ERROR' : 'COMPLETE' } } };
}

/** A node passes where each required cell of it does, and its standing in a block: nothing else ends in PASS. */
function endOf({ cells, conclusion, rehearsal, evidence }: Verdict): {
  readonly end: RunEnd;
  readonly errors: readonly OcpError[];
} {
  const required = cells.filter(({ level, verdict }) => level === 'required' && verdict !== 'not-applicable');
  const open = required.filter(isUnmet);
  const none: RunEnd = { status: 'ERROR', result: 'NOT_APPLICABLE' };
  const [harm] = evidence.damage ?? [];
  if (harm !== undefined) return { end: none, errors: [{ symptom: 'evidence-damaged', message: harm.file }] };
  if (rehearsal === true)
    return { end: none, errors: [{ symptom: 'rehearsal', message: 'It says nothing about any machine.' }] };
  if (conclusion === 'fail' || open.some(({ verdict }) => verdict === 'fail'))
    return { end: { status: 'COMPLETE', result: 'FAIL' }, errors: [] };
  if (open.length > 0)
    return { end: none, errors: open.map(({ id, verdict }) => ({ symptom: verdict, message: id })) };
  if (conclusion !== 'pass') return { end: none, errors: [{ symptom: conclusion }] };
  return required.length === 0
    ? { end: { status: 'SKIP', result: 'NOT_APPLICABLE' }, errors: [] }
    : { end: { status: 'COMPLETE', result: 'PASS' }, errors: [] };
}

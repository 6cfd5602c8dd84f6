import * as z from 'zod';

// One line of the output of a test by OCP Test & Validation 2.0, as far as a verdict needs it: the fields of its published schemas
// (https://github.com/opencomputeproject/ocp-diag-core/tree/main/json_spec/output), and no others.

const text = z.string();
const metadata = z.record(text, z.unknown());
const value = z.union([text, z.boolean(), z.number()]);

export const Validator = z.strictObject({
  name: text.optional(),
  /** Of a set `value` is one text: the schema has no lists there. */
  type: z.enum([
    'EQUAL',
    'NOT_EQUAL',
    'LESS_THAN',
    'LESS_THAN_OR_EQUAL',
    'GREATER_THAN',
    'GREATER_THAN_OR_EQUAL',
    'REGEX_MATCH',
    'REGEX_NO_MATCH',
    'IN_SET',
    'NOT_IN_SET',
  ]),
  value,
  metadata: metadata.optional(),
});
export type Validator = z.infer<typeof Validator>;

const OcpMeasurement = z.strictObject({
  name: text,
  value,
  unit: text.optional(),
  validators: z.array(Validator).optional(),
  hardwareInfoId: text.optional(),
  metadata: metadata.optional(),
});
export type OcpMeasurement = z.infer<typeof OcpMeasurement>;

/** Measurements of one thing over time, of which each is an element; the validators are of each of them. */
const SeriesStart = z.strictObject({
  name: text,
  unit: text.optional(),
  measurementSeriesId: text,
  validators: z.array(Validator).optional(),
  hardwareInfoId: text.optional(),
  metadata: metadata.optional(),
});
export type SeriesStart = z.infer<typeof SeriesStart>;

const SeriesElement = z.strictObject({
  index: z.number().int().nonnegative(),
  value,
  timestamp: z.iso.datetime(),
  measurementSeriesId: text,
  metadata: metadata.optional(),
});

const SeriesEnd = z.strictObject({
  measurementSeriesId: text,
  totalCount: z.number().int().nonnegative(),
});

const Diagnosis = z.strictObject({
  verdict: text,
  type: z.enum(['PASS', 'FAIL', 'UNKNOWN']),
  message: text.optional(),
  hardwareInfoId: text.optional(),
});

export const OcpError = z.strictObject({ symptom: text, message: text.optional() });
export type OcpError = z.infer<typeof OcpError>;

export const Status = z.enum(['COMPLETE', 'ERROR', 'SKIP']);
export type Status = z.infer<typeof Status>;

const DutInfo = z.strictObject({
  id: text,
  hostname: text.optional(),
  platformInfos: z.array(z.strictObject({ info: text })).optional(),
  softwareInfos: z
    .array(
      z.strictObject({
        name: text,
        version: text.optional(),
        softwareType: z.enum(['UNSPECIFIED', 'FIRMWARE', 'SYSTEM', 'APPLICATION']).optional(),
        softwareInfoId: text,
      }),
    )
    .optional(),
  hardwareInfos: z
    .array(
      z.strictObject({
        name: text,
        hardwareInfoId: text,
        serialNumber: text.optional(),
        manufacturer: text.optional(),
        location: text.optional(),
        partType: text.optional(),
      }),
    )
    .optional(),
  metadata: metadata.optional(),
});
export type DutInfo = z.infer<typeof DutInfo>;

/** A run ends as complete with a result, or without one for an error or because nothing was to be done. */
export const RunEnd = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('COMPLETE'), result: z.enum(['PASS', 'FAIL']) }),
  z.strictObject({ status: z.enum(['ERROR', 'SKIP']), result: z.literal('NOT_APPLICABLE') }),
]);
export type RunEnd = z.infer<typeof RunEnd>;

const RunArtifact = z.union([
  z.strictObject({
    testRunStart: z.strictObject({
      name: text,
      version: text,
      commandLine: text,
      parameters: metadata,
      dutInfo: DutInfo,
      metadata: metadata.optional(),
    }),
  }),
  z.strictObject({ error: OcpError }),
  z.strictObject({ testRunEnd: RunEnd }),
]);

const step = { testStepId: text };
const StepArtifact = z.union([
  z.strictObject({ ...step, testStepStart: z.strictObject({ name: text }) }),
  z.strictObject({ ...step, measurement: OcpMeasurement }),
  z.strictObject({ ...step, measurementSeriesStart: SeriesStart }),
  z.strictObject({ ...step, measurementSeriesElement: SeriesElement }),
  z.strictObject({ ...step, measurementSeriesEnd: SeriesEnd }),
  z.strictObject({ ...step, diagnosis: Diagnosis }),
  z.strictObject({ ...step, error: OcpError }),
  z.strictObject({ ...step, testStepEnd: z.strictObject({ status: Status }) }),
]);

const line = { sequenceNumber: z.number().int().min(0).max(2_147_483_647), timestamp: z.iso.datetime() };

export const OcpLine = z.union([
  z.strictObject({ ...line, schemaVersion: z.strictObject({ major: z.literal(2), minor: z.literal(0) }) }),
  z.strictObject({ ...line, testRunArtifact: RunArtifact }),
  z.strictObject({ ...line, testStepArtifact: StepArtifact }),
]);
export type OcpLine = z.infer<typeof OcpLine>;

type Without<Line> = Line extends unknown ? Omit<Line, 'sequenceNumber' | 'timestamp'> : never;
/** What a line says, before it has its place among the others. */
export type OcpContent = Without<OcpLine>;

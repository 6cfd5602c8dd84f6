import * as z from 'zod';
import { readJson } from '../kit/read-output.ts';
import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';

const text = z.string().max(4096);
/** A list is there only with something in it. */
const texts = z.array(text).min(1).max(256);
const id = z.number().int().min(0).max(4095);
const Status = z.enum(['Pass', 'Fail', 'Skip', 'Warn']);
const Warning = z.strictObject({
  warning: text,
  error_id: z.number().int().min(0).max(9999),
  error_category: z.number().int().min(0).max(99),
  error_severity: z.number().int().min(0).max(99),
});
const named = { name: z.string().regex(/^[\w .\-/]{1,60}$/) };
const category = { category: z.string().regex(/^[\w .\-/]{1,60}$/) };

/** Of DCGM 4: results by entity (a GPU, a switch, a CPU), and a summary that also holds what is about none of them. */
const Outcome = {
  status: Status,
  warnings: z.array(Warning).min(1).max(256).optional(),
  info: texts.optional(),
};
const Diag4 = z.strictObject({
  'DCGM Diagnostic': z.strictObject({
    test_categories: z
      .array(
        z.strictObject({
          ...category,
          tests: z
            .array(
              z.strictObject({
                ...named,
                results: z
                  .array(
                    z.strictObject({
                      entity_group: z.string().max(40),
                      entity_group_id: id,
                      entity_id: id,
                      ...Outcome,
                    }),
                  )
                  .max(512)
                  .optional(),
                test_summary: z.strictObject(Outcome),
              }),
            )
            .min(1)
            .max(64),
        }),
      )
      .min(1)
      .max(16),
  }),
  entity_groups: z
    .array(
      z.strictObject({
        entity_group: z.string().max(40),
        entity_group_id: id,
        entities: z
          .array(z.strictObject({ entity_id: id, device_id: text.optional(), serial_num: text.optional() }))
          .max(512),
      }),
    )
    .min(1)
    .max(32),
  metadata: z.strictObject({
    version: text,
    'Driver Version Detected': text.optional(),
    'EUD Test Version': text.optional(),
    'EUD Package Version': text.optional(),
    'CPU EUD Test Version': text.optional(),
    'CPU EUD Package Version': text.optional(),
  }),
});

/** Of DCGM 3: one result for each GPU, or one without any for all of them; texts may be one or several. */
const Diag3 = z.strictObject({
  'DCGM GPU Diagnostic': z.strictObject({
    test_categories: z
      .array(
        z.strictObject({
          ...category,
          tests: z
            .array(
              z.strictObject({
                ...named,
                results: z
                  .array(
                    z.strictObject({
                      gpu_ids: z
                        .string()
                        .regex(/^\d{1,3}$/)
                        .optional(),
                      status: Status,
                      warnings: z
                        .union([
                          text,
                          z
                            .array(z.union([text, Warning]))
                            .min(1)
                            .max(256),
                        ])
                        .optional(),
                      info: z.union([text, texts]).optional(),
                    }),
                  )
                  .min(1)
                  .max(512),
              }),
            )
            .min(1)
            .max(64),
        }),
      )
      .min(1)
      .max(16),
    version: text.optional(),
  }),
  version: text.optional(),
  'Driver Version Detected': text.optional(),
  'GPU Device IDs': z.array(text).max(64).optional(),
  'GPU Device Serials': z.record(z.string(), text).optional(),
});

/** An error that a test names; `undefined`: in a text without numbers, as older versions do. */
export type NamedError = { readonly id: number; readonly severity: number } | undefined;

/** What became of one test on one GPU, or on the machine (`gpu` absent: a switch, a CPU, or none in particular). */
export interface TestResult {
  readonly gpu: number | undefined;
  readonly status: z.infer<typeof Status>;
  readonly errors: readonly NamedError[];
  /** JSON pointer to the status. */
  readonly pointer: string;
}

export interface DiagAnswer {
  /** Of the host engine, where it is told. */
  readonly version: string | undefined;
  /** DCGM's numbers of the GPUs that it says it was about; absent in older versions. */
  readonly gpus: readonly number[] | undefined;
  readonly tests: readonly { readonly name: string; readonly results: readonly TestResult[] }[];
}

/** DCGM_FE_GPU. */
const gpuGroup = 1;

/** Reads what `dcgmi diag -j` printed, of DCGM 4 or 3: one whole document and nothing beside it. */
export function readDiag(printed: string, major: number): Result<DiagAnswer> {
  const read = major >= 4 ? readDiag4(printed) : readDiag3(printed);
  if (!read.ok) return err(`dcgmi diag -j: ${read.error}`);
  const names = read.value.tests.map(({ name }) => name);
  return new Set(names).size === names.length ? read : err('dcgmi diag -j: expected every test once');
}

function readDiag4(printed: string): Result<DiagAnswer> {
  const read = readJson(Diag4, printed);
  if (!read.ok) return read;
  const { entity_groups: groups, metadata } = read.value;
  const gpus = groups.filter((group) => group.entity_group_id === gpuGroup);
  return ok({
    version: metadata.version,
    gpus: gpus.flatMap(({ entities }) => entities.map((entity) => entity.entity_id)),
    tests: testsOf(
      read.value['DCGM Diagnostic'],
      'DCGM Diagnostic',
      ({ name, results = [], test_summary }, at) => {
        const found = results.map((result, index) => ({
          gpu: result.entity_group_id === gpuGroup ? result.entity_id : undefined,
          status: result.status,
          errors: (result.warnings ?? []).map(numbersOf),
          pointer: `${at}/results/${index}/status`,
        }));
        // It repeats the worst of its results; only what none of them says is a result of its own.
        const isTold = found.some(({ status }) => status === test_summary.status);
        return {
          name,
          results: isTold
            ? found
            : [
                ...found,
                {
                  gpu: undefined,
                  status: test_summary.status,
                  errors: (test_summary.warnings ?? []).map(numbersOf),
                  pointer: `${at}/test_summary/status`,
                },
              ],
        };
      },
    ),
  });
}

function readDiag3(printed: string): Result<DiagAnswer> {
  const read = readJson(Diag3, printed);
  if (!read.ok) return read;
  return ok({
    version: read.value.version ?? read.value['DCGM GPU Diagnostic'].version,
    gpus: undefined,
    tests: testsOf(read.value['DCGM GPU Diagnostic'], 'DCGM GPU Diagnostic', ({ name, results }, at) => ({
      name,
      results: results.map(({ gpu_ids: gpu, status, warnings = [] }, index) => ({
        gpu: gpu === undefined ? undefined : Number(gpu),
        status,
        errors: [warnings].flat().map((each) => (typeof each === 'string' ? undefined : numbersOf(each))),
        pointer: `${at}/results/${index}/status`,
      })),
    })),
  });
}

const numbersOf = ({ error_id, error_severity }: z.infer<typeof Warning>): NamedError => ({
  id: error_id,
  severity: error_severity,
});

/** All tests of all categories, each with where it stands. */
const testsOf = <T>(
  { test_categories }: { readonly test_categories: readonly { readonly tests: readonly T[] }[] },
  root: string,
  read: (test: T, at: string) => DiagAnswer['tests'][number],
): DiagAnswer['tests'] =>
  test_categories.flatMap(({ tests }, category) =>
    tests.map((test, index) => read(test, `/${root}/test_categories/${category}/tests/${index}`)),
  );

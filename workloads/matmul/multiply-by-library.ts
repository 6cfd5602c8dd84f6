import * as z from 'zod';
import type { DeviceProgram, Place } from '../kit/read-devices.ts';
import { MeasuredDevice } from '../kit/read-devices.ts';
import { quantity } from '../kit/unit.ts';
import { DrawnPower, powerOf } from './drawn-power.ts';
import { seed } from './plan-gemm.ts';
import prebuilt from './prebuilt/digests.json' with { type: 'json' };
import type { MatmulReading, VendorParams } from './workload.ts';

const count = z.number().int().nonnegative();

/** How the library multiplies, by its own numbers (cublasLtMatmulAlgoConfigAttributes_t); null: it does not tell that. */
const Algorithm = z.strictObject({
  id: count,
  tile: count,
  splitK: count,
  reduction: count,
  swizzle: count.nullable(),
  custom: count.nullable(),
  stages: count.nullable(),
  inner: count.nullable(),
  cluster: count.nullable(),
});

/** What native/cublaslt.c says of a device. */
const Found = MeasuredDevice.extend({
  dtype: z.enum(['fp32', 'tf32', 'fp16', 'bf16', 'fp8']),
  accumulate: z.literal('fp32'),
  fastAccumulate: z.boolean(),
  distribution: z.literal('normal'),
  seed: z.literal(seed),
  size: count.positive(),
  multiplier: z.strictObject({
    name: z.string().regex(/^libcublasLt\.so\.1[123]$/),
    path: z.string().min(1).max(512),
    version: z.string().regex(/^\d{1,3}\.\d{1,3}\.\d{1,3}$/),
  }),
  algorithm: Algorithm,
  /** The one that sums in one order, how often it multiplied, and which bits came out how often; or why there is none. */
  pinned: Algorithm.optional(),
  repeats: count.optional(),
  folds: z
    .array(z.strictObject({ fold: z.string().regex(/^[0-9a-f]{16}$/), count: count.positive() }))
    .max(16)
    .optional(),
  otherFolds: count.optional(),
  unpinned: z.string().min(1).optional(),
  /** Products of the timed window: so many batches of so many each. */
  batches: count.positive(),
  productsOfBatch: count.positive(),
  products: count.positive(),
  shortestBatchSeconds: z.number().positive(),
  /** Of the timed window; programs before 2026-12-01 do not say it. */
  power: DrawnPower.optional(),
});
type Found = z.infer<typeof Found>;

/** Elements that are looked at before and after, and behind each batch (native/cublaslt.c). */
const [spots, spotsOfBatch] = [4096, 16];
const workspaceBytes = 32 * 1024 ** 2;

/** Multiplies on the matrix units of NVIDIA's accelerators by native/cublaslt.c. */
export const multiplyByLibrary: DeviceProgram<VendorParams, Found, MatmulReading> = {
  workload: 'matmul',
  program: 'cublaslt',
  prebuilt: prebuilt.cublaslt,
  opens: ['libcublasLt.so.13', 'libcublasLt.so.12', 'libcublasLt.so.11'],
  // Python's wheels, conda, and a toolkit that is not where it usually is.
  places: [
    '/usr/local/lib/*/dist-packages/nvidia/*/lib',
    '/usr/local/lib/*/site-packages/nvidia/*/lib',
    '/opt/conda/lib',
    '/opt/conda/lib/*/site-packages/nvidia/*/lib',
    '/usr/local/cuda/targets/*/lib',
    '/usr/local/cuda-*/lib64',
  ],
  kernels: 'gemm',
  args: ({ dtype, fastAccumulate, size }) => [
    fastAccumulate === true ? `${dtype}-fast` : dtype,
    `${size}`,
    `${seed}`,
  ],
  Found,
  whyOther: (found, params) => whyNotAsked(found, params) ?? whyUnlikely(found) ?? whyUnproven(found),
  read: (found, { device, dimensions: place, at, hottest }) => {
    const { dtype, accumulate, fastAccumulate, size, distribution, multiplier } = found;
    const dimensions = {
      ...place,
      dtype,
      accumulate,
      ...(dtype === 'fp8' ? { fastAccumulate } : {}),
      size,
      distribution,
      seed,
      library: `cuBLASLt ${multiplier.version}`,
      workspaceBytes,
    };
    const byFastest = { ...dimensions, algorithm: nameOf(found.algorithm) };
    return [
      {
        metric: 'throughput',
        value: quantity('FLOP/s', (2 * size ** 3 * found.products) / found.elapsedSeconds),
        dimensions: byFastest,
        device,
        at: [at('products'), at('elapsedSeconds')],
        windowSeconds: found.elapsedSeconds,
      },
      {
        metric: 'wrongMatrixElements',
        value: quantity('count', found.wrong),
        dimensions: { ...byFastest, checked: found.checked },
        device,
        at: [at('wrong')],
      },
      ...readPower(found, { dimensions: byFastest, device, at }),
      ...(found.pinned === undefined ? [] : readRepeats(found, found.pinned, { dimensions, device, at })),
      ...(hottest === undefined
        ? []
        : [
            {
              metric: 'temperature' as const,
              value: quantity('Cel', hottest.celsius),
              dimensions: byFastest,
              device,
              at: [hottest.at],
              windowSeconds: found.elapsedSeconds,
            },
          ]),
    ];
  },
  lacks: (found) => {
    const power = powerOf(found);
    const lacking = [
      ...(found.unpinned === undefined ? [] : [`whether repeats have the same bits: ${found.unpinned}`]),
      ...(found.power !== undefined && 'why' in power ? [`power: ${power.why}`] : []),
    ];
    return lacking.length === 0 ? undefined : lacking.join('; ');
  },
  wrong: (reading) => ({ ...reading, metric: 'wrongMatrixElements' }),
};

const nameOf = (algorithm: z.infer<typeof Algorithm>): string =>
  Object.entries(algorithm)
    .map(([key, value]) => `${key} ${value ?? 'unknown'}`)
    .join(', ');

function readPower(
  found: Found,
  { dimensions, device, at }: Pick<MatmulReading, 'dimensions' | 'device'> & Pick<Place, 'at'>,
): readonly MatmulReading[] {
  const power = powerOf(found);
  if ('why' in power) return [];
  return [
    {
      metric: 'powerDraw',
      value: power.watts,
      dimensions: { ...dimensions, measuredBy: power.by },
      device,
      at: [at('power')],
      windowSeconds: power.seconds,
    },
  ];
}

/** Bits of most repeats, and how many have others; which are right nobody knows where not most have the same. */
function readRepeats(
  { repeats = 0, folds = [], elapsedSeconds }: Found,
  pinned: z.infer<typeof Algorithm>,
  { dimensions, device, at }: Pick<MatmulReading, 'dimensions' | 'device'> & Pick<Place, 'at'>,
): readonly MatmulReading[] {
  const [first] = folds.toSorted((a, b) => b.count - a.count);
  if (first === undefined) return [];
  const byPinned = { ...dimensions, algorithm: nameOf(pinned) };
  return [
    {
      metric: 'repeatDifferences',
      value: quantity('count', repeats - first.count),
      dimensions: { ...byPinned, repeats },
      device,
      at: [at('repeats'), at('folds')],
    },
    ...(2 * first.count > repeats
      ? [
          {
            metric: 'resultDigest' as const,
            value: quantity('count', Number(BigInt(`0x${first.fold}`) >> 12n)),
            dimensions: byPinned,
            device,
            at: [at('folds')],
            windowSeconds: elapsedSeconds,
          },
        ]
      : []),
  ];
}

function whyNotAsked(
  found: Found,
  { dtype, size, fastAccumulate = false }: VendorParams,
): string | undefined {
  return found.dtype === dtype && found.size === size && found.fastAccumulate === fastAccumulate
    ? undefined
    : `expected ${dtype} of size ${size}${fastAccumulate ? ', fast accumulation' : ''}, got ${found.dtype} of ${found.size}${found.fastAccumulate ? ', fast accumulation' : ''}`;
}

/** Counts and times that do not go together: each is told twice. */
function whyUnlikely(found: Found): string | undefined {
  const { batches, productsOfBatch, products, shortestBatchSeconds, elapsedSeconds } = found;
  const { checked, launches, longestLaunchSeconds, repeats = 0 } = found;
  if (products !== batches * productsOfBatch)
    return `expected ${batches} batches of ${productsOfBatch} products, got ${products} products`;
  const rounding = 1e-6 * (batches + 1);
  if (
    elapsedSeconds < batches * shortestBatchSeconds - rounding ||
    elapsedSeconds > batches * longestLaunchSeconds + rounding
  )
    return `expected ${batches} batches of ${shortestBatchSeconds} s to ${longestLaunchSeconds} s, got ${elapsedSeconds} s`;
  if (launches < batches + repeats)
    return `expected a launch for each of ${batches} batches and ${repeats} repeats, got ${launches}`;
  const least = 2 * spots + spotsOfBatch * batches;
  return checked < least ? `expected ${least} checked elements at least, got ${checked}` : undefined;
}

/** A pinned algorithm sums in one order, and what came out of each repeat is told; or it is told why there is none. */
function whyUnproven({ pinned, repeats, folds, otherFolds, unpinned }: Found): string | undefined {
  if (pinned === undefined)
    return unpinned !== undefined && [repeats, folds, otherFolds].every((each) => each === undefined)
      ? undefined
      : 'expected an algorithm that is pinned, or why there is none';
  if (unpinned !== undefined || pinned.splitK > 1 || pinned.reduction !== 0)
    return `expected an algorithm that sums in one order, got ${nameOf(pinned)}`;
  const told = (folds ?? []).reduce((sum, each) => sum + each.count, otherFolds ?? Number.NaN);
  if (repeats === undefined || repeats < 2 || told !== repeats)
    return `expected the bits of ${repeats ?? 'some'} repeats (2 at least), got those of ${told}`;
  return new Set(folds?.map(({ fold }) => fold)).size === folds?.length
    ? undefined
    : 'expected all bits once, got some twice';
}

import * as z from 'zod';
import { compareText } from './compare-text.ts';
import type { DeviceParams } from './device-program.ts';
import { outputOf, readJson } from './read-output.ts';
import type { Result } from './result.ts';
import { err, ok } from './result.ts';
import type { Dimensions, SourcePlace } from './sample.ts';
import type { CommandOutput, Reading, StepOutputs } from './tool.ts';
import type { Quantity } from './unit.ts';
import { quantity } from './unit.ts';
import { WarmUp, whyNotSteady } from './warm-up.ts';
import type { Alarm, Watch } from './watch.ts';

/** How a device is reached: through OpenCL, whoever made it, or through NVIDIA's driver alone. */
export type Api = 'opencl' | 'cuda';

/** Digests (SHA-256, lower-case hex) of the program as it was compiled before, by what `uname -m` says. */
export type Prebuilt = Readonly<Record<string, string>>;

/** A program of a workload that measures devices (kit/native/device.h), whichever way it reaches them. */
export interface DeviceProgram<P extends DeviceParams, T extends MeasuredDevice, R extends Reading> {
  /** Folder of the workload. */
  readonly workload: string;
  /** Its source in `native/`, without ending. */
  readonly program: string;
  /** For nodes without a compiler (harness/deploy/write-prebuilt.ts). */
  readonly prebuilt: Prebuilt;
  /** A library that it opens besides the driver's, under the names of its versions, the best first; and where else it may lie. */
  readonly opens?: readonly string[];
  readonly places?: readonly string[];
  /** File of its device code in `native/`, without ending. */
  readonly kernels: string;
  /** What it is to do, in its own words. */
  readonly args: (params: P) => readonly string[];
  /** What it says of a device. */
  readonly Found: z.ZodType<T>;
  /** What a device did that is not what was asked for; `undefined`: it did that. */
  readonly whyOther: (found: T, params: P) => string | undefined;
  readonly read: (found: T, place: Place, params: P) => readonly R[];
  /** Why a part of what was asked for was not measured of a device that was. */
  readonly lacks?: (found: T) => string | undefined;
  /** The reading of wrong results, of a device that has no others. */
  readonly wrong: (reading: WrongReading, params: P) => R;
}

const address = z.string().regex(/^(cpu|[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])$/);
const count = z.number().int().nonnegative();

/** What every program says of a device that it has measured; each adds what it did. */
export const MeasuredDevice = z.strictObject({
  address,
  measured: z.literal(true),
  standIn: z.boolean(),
  kind: z.enum(['gpu', 'cpu']),
  api: z.enum(['opencl', 'cuda']),
  provenBy: z.enum([
    'type',
    'cl_khr_pci_bus_info',
    'cl_nv_device_attribute_query',
    'cl_amd_device_attribute_query',
    'cuDeviceGetPCIBusId',
  ]),
  name: z.string().min(1),
  vendor: z.string(),
  driver: z.string().min(1),
  platform: z.string(),
  library: z.string().min(1),
  memoryBytes: count,
  launches: count.positive(),
  longestLaunchSeconds: z.number().positive(),
  warmUp: WarmUp.optional(),
  elapsedSeconds: z.number().positive(),
  checked: count.positive(),
  wrong: count,
});
export type MeasuredDevice = z.infer<typeof MeasuredDevice>;

/** A device that could not be measured, and one that failed while it was. */
export const UnmeasuredDevice = z.strictObject({
  address,
  measured: z.literal(false),
  error: z.string().min(1),
});
export const BrokenDevice = z.strictObject({
  address,
  measured: z.literal(true),
  standIn: z.boolean(),
  error: z.string().min(1),
});

/** What the readings of one device have in common. */
export interface Place {
  readonly dimensions: Dimensions;
  /** Absent: the node's own CPU. */
  readonly device?: string | undefined;
  readonly at: (field: string) => SourcePlace;
  /** The hottest that the agent saw it meanwhile. */
  readonly hottest?: { readonly celsius: number; readonly at: SourcePlace } | undefined;
}

type WrongReading = Pick<Reading, 'dimensions' | 'device' | 'at'> & { readonly value: Quantity<'count'> };

/** Readings of one device, marked where a library that stands in for a driver's (native/accelerator.h) gave them. */
const vouch = <R extends Reading>(
  found: { readonly standIn: boolean },
  readings: readonly R[],
): readonly R[] => (found.standIn ? readings.map((reading) => ({ ...reading, isStandIn: true })) : readings);

/**
 * Of the time that was asked for a device has to be at work in so much: the host checks results in the rest, which a slow one
 * takes a fifth of the time for.
 */
const leastBusyShare = 0.5;

/**
 * What a device did in less time than was asked for says nothing of that time. Speeds of an accelerator that nobody watched, and of
 * a device that was to be steady and was not, are no speeds either. What was computed wrong was wrong in any time and at any
 * temperature.
 */
function weigh<R extends Reading>(
  found: MeasuredDevice,
  readings: readonly R[],
  { thermal, seconds }: DeviceParams,
  run: CommandOutput | undefined,
): readonly R[] {
  const { elapsedSeconds, wrong } = found;
  const isShort = elapsedSeconds < leastBusyShare * seconds;
  const why = isShort
    ? `expected ${seconds} s of work, got ${elapsedSeconds} s`
    : (whyNotWatched(found, run?.watch, thermal) ??
      (thermal === 'steady' ? whyUnsteady(found, (run?.durationMs ?? 0) / 1000) : undefined));
  if (why === undefined) return readings;
  return readings.map((reading) =>
    reading.windowSeconds === undefined && (wrong > 0 || !isShort)
      ? reading
      : { ...reading, invalid: reading.invalid ?? why },
  );
}

const whyUnsteady = ({ warmUp, elapsedSeconds }: MeasuredDevice, livedSeconds: number): string | undefined =>
  warmUp === undefined
    ? 'never steady: nothing was told of its warm-up'
    : whyNotSteady(warmUp, { elapsedSeconds, livedSeconds });

/** The agent looks at each accelerator while it is loaded; what plays one is on no bus where it could. */
export function whyNotWatched(
  { address, standIn }: MeasuredDevice,
  watch: Watch | undefined,
  thermal: DeviceParams['thermal'],
): string | undefined {
  if (address === 'cpu' || standIn) return undefined;
  const seen = watch?.devices[address];
  if (seen === undefined)
    return 'not watched: nothing was kept of what the agent saw of it while it was loaded';
  return thermal === 'steady' && seen.hottestCelsius === undefined
    ? `never steady: the agent saw no temperature of it${watch?.silent === undefined ? '' : ` (${watch.silent})`}`
    : undefined;
}

/** Who compiled the program: the node's gcc, when the step began, or we, before. */
export function compiledBy(isBuilt: boolean, compiler: string): Result<string> {
  if (isBuilt) return ok(`gcc ${compiler}`);
  const [before] = /^Clang [0-9.]+/.exec(compiler) ?? [];
  return before === undefined
    ? err(`expected a program that was compiled before, by Clang, got one by \`${compiler.slice(0, 80)}\``)
    : ok(`prebuilt by ${before}`);
}

/**
 * Reads the document that such a program prints. Refused as a whole: a device twice, a CPU in place of an accelerator or an
 * accelerator in place of a CPU, another way to reach it, more that was wrong than was checked.
 */
export function readDevices<P extends DeviceParams, T extends MeasuredDevice, R extends Reading>(
  api: Api,
  program: DeviceProgram<P, T, R>,
  outputs: StepOutputs,
  params: P,
) {
  const Document = z.strictObject({
    compiler: z.string().min(1),
    concurrency: z.enum(['together', 'alone']),
    /** For how many devices it was asked. */
    asked: count,
    devices: z.array(z.union([UnmeasuredDevice, BrokenDevice, program.Found])).min(1),
  });
  const { alarms = [] } = outputs['run']?.watch ?? {};
  const ended = alarms.map((alarm, index) => readAlarm(program, api, params, alarm, index));
  const build = outputs['build'] === undefined ? undefined : outputOf(outputs, 'build');
  if (build?.ok === false) return build;
  const run = outputOf(outputs, 'run');
  const document = run.ok ? readJson(Document, run.value.stdout) : run;
  // Where nothing bore the name of the card the whole program was ended.
  if (!document.ok) return ended.length > 0 ? ok({ readings: ended, unmeasured: [] }) : document;
  const { compiler, concurrency, asked, devices } = document.value;
  const toolVersion = compiledBy(build !== undefined, compiler);
  if (!toolVersion.ok) return toolVersion;
  if (asked !== devices.length) return err(`expected ${asked} devices, got ${devices.length}`);
  if (new Set(devices.map((device) => device.address)).size !== devices.length)
    return err('expected every device once, got one twice');
  const readings: R[] = [...ended];
  const unmeasured: { device: string | undefined; why: string }[] = [];
  // In whatever order they were told.
  const inOrder = [...devices.entries()].toSorted(([, a], [, b]) => compareText(a.address, b.address));
  for (const [index, found] of inOrder) {
    const isCpu = found.address === 'cpu';
    // Whatever its process could still say, it was not left to its work.
    if (alarms.some(({ device }) => device === found.address)) continue;
    if (isCpu !== (params.on === 'cpu'))
      return err(`expected ${params.on === 'cpu' ? 'a CPU' : 'accelerators'}, got \`${found.address}\``);
    const place: Place = {
      device: isCpu ? undefined : found.address,
      dimensions: {
        'device.kind': isCpu ? 'cpu' : 'gpu',
        api,
        concurrency,
        thermal: params.thermal ?? 'cold',
      },
      at: (field) => ({ command: 'run', output: 'stdout', pointer: `/devices/${index}/${field}` }),
      hottest: hottestOf(found.address, outputs['run']?.watch),
    };
    if ('error' in found) {
      if (found.measured)
        readings.push(...vouch(found, [program.wrong(failure(place, found.error), params)]));
      else unmeasured.push({ device: place.device, why: found.error });
      continue;
    }
    const other = whyMismatched(api, found) ?? program.whyOther(found, params);
    if (other !== undefined) return err(other);
    readings.push(...vouch(found, weigh(found, program.read(found, place, params), params, outputs['run'])));
    const lacking = program.lacks?.(found);
    if (lacking !== undefined) unmeasured.push({ device: place.device, why: lacking });
  }
  return ok({ toolVersion: toolVersion.value, readings, unmeasured });
}

function hottestOf(address: string, watch: Watch | undefined): Place['hottest'] {
  const celsius = watch?.devices[address]?.hottestCelsius;
  return celsius === undefined
    ? undefined
    : { celsius, at: { command: 'run', output: 'watch', pointer: `/devices/${address}/hottestCelsius` } };
}

/**
 * That the agent ended what loaded a device: off its bus it gave a wrong result; too hot, or another one, what it did cannot be
 * used, which is no fault that this shows.
 */
function readAlarm<P extends DeviceParams, T extends MeasuredDevice, R extends Reading>(
  { wrong }: DeviceProgram<P, T, R>,
  api: Api,
  params: P,
  { device, kind, said }: Alarm,
  index: number,
): R {
  const reading = wrong(
    {
      value: quantity('count', kind === 'off-bus' ? 1 : 0),
      dimensions: {
        'device.kind': 'gpu',
        api,
        concurrency: params.concurrency,
        ...(kind === 'off-bus' ? { error: said } : {}),
      },
      device,
      at: [{ command: 'run', output: 'watch', pointer: `/alarms/${index}/said` }],
    },
    params,
  );
  return kind === 'off-bus' ? reading : { ...reading, invalid: said };
}

/** What a device says of itself that does not go together. */
export function whyMismatched(api: Api, found: MeasuredDevice): string | undefined {
  const isCpu = found.address === 'cpu';
  if ((found.kind === 'cpu') !== isCpu || (found.provenBy === 'type') !== isCpu)
    return `expected \`${found.address}\` to be proven as such, got a ${found.kind} by ${found.provenBy}`;
  if (found.api !== api || (found.provenBy === 'cuDeviceGetPCIBusId') !== (api === 'cuda'))
    return `expected a device through ${api}, got one through ${found.api} by ${found.provenBy}`;
  return found.wrong > found.checked
    ? `expected checked results, got ${found.wrong} wrong of ${found.checked} checked`
    : undefined;
}

/** An error in the middle of a device's work, as one wrong result, by its name without its number: what was asked for is not there. */
const failure = ({ device, dimensions, at }: Place, error: string): WrongReading => ({
  value: quantity('count', 1),
  dimensions: { ...dimensions, error: error.replaceAll(/ \([-\w]{1,6}\)/g, '') },
  device,
  at: [at('error')],
});

import * as z from 'zod';
import { isDelicate, restSeconds } from './care.ts';
import type { CommandInput } from './command.ts';
import { valueOf } from './facts/fact.ts';
import type { Accelerator, HostFacts } from './facts/host-facts.ts';
import { toolpackLibraries } from './facts/read-toolpack.ts';
import type { Api, DeviceProgram, MeasuredDevice, Prebuilt } from './read-devices.ts';
import { readDevices } from './read-devices.ts';
import type { Result } from './result.ts';
import { err, ok } from './result.ts';
import type { Reading, StepOutputs } from './tool.ts';

/** How a program of ours measures devices (native/device.h): the parameters that all of them have. */
export const deviceParams = {
  /** `cpu`: the device that a CPU is to OpenCL, which stands for no accelerator; it shows that a program computes right. */
  on: z.enum(['accelerators', 'cpu']).default('accelerators'),
  /** All devices of the node at the same time, or one after the other. */
  concurrency: z.enum(['together', 'alone']).default('together'),
  seconds: z.number().min(0.1).max(3600),
  /** Timed at once (not said), or when it is as warm as it gets under this load: after two minutes at least, ten at most. */
  thermal: z.enum(['cold', 'steady']).optional(),
};
export interface DeviceParams {
  readonly on: 'accelerators' | 'cpu';
  readonly concurrency: 'together' | 'alone';
  readonly seconds: number;
  readonly thermal?: 'cold' | 'steady' | undefined;
}

export const concernOf = ({ on }: Pick<DeviceParams, 'on'>): 'accelerators' | undefined =>
  on === 'cpu' ? undefined : 'accelerators';

/** A step on such a machine takes no more than the window of a soak. */
const longestSeconds = 3600;

/** What its driver says is sick is left alone; one that no tool of the vendor answers for may well have a driver. */
const isSick = ({ fault }: Accelerator): boolean => {
  const kind = valueOf(fault)?.kind;
  return kind !== undefined && kind !== 'no-driver';
};

/** Those that can be measured: not sick as far as anybody knows, and whole. */
export const measurable = (accelerators: readonly Accelerator[]): readonly Accelerator[] =>
  accelerators.filter((each) => !isSick(each) && valueOf(each.isPartitioned) !== true);

/** Whether there is a device to measure. What a driver has is known only when the program runs. */
function needDevices({ on, seconds }: DeviceParams, { accelerators }: HostFacts): Result<undefined> {
  if (on === 'cpu') return ok(undefined);
  const found = valueOf(accelerators);
  if (found === undefined) return err('it is not known which accelerators there are');
  if (found.length === 0) return err('there is no accelerator');
  const allSeconds = seconds * measurable(found).length;
  if (allSeconds > longestSeconds && found.some(isDelicate))
    return err(
      `its devices go one after the other, which takes ${allSeconds} s, at most ${longestSeconds} s`,
    );
  return measurable(found).length > 0
    ? ok(undefined)
    : err('no accelerator can be used as a whole: each is divided into parts, or faulty');
}

/** The device code that each takes: its source, or PTX of it (harness/deploy/write-ptx.ts). */
const endings = { opencl: 'cl', cuda: 'ptx' } as const;

/** NVIDIA's driver, and where it lies in some containers and below Windows, which no loader knows by itself. */
const driver = 'libcuda.so.1';
export const driverPlaces = ['/usr/local/nvidia/lib64', '/usr/lib/wsl/lib'];

/** NVIDIA's driver first, since nothing else has to be there; where there are others' devices, OpenCL has all of them. */
function needApi(api: Api, params: DeviceParams, facts: HostFacts): Result<undefined> {
  if (api === 'opencl') return needDevices(params, facts);
  if (params.on === 'cpu') return err("expected NVIDIA's accelerators, got a CPU: opencl has it");
  const needs = needDevices(params, facts);
  const others = measurable(valueOf(facts.accelerators) ?? []).filter(({ vendor }) => vendor !== 'NVIDIA');
  return !needs.ok || others.length === 0
    ? needs
    : err(
        `expected NVIDIA's accelerators, got ${others[0]?.vendor} at ${others[0]?.address}: opencl has all`,
      );
}

/** Whether there is a program for the node: it has a compiler, or its processor is one that we have compiled for. */
export function needProgram(prebuilt: Prebuilt, facts: HostFacts): Result<undefined> {
  if (canBuild(facts) || Object.hasOwn(prebuilt, valueOf(facts.os.architecture) ?? '')) return ok(undefined);
  const machine = valueOf(facts.os.architecture) ?? 'one that is not known';
  return err(
    `expected gcc with the C library's headers, or a processor that is ${Object.keys(prebuilt).join(' or ')}, got ${machine}`,
  );
}

/** A node that has a compiler shows that the program is what its source says. */
export const canBuild = ({ programs, headers }: HostFacts): boolean =>
  'gcc' in programs && 'pthread.h' in headers;

export const prebuiltFor = (program: string, prebuilt: Prebuilt, { os }: HostFacts): string | undefined => {
  const machine = valueOf(os.architecture) ?? '';
  return Object.hasOwn(prebuilt, machine) ? `${machine}/${program}-${prebuilt[machine]}` : undefined;
};

/** A tool of a workload: its program, with one way to reach devices. */
export function deviceTool<P extends DeviceParams, T extends MeasuredDevice, R extends Reading>(
  api: Api,
  program: DeviceProgram<P, T, R>,
) {
  return {
    id: api === 'cuda' ? 'ptx' : 'opencl',
    rank: api === 'cuda' ? 35 : 40,
    origin: 'native' as const,
    ...deviceLaunch(api, program),
    parse: (outputs: StepOutputs, params: P) => readDevices(api, program, outputs, params),
  };
}

/** Of a program, what says how it is started. */
type Started<P extends DeviceParams> = Pick<
  DeviceProgram<P, MeasuredDevice, Reading>,
  'workload' | 'program' | 'prebuilt' | 'kernels' | 'args' | 'opens' | 'places'
>;

/** What a program that measures devices needs on a node, and how it is started there. */
export function deviceLaunch<P extends DeviceParams>(api: Api, program: Started<P>) {
  return {
    requires: {
      programs: [],
      ...(api === 'cuda'
        ? { libraries: [driver], places: [...driverPlaces, ...(program.places ?? [])] }
        : {}),
      ...(program.opens === undefined ? {} : { opens: program.opens }),
      packages: [],
    },
    needs: (params: P, facts: HostFacts): Result<undefined> => {
      const needs = needApi(api, params, facts);
      return needs.ok ? needProgram(program.prebuilt, facts) : needs;
    },
    turns: (params: P, facts: HostFacts) =>
      params.concurrency === 'together' && isCareful(params, facts) ? addressesFor(params, facts).length : 1,
    plan: (params: P, facts: HostFacts) => planDevices(api, program, params, facts),
  };
}

/**
 * Builds a program, or takes the one that was compiled before, and runs it on every accelerator that can be measured. Where one of them is delicate they go one after the
 * other, with a rest in between, whatever was asked for.
 */
function planDevices<P extends DeviceParams>(
  api: Api,
  { workload, program, prebuilt, kernels, args, opens = [] }: Started<P>,
  params: P,
  facts: HostFacts,
): readonly CommandInput[] {
  const { concurrency, seconds, thermal = 'cold' } = params;
  // Of several versions of a library the first.
  const own = opens.find((name) => name in facts.libraries);
  const libraries = [
    ...toolpackLibraries(facts),
    ...[...(api === 'cuda' ? [driver] : []), ...(own === undefined ? [] : [own])].flatMap((name) => {
      const path = facts.libraries[name];
      return path === undefined ? [] : [path.slice(0, path.lastIndexOf('/'))];
    }),
  ];
  const addresses = addressesFor(params, facts);
  const isAlone = isCareful(params, facts);
  const native = `{bundle}/workloads/${workload}/native`;
  const build: CommandInput = {
    id: 'build',
    file: 'gcc',
    args: ['-std=gnu11', '-O2', '-o', `{build}/${program}`, `${native}/${program}.c`, '-ldl', '-lm'],
    timeoutMs: 60_000,
  };
  const launcher = canBuild(facts) ? undefined : prebuiltFor(program, prebuilt, facts);
  return [
    ...(launcher === undefined ? [build] : []),
    {
      id: 'run',
      file:
        launcher === undefined ? `{build}/${program}` : `{bundle}/workloads/${workload}/prebuilt/${launcher}`,
      args: [
        api,
        `${native}/${kernels}.${endings[api]}`,
        ...args(params),
        `${seconds}`,
        isAlone ? 'alone' : concurrency,
        isAlone ? `${restSeconds}` : '0',
        thermal,
        ...addresses,
      ],
      // Drivers keep compiled kernels below the home of their user, which is private to the step anyway.
      env: {
        CUDA_CACHE_PATH: '{build}/cache',
        POCL_CACHE_DIR: '{build}/cache',
        ...(libraries.length === 0 ? {} : { LD_LIBRARY_PATH: [...new Set(libraries)].join(':') }),
      },
      ...(params.on === 'cpu' ? {} : { loads: 'accelerators' as const }),
      // What the program ends by itself, it can still tell about.
      timeoutMs: Math.ceil((30 + addresses.length * (restSeconds + patienceSeconds(params))) * 1000),
    },
  ];
}

const isCareful = ({ on }: DeviceParams, { accelerators }: HostFacts): boolean =>
  on === 'accelerators' && (valueOf(accelerators) ?? []).some(isDelicate);

/** The PCI addresses of the accelerators that such a program is started for, in this order. */
export const addressesFor = (
  { on }: Pick<DeviceParams, 'on'>,
  { accelerators }: HostFacts,
): readonly string[] =>
  on === 'cpu' ? ['cpu'] : measurable(valueOf(accelerators) ?? []).map(({ address }) => address);

/** What the program gives one device at most: until it is ready, to be warm, for its work, and to end it (native/device.h). */
const patienceSeconds = ({ seconds, thermal }: Pick<DeviceParams, 'seconds' | 'thermal'>): number =>
  60 + (thermal === 'steady' ? 600 : 0) + (30 + 3 * seconds) + 10;

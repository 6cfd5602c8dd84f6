import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandInput } from '../../../../workloads/kit/command.ts';
import { valueOf } from '../../../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../../../workloads/kit/facts/host-facts.ts';
import type { Result } from '../../../../workloads/kit/result.ts';
import type { Dimensions } from '../../../../workloads/kit/sample.ts';
import type { CommandOutput, ParsedStep, StepOutputs } from '../../../../workloads/kit/tool.ts';
import { opencl as openclMatmul } from '../../../../workloads/matmul/tools/opencl.ts';
import { ptx as ptxMatmul } from '../../../../workloads/matmul/tools/ptx.ts';
import { peers } from '../../../../workloads/memory/tools/peers.ts';
import { ptx as ptxMemory } from '../../../../workloads/memory/tools/ptx.ts';
import { opencl as openclSha256 } from '../../../../workloads/sha256/tools/opencl.ts';
import { ptx as ptxSha256 } from '../../../../workloads/sha256/tools/ptx.ts';
import { fillFacts, loadCase } from '../../../support/case.ts';
import { buildStandIn, canBuildStandIn } from '../../../support/stand-ins/build-stand-in.ts';
import { removeFolder } from '../../../support/temporary.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const address = '0000:3b:00.0';
const whole = loadCase('sha256', 'ptx-gcc12.2.0-stand-in').facts;
const [card] = valueOf(whole.accelerators) ?? [];
const facts = (more: Readonly<Record<string, unknown>> = {}): HostFacts =>
  fillFacts({ accelerators: [card], programs: whole.programs, headers: whole.headers, ...more });

const common = { on: 'accelerators', concurrency: 'together', seconds: 0.1 } as const;
const hash = { mode: 'device', work: 'headers', ...common } as const;
const multiply = { target: 'device', kernel: 'fp32', size: 128, ...common } as const;
const pattern = { target: 'device', what: 'pattern', bytes: 2 ** 24, ...common } as const;

const folder = mkdtempSync(join(tmpdir(), 'assay-stand-in-'));
afterAll(() => removeFolder(folder));
let library = '';
beforeAll(() => {
  if (canBuildStandIn) library = buildStandIn(join(folder, 'good'));
});

/** Programs that were built, with the folder that they are in, by their sources. */
const built = new Map<string, readonly [folder: string, output: CommandOutput]>();

interface Surroundings {
  /** Lines of the stand-in's scenario. */
  readonly scenario?: readonly string[];
  readonly library?: string;
  /** Macros of the program that are something else here. */
  readonly macros?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Of further cards, which the scenario has too. */
  readonly others?: readonly string[];
}

/** A tool of any workload, as far as it is used here. */
interface AnyTool<P> {
  readonly needs: (params: P, facts: HostFacts) => Result<undefined>;
  readonly plan: (params: P, facts: HostFacts) => readonly CommandInput[];
  readonly parse: (outputs: StepOutputs, params: P) => Result<Step>;
}
interface Step extends Pick<ParsedStep, 'unmeasured'> {
  readonly readings: readonly {
    readonly metric: string;
    readonly value: number;
    readonly device?: string | undefined;
    readonly dimensions: Dimensions;
    readonly isStandIn?: boolean | undefined;
    readonly invalid?: string | undefined;
  }[];
}

/** Plans a step, runs it with a stand-in for the driver, and reads what it printed. */
function measure<P>(
  tool: AnyTool<P>,
  params: P,
  { scenario = [], library: driver = library, macros = [], env: more = {}, others = [] }: Surroundings = {},
): Step {
  const accelerators = [card, ...others.map((other) => ({ ...card, address: other }))];
  const [planned, run] = tool.plan(params, facts({ libraries: { 'libcuda.so.1': driver }, accelerators }));
  if (planned === undefined || run === undefined) throw new Error('expected a program and its run');
  const compile = { ...planned, args: [...planned.args, ...macros] };
  const sources = compile.args.join(' ');
  const [build, output] = built.get(sources) ?? [mkdtempSync(join(folder, 'step-'))];
  const file = join(build, 'scenario');
  writeFileSync(file, [`gpu ${address}`, ...scenario, ''].join('\n'));
  rmSync(`${file}.state`, { force: true });
  const env = { ASSAY_STAND_IN: file, ...run.env, ...more };
  const compiled = output ?? execute(compile, build, {});
  built.set(sources, [build, compiled]);
  const outputs = { build: compiled, run: execute(run, build, env) };
  const read = tool.parse(outputs, params);
  if (!read.ok) throw new Error(`${read.error}: ${JSON.stringify(outputs)}`);
  return read.value;
}

function execute(
  { file, args }: CommandInput,
  build: string,
  env: Readonly<Record<string, string>>,
): CommandOutput {
  const fill = (text: string) => text.replaceAll('{build}', build).replaceAll('{bundle}', root);
  const all = Object.entries({ PATH: process.env['PATH'] ?? '', ...env });
  const filled = Object.fromEntries(all.map(([name, value]) => [name, fill(value)]));
  const { stdout, stderr, status } = spawnSync(fill(file), args.map(fill), { env: filled, encoding: 'utf8' });
  return { stdout, stderr, exitCode: status ?? undefined, artifacts: {}, durationMs: 0 };
}

/** Readings by metric; every one is marked, since nothing of a stand-in is a measurement. */
function valuesOf({ readings }: Step): Readonly<Record<string, number>> {
  expect(readings.map(({ isStandIn }) => isStandIn)).toEqual(readings.map(() => true));
  return Object.fromEntries(readings.map(({ metric, value }) => [metric, value]));
}

/** Why the one device was not measured. */
function whyUnmeasured(surroundings: Surroundings): string | undefined {
  const { readings, unmeasured } = measure(ptxSha256, hash, surroundings);
  expect(readings).toEqual([]);
  return unmeasured?.[0]?.why;
}

describe.skipIf(!canBuildStandIn)('devices through CUDA, on a stand-in for the driver', () => {
  it.each(['headers', 'messages'] as const)('hash %s right', (work) => {
    const { wrongDigests, ...speed } = valuesOf(measure(ptxSha256, { ...hash, work }));
    expect(wrongDigests).toBe(0);
    expect(Object.values(speed)[0]).toBeGreaterThan(0);
  });

  it('copy to each other, and none is blamed for what another does', () => {
    const copies = { target: 'peers', bytes: 2 ** 20, ...common, concurrency: 'alone' } as const;
    const others = ['0000:86:00.0'];
    const wrongOf = (...scenario: readonly string[]) => {
      const { readings, unmeasured } = measure(peers, copies, {
        scenario: ['gpu 0000:86:00.0', ...scenario],
        others,
      });
      const wrong = readings.filter(({ metric }) => metric === 'wrongWords');
      return [wrong.map(({ device, value }) => [device, value]), unmeasured?.map(({ device }) => device)];
    };
    expect(wrongOf()).toEqual([
      [
        [address, 0],
        ['0000:86:00.0', 0],
      ],
      [],
    ]);
    expect(wrongOf('garble 3')).toEqual([
      [
        [address, 0],
        ['0000:86:00.0', 1],
      ],
      [],
    ]);
    // Lost while it sends itself, behind the turn of the other.
    expect(wrongOf('lost 2')).toEqual([
      [
        [address, 0],
        ['0000:86:00.0', 1],
      ],
      [],
    ]);
    expect(wrongOf('unlinked')).toEqual([[], [address, '0000:86:00.0']]);
  });

  it('are timed when they are warm, and a warm-up that was too short gives no speed', () => {
    const macros = ['-DWARM_SECONDS=1', '-DWINDOW_SECONDS=0.2', '-DWARM_AT_MOST=2'];
    const { readings } = measure(
      ptxMemory,
      { ...pattern, what: 'triad', bytes: 2 ** 20, thermal: 'steady' },
      { macros },
    );
    expect(readings.map(({ metric, dimensions }) => [metric, dimensions['thermal']])).toEqual([
      ['triad', 'steady'],
      ['wrongWords', 'steady'],
    ]);
    expect(readings.map(({ invalid }) => invalid)).toEqual([
      expect.stringMatching(/^never steady: it was loaded for [12] s before \(at least 120 s\)$/),
      undefined,
    ]);
  });

  it('are found wrong when they are: the last round constant is another', () => {
    const kernels = ['0xc67178f2', '0xc67178f3'] as const;
    const wrong = buildStandIn(join(folder, 'wrong'), { kernels });
    expect(valuesOf(measure(ptxSha256, hash, { library: wrong }))['wrongDigests']).toBeGreaterThan(2);
  });

  it.each(['fp32', 'fp16'] as const)('multiply in %s right', (kernel) => {
    expect(valuesOf(measure(ptxMatmul, { ...multiply, kernel }))).toMatchObject({ wrongElements: 0 });
  });

  it.each(['triad', 'copy', 'hostToDevice', 'deviceToHost'] as const)('move words right: %s', (what) => {
    expect(valuesOf(measure(ptxMemory, { ...pattern, what, bytes: 2 ** 20 }))).toMatchObject({
      wrongWords: 0,
    });
  });

  it('keep what is written, but for the bit that is flipped between two launches', () => {
    expect(valuesOf(measure(ptxMemory, pattern))).toEqual({ patternErrors: 0 });
    // Three launches look for a bit flipped on purpose; then patterns are put and compared in turns.
    const scenario = ['flip 5 4660'];
    expect(valuesOf(measure(ptxMemory, pattern, { scenario }))).toEqual({ patternErrors: 1 });
  });

  it('give what room they have, in smaller pieces where others have some of it', () => {
    const room = 96 * 2 ** 20;
    const { readings } = measure(ptxMemory, { ...pattern, bytes: 2 ** 30 }, { scenario: [`memory ${room}`] });
    expect(readings[0]).toMatchObject({ metric: 'patternErrors', value: 0 });
    expect(readings[0]?.dimensions['bytes']).toBeGreaterThan(0.9 * room);
  });

  it('that go in the middle are a wrong result, and none that cannot be measured', () => {
    const gone = measure(ptxSha256, { ...hash, seconds: 20 }, { scenario: ['fail cuLaunchKernel 999 12'] });
    expect(gone.unmeasured).toEqual([]);
    expect(valuesOf(gone)).toEqual({ wrongDigests: 1 });
    expect(gone.readings[0]?.dimensions['error']).toMatch(/^cuLaunchKernel: CUDA_ERROR_UNKNOWN: .*XID/);
  });

  it.each([
    ['no device', 'cuInit', 100, /^cuInit: CUDA_ERROR_NO_DEVICE \(100\): .*\/dev\/nvidia/],
    ['no compiler', 'cuModuleLoadDataEx', 221, /\(221\): .*libnvidia-ptxjitcompiler.so.1, is not installed/],
    ['no fabric manager', 'cuInit', 802, /\(802\): .*start nvidia-fabricmanager/],
    ['an update without a reboot', 'cuInit', 803, /\(803\): .*reboot after an update/],
    ['a driver that does not answer', 'cuInit', 999, /^cuInit: CUDA_ERROR_UNKNOWN \(999\): /],
    ['a stub', 'cuInit', 34, /\(34\): .*stub of a toolkit/],
    ['no memory', 'cuMemAlloc_v2', 2, /^no \d+ bytes of memory for the header: CUDA_ERROR_OUT_OF_MEMORY/],
  ])('say what it means to have %s', (_, name, code, why) => {
    expect(whyUnmeasured({ scenario: [`fail ${name} ${code} 1`] })).toMatch(why);
  });

  it('say that a driver is too old for the PTX', () => {
    expect(whyUnmeasured({ scenario: ['ptx 6.3'] })).toMatch(/\(222\): .*PTX 6.4: .*driver 418/);
    expect(valuesOf(measure(ptxSha256, hash, { scenario: ['ptx 6.4'] }))).toMatchObject({ wrongDigests: 0 });
  });

  it('are no others than those asked for', () => {
    const scenario = ['reports 0000:5e:00.0'];
    expect(whyUnmeasured({ scenario })).toBe(
      `expected the device at ${address}, got one that reports 0000:5E:00.0`,
    );
  });

  it('may be hidden by the environment', () => {
    const env = { CUDA_VISIBLE_DEVICES: '-1' };
    expect(whyUnmeasured({ env })).toMatch(/\(100\): .*CUDA_VISIBLE_DEVICES is `-1`/);
  });

  it('are not measured through a library that lacks an entry point, or is not there', () => {
    const lacking = buildStandIn(join(folder, 'lacking'), { lacks: 'cuMemAllocHost_v2' });
    expect(whyUnmeasured({ library: lacking })).toMatch(/^libcuda.so.1 lacks cuMemAllocHost_v2/);
    const damaged = join(mkdtempSync(join(folder, 'damaged-')), 'libcuda.so.1');
    writeFileSync(damaged, 'no library');
    expect(whyUnmeasured({ library: damaged })).toMatch(/^no driver of NVIDIA: /);
  });

  it('do not hide a scenario that nobody understands', () => {
    expect(whyUnmeasured({ scenario: ['speed 3'] })).toBe('its process was ended: Aborted');
  });
});

/** A device that a CPU is to OpenCL may be missing on a laptop, never in CI. */
const hasPocl = existsSync('/etc/OpenCL/vendors/pocl.icd');
if (!hasPocl && process.env['CI'] === 'true') throw new Error('expected PoCL in CI');

describe.skipIf(!canBuildStandIn || !hasPocl)('a stand-in', () => {
  it('is found wherever it was loaded, not only where it was looked for', () => {
    const params = { ...hash, on: 'cpu' } as const;
    const real = measure(openclSha256, params, { env: { LD_PRELOAD: '' } });
    expect(real.readings.map(({ isStandIn }) => isStandIn)).toEqual([undefined, undefined]);
    expect(valuesOf(measure(openclSha256, params, { env: { LD_PRELOAD: library } }))).toMatchObject({
      wrongDigests: 0,
    });
  });
});

describe('ptx: needs', () => {
  const cards = [card, { ...card, address: '0000:03:00.0', vendor: 'AMD' }];
  it('leaves to opencl what it has not', () => {
    const refused = { ok: false, error: expect.stringContaining('opencl has') as string };
    expect(ptxSha256.needs({ ...hash, on: 'cpu' }, facts())).toEqual(refused);
    expect(ptxSha256.needs(hash, facts({ accelerators: cards }))).toEqual(refused);
    expect(ptxMatmul.needs({ ...multiply, kernel: 'half' } as const, facts())).toEqual(refused);
    expect(openclSha256.needs(hash, facts({ accelerators: cards }))).toMatchObject({ ok: true });
    expect(openclMatmul.needs({ ...multiply, kernel: 'half' } as const, facts())).toMatchObject({ ok: true });
  });

  it('serves where all cards are NVIDIA’s, by the library that was found', () => {
    const given = facts({ libraries: { 'libcuda.so.1': '/usr/local/nvidia/lib64/libcuda.so.1' } });
    expect(ptxSha256.needs(hash, given)).toMatchObject({ ok: true });
    expect(ptxSha256.plan(hash, given)[1]?.env).toMatchObject({
      LD_LIBRARY_PATH: dirname('/usr/local/nvidia/lib64/libcuda.so.1'),
    });
  });

  it('takes no document of another way to reach devices', () => {
    const { outputs, params } = loadCase('sha256', 'opencl-gcc12.2.0-headers');
    expect(ptxSha256.parse(outputs, params as unknown as typeof hash)).toEqual({
      ok: false,
      error: 'expected a device through cuda, got one through opencl by type',
    });
  });
});

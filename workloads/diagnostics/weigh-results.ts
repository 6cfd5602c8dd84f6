import { Repair } from '../kit/repair.ts';
import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';
import { quantity } from '../kit/unit.ts';
import { errorWithNumber, repairFor, severityAt } from './dcgm-errors.ts';
import type { DiagAnswer, NamedError, TestResult } from './read-diag.ts';
import type { DiagnosticsParams, DiagnosticsReading } from './workload.ts';

/** Tests that every run of a level has on each GPU (NvidiaValidationSuite.cpp); what comes on top of them can only fail. */
const required = {
  ofGpus: {
    4: [
      ['software'],
      ['memory', 'pcie'],
      ['diagnostic', 'targeted_stress', 'targeted_power', 'memory_bandwidth'],
    ],
    3: [[], ['GPU Memory', 'PCIe'], ['Diagnostic', 'Targeted Stress', 'Targeted Power', 'Memory Bandwidth']],
  },
  ofMachine: {
    4: [],
    3: [
      'Denylist',
      'NVML Library',
      'CUDA Main Library',
      'Permissions and OS Blocks',
      'Persistence Mode',
      'Environment Variables',
      'Page Retirement/Row Remap',
      'Graphics Processes',
      'Inforom',
    ],
  },
} as const;

type Named = TestResult & { readonly test: string };

/** What was found, or which of it is no pass although nothing failed. */
export interface Weighed {
  readonly readings: readonly DiagnosticsReading[];
  readonly unmeasured: readonly { readonly why: string }[];
}

/**
 * Counts failed tests, GPU by GPU and of the machine. The status alone decides what failed. Where a test was skipped, or ended in anything
 * but a clean pass, nobody has passed: only failures are told then.
 */
export function weighResults(
  answer: DiagAnswer,
  { level }: DiagnosticsParams,
  gpus: ReadonlyMap<number, string>,
  command: { readonly exitCode: number | undefined; readonly durationMs: number },
): Result<Weighed> {
  const fault = faultIn(answer, level, [...gpus.keys()]);
  if (fault !== undefined) return err(`dcgmi diag -j: ${fault}`);
  const results = answer.tests.flatMap(({ name: test, results }) =>
    results.map((each) => ({ ...each, test })),
  );
  const failed = results.filter(({ status }) => status === 'Fail');
  const wanted = new Set(namesOf(answer, level));
  const unclean = results.flatMap((result) => whyUnclean(result, wanted.has(result.test)) ?? []);
  if (failed.length === 0 && unclean.length === 0 && command.exitCode !== 0)
    return err(`dcgmi diag -j: expected exit code 0 where every test passes, got ${command.exitCode}`);
  const readings = [undefined, ...gpus.keys()].flatMap((gpu): DiagnosticsReading[] => {
    const own = results.filter((result) => result.gpu === gpu);
    const bad = own.filter(({ status }) => status === 'Fail');
    if (bad.length === 0 && unclean.length > 0) return [];
    return [
      {
        metric: 'failures',
        value: quantity('count', bad.length),
        dimensions: {
          level,
          tested: level === 1 ? 'software' : 'hardware',
          ...(bad.length === 0 ? {} : describe(bad)),
        },
        ...(gpu === undefined ? {} : { device: gpus.get(gpu) }),
        // The machine's own: where none of its tests is told apart, the document as a whole.
        at: (bad.length > 0 ? bad : own.length > 0 ? own : results).map(({ pointer }) => ({
          command: 'diag',
          output: 'stdout',
          pointer,
        })),
        windowSeconds: command.durationMs / 1000,
      },
    ];
  });
  return ok({
    readings,
    unmeasured: unclean.length === 0 ? [] : [{ why: [...new Set(unclean)].join('; ') }],
  });
}

const majorOf = ({ gpus }: DiagAnswer): 3 | 4 => (gpus === undefined ? 3 : 4);

const namesOf = (answer: DiagAnswer, level: number): readonly string[] => [
  ...required.ofGpus[majorOf(answer)].slice(0, level).flat(),
  ...required.ofMachine[majorOf(answer)],
];

/** What was asked for and is not there, or is there twice, or in another order than the GPUs are: a document that was cut or mixed. */
function faultIn(answer: DiagAnswer, level: number, listed: readonly number[]): string | undefined {
  const all = listed.join();
  if (answer.gpus !== undefined && answer.gpus.join() !== all)
    return `expected GPUs ${all}, got ${answer.gpus.join() || 'none'}`;
  for (const { name, results } of answer.tests) {
    const told = results.flatMap(({ gpu }) => gpu ?? []);
    const isInOrder = told.every(
      (gpu, at) => listed.indexOf(gpu) > (at === 0 ? -1 : listed.indexOf(told[at - 1] ?? -1)),
    );
    if (!isInOrder) return `${name}: expected GPUs in the order of ${all}, each once, got ${told.join()}`;
  }
  const find = (name: string) =>
    answer.tests.find((test) => test.name === name || (name === 'Denylist' && test.name === 'Blacklist'));
  for (const name of required.ofGpus[majorOf(answer)].slice(0, level).flat()) {
    const told = find(name)?.results.flatMap(({ gpu }) => gpu ?? []) ?? [];
    if (told.join() !== all) return `expected ${name} on GPUs ${all}, got ${told.join() || 'none'}`;
  }
  const absent = required.ofMachine[majorOf(answer)].find((name) => find(name)?.results.length !== 1);
  return absent === undefined ? undefined : `expected one result of ${absent}`;
}

/** Why a result is neither a failure nor a pass. What is not asked for at this level may be skipped. */
function whyUnclean({ test, gpu, status, errors }: Named, isWanted: boolean): string | undefined {
  const where = gpu === undefined ? test : `${test} on GPU ${gpu}`;
  const grave = errors.find((error) => error !== undefined && repairOf(error) !== 'record');
  if (status === 'Pass')
    return grave === undefined ? undefined : `${where} says Pass and names ${nameOf(grave)}`;
  if (status === 'Warn')
    return `${where} ended with a warning${grave === undefined ? '' : `: ${nameOf(grave)}`}`;
  return status === 'Skip' && isWanted ? `${where} was skipped` : undefined;
}

const nameOf = (error: NamedError): string =>
  error === undefined ? 'an error' : `${errorWithNumber(error.id)?.name ?? 'error'} (${error.id})`;

const repairOf = (error: NamedError): Repair => {
  if (error === undefined) return repairFor('UNKNOWN');
  return repairFor(severityAt(error.severity) ?? errorWithNumber(error.id)?.severity ?? 'UNKNOWN');
};

/** What failed, by the gravest of its errors; without a word on why it has to be found out. */
function describe(failed: readonly Named[]): { readonly error: string; readonly repair: Repair } {
  const named = failed.flatMap(({ test, errors }) =>
    (errors.length === 0 ? [undefined] : errors).map((error) => ({
      text: error === undefined ? test : `${test}: ${nameOf(error)}`,
      repair: repairOf(error),
    })),
  );
  const order = (repair: Repair): number => Repair.options.indexOf(repair);
  const [gravest] = named.toSorted((a, b) => order(a.repair) - order(b.repair));
  return { error: gravest?.text ?? '', repair: gravest?.repair ?? 'investigate' };
}

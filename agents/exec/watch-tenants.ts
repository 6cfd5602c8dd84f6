import { readdirSync, readFileSync } from 'node:fs';
import { codeOf } from '../../workloads/kit/code-of.ts';
import { valueOf } from '../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import type { ProcessTable } from '../monitor/find-tenants.ts';
import { describeTenant, listStrangers, readProcess, readTotal } from '../monitor/find-tenants.ts';
import { toolEnvironment } from './capture.ts';
import { startProgram } from './start-program.ts';
import { findMarked, markName } from './sweep.ts';

/**
 * Twice in five seconds it is looked who was there for these five: who takes an eighth of the CPU time is seen within seven, and our own
 * ends within two more.
 */
const lookMs = 2_500;

/**
 * Looks all the time whether somebody came to the machine, and changes nothing: a job of the scheduler that was not there
 * before, processes on accelerators that are not the run's, or others that take more than a tenth of the CPU time. What is found first
 * is told, once. A job of one thread on a machine of hundreds is not seen.
 */
export function watchTenants(options: {
  readonly run: string;
  readonly path: string;
  readonly facts: Pick<HostFacts, 'accelerators'>;
  readonly onTenant: (said: string) => void;
}): { readonly stop: () => void } {
  const { run, onTenant } = options;
  const apps = watchApps(options);
  let [before, last] = [readTable(), readTable()];
  let isLooking = false;
  const look = async (): Promise<void> => {
    const now = readTable();
    const users = new Set([...apps.take(), ...readKfdUsers()]);
    const strangers = listStrangers(before, now, process.pid);
    const totalTicks = now.totalTicks - before.totalTicks;
    [before, last] = [last, now];
    if (describeTenant(strangers, { totalTicks, users }) === undefined) return;
    // Only now, since it asks every process: what left its parent is known by its mark.
    const marked = new Set(await findMarked(run));
    const others = strangers.filter(({ process: { pid } }) => !marked.has(pid));
    const said = describeTenant(others, { totalTicks, users });
    if (said === undefined) return;
    stop();
    onTenant(said.slice(0, 300));
  };
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    void look()
      .catch((cause: unknown) => {
        if (codeOf(cause) === undefined) throw cause; // nothing is known of this look; the next one follows
      })
      .finally(() => {
        isLooking = false;
      });
  }, lookMs);
  const stop = (): void => {
    clearInterval(timer);
    apps.stop();
  };
  return { stop };
}

/** Read without waiting: the kernel has it at hand, and waiting for each of thousands would cost far more. */
function readTable(): ProcessTable {
  const processes = new Map(
    numbersIn('/proc').flatMap((pid) => {
      const found = readProcess(textOf(`/proc/${pid}/stat`));
      return found === undefined ? [] : [[found.pid, found] as const];
    }),
  );
  return { totalTicks: readTotal(textOf('/proc/stat')), processes };
}

/** Processes that have an accelerator of AMD open (amdkfd, /sys/class/kfd). */
const readKfdUsers = (): readonly number[] => numbersIn('/sys/class/kfd/kfd/proc');

const numbersIn = (folder: string): readonly number[] =>
  unlessGone(() => readdirSync(folder), [])
    .filter((name) => /^\d{1,9}$/.test(name))
    .map(Number);

const textOf = (path: string): string => unlessGone(() => readFileSync(path, 'latin1'), '');

function unlessGone<T>(read: () => T, nothing: T): T {
  try {
    return read();
  } catch (cause) {
    if (codeOf(cause) === undefined) throw cause;
    return nothing; // it ended meanwhile, or is not there
  }
}

const queryArguments = ['--query-compute-apps=pid', '--format=csv,noheader', '-lms', String(lookMs)] as const;
/** More is no list of processes. */
const mostCharacters = 64 * 1024;

/** Processes on accelerators of NVIDIA, by one program that goes on telling: starting it each time costs seconds of a driver. */
function watchApps({
  run,
  path,
  facts,
}: Pick<Parameters<typeof watchTenants>[0], 'run' | 'path' | 'facts'>): {
  /** Those that were told of since the last time. In a container they are numbers of elsewhere. */
  readonly take: () => readonly number[];
  readonly stop: () => void;
} {
  const cards = valueOf(facts.accelerators) ?? [];
  const isAnswered = cards.some(({ vendor, usable }) => vendor === 'NVIDIA' && valueOf(usable) === true);
  if (!isAnswered) return { take: () => [], stop: () => undefined };
  const env = { ...toolEnvironment(path), [markName]: run };
  const program = startProgram('nvidia-smi', queryArguments, { env, isDetached: true });
  program.stderr.resume();
  let told = '';
  program.stdout.on('data', (chunk: Buffer) => {
    told = `${told}${chunk.toString('latin1')}`.slice(-mostCharacters);
  });
  return {
    take: () => {
      const lines = told.split('\n');
      told = lines.pop() ?? '';
      return lines.flatMap((line) => (/^\d{1,9}$/.test(line.trim()) ? [Number(line)] : []));
    },
    stop: program.kill,
  };
}

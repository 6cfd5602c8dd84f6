import type { Command } from '../../workloads/kit/command.ts';
import { valueOf } from '../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import type { Watch } from '../../workloads/kit/watch.ts';
import { queryArguments, watchAccelerators } from '../monitor/watch-accelerators.ts';
import { toolEnvironment } from './capture.ts';
import type { StopReason } from './run-command.ts';
import { startProgram } from './start-program.ts';
import { killNamed, markName } from './sweep.ts';

/** What is under guard while a command loads it, and how its processes are known. */
export interface Guarded {
  readonly facts: Pick<HostFacts, 'accelerators'>;
  /** `<run>/<step>`. */
  readonly mark: string;
  readonly path: string;
}

/**
 * Watches the accelerators of the node while a command loads them. One that must not be loaded any further loses its
 * process, which bears its address as a name, and the others go on; where none bears it, the command is ended. `undefined`
 * where there is nothing to watch.
 */
export function guardAccelerators(
  { facts, mark, path }: Guarded,
  { loads }: Pick<Command, 'loads'>,
  end: (reason: StopReason) => void,
): { readonly stop: () => Promise<Watch> } | undefined {
  const cards = loads === 'accelerators' ? (valueOf(facts.accelerators) ?? []) : [];
  if (cards.length === 0) return undefined;
  const isAnswered = cards.some(({ vendor, usable }) => vendor === 'NVIDIA' && valueOf(usable) === true);
  // Its mark is the run's: it is none of the step's processes, and ends with this agent or the next one.
  const env = { ...toolEnvironment(path), [markName]: mark.slice(0, mark.indexOf('/')) };
  const query = isAnswered
    ? startProgram('nvidia-smi', queryArguments, { env, isDetached: true })
    : undefined;
  query?.stderr.resume();
  return watchAccelerators(
    cards.map(({ address, uuid, temperatureLimitCelsius }) => ({
      address,
      uuid: valueOf(uuid),
      limitCelsius: valueOf(temperatureLimitCelsius),
    })),
    {
      query,
      onAlarm: ({ device, said }) => {
        const reason = { execution: 'error', reason: `${device}: ${said}` } as const;
        void killNamed(mark, device).then(
          (killed) => {
            if (killed === 0) end(reason);
          },
          () => end(reason),
        );
      },
    },
  );
}

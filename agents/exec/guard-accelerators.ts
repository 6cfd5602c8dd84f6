import { setTimeout as sleep } from 'node:timers/promises';
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
 * process, which bears its address as a name, and the others go on; where no process bears the name of a card, the command is ended.
 * `undefined` where there is nothing to watch.
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
  const addresses = new Set(cards.map(({ address }) => address));
  const left = new AbortController();
  const watch = watchAccelerators(
    cards.map(({ address, uuid, temperatureLimitCelsius }) => ({
      address,
      uuid: valueOf(uuid),
      limitCelsius: valueOf(temperatureLimitCelsius),
    })),
    {
      query,
      onAlarm: ({ device, said }) => {
        const isNamed = (name: string): boolean => addresses.has(name);
        const reason = { execution: 'error', reason: `${device}: ${said}` } as const;
        void endProcess(mark, device, { isNamed, left: left.signal }).then(
          (hasNames) => {
            if (!hasNames) end(reason);
          },
          () => end(reason),
        );
      },
    },
  );
  return {
    stop: () => {
      left.abort();
      return watch.stop();
    },
  };
}

const pauseMs = 100;
/** So often it is looked for names before there are none: a program has not begun its processes yet, or only writes its result. */
const roundsAtMost = 20;

/**
 * Ends the process of a card as soon as there is one, as long as the command runs. That it has none may be because it has done its
 * work, or has not begun: the others are left alone. `false`: no process of the command bears the name of any card.
 */
async function endProcess(
  mark: string,
  device: string,
  { isNamed, left }: { readonly isNamed: (name: string) => boolean; readonly left: AbortSignal },
): Promise<boolean> {
  let hasNames = false;
  for (let round = 0; !left.aborted; round += 1) {
    const { killed, names } = await killNamed(mark, device);
    if (killed > 0) return true;
    hasNames ||= names.some(isNamed);
    if (!hasNames && round >= roundsAtMost) return false;
    await sleep(round < roundsAtMost ? pauseMs : 10 * pauseMs, undefined, { ref: false });
  }
  return true;
}

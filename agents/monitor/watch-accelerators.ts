import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from '../../workloads/kit/code-of.ts';
import { pciAddress } from '../../workloads/kit/facts/read-nvidia-smi.ts';
import type { Alarm, Watch } from '../../workloads/kit/watch.ts';
import { openKernelLog } from './kernel-log.ts';
import { readSensors, whyGone } from './look-at-card.ts';

/** An accelerator that is going to be loaded, by its PCI address, with the limit of its driver where that is known. */
export interface Watched {
  readonly address: string;
  readonly limitCelsius: number | undefined;
  /** What its driver called it when the node was looked at. */
  readonly uuid?: string | undefined;
}

/** A program that goes on telling temperatures, a line for each card and look. */
export interface Query {
  readonly stdout: Readable;
  readonly kill: () => void;
}

/** Where the kernel tells what is watched. */
export interface WatchedPlaces {
  readonly devices: string;
  readonly kernelLog: string;
}
const places: WatchedPlaces = { devices: '/sys/bus/pci/devices', kernelLog: '/dev/kmsg' };

/** So near to its limit nothing is loaded any further: a power supply or a pump that gives way is a matter of seconds. */
const marginCelsius = 5;
const lookMs = 1_000;
/** What is not over then is stuck. */
const stillMs = 2_000;

/** What `Query` is to print, of whichever card: one program for as long as the load lasts, and none a second. */
export const queryArguments = [
  '--query-gpu=pci.bus_id,uuid,temperature.gpu',
  '--format=csv,noheader,nounits',
  '-lms',
  `${lookMs}`,
] as const;

/**
 * Looks at accelerators while they are loaded, and changes nothing: how hot they are (by `query`, or by what their driver
 * publishes in sysfs), whether they are still on their bus, and whether the kernel says that one has fallen off it (Xid 79).
 * Of each card the first thing that must end its load is told, once.
 */
export function watchAccelerators(
  devices: readonly Watched[],
  {
    query,
    onAlarm,
    from = places,
  }: {
    readonly query: Query | undefined;
    readonly onAlarm: (alarm: Alarm) => void;
    readonly from?: WatchedPlaces;
  },
): { readonly stop: () => Promise<Watch> } {
  const limits = new Map(devices.map(({ address, limitCelsius }) => [address, limitCelsius]));
  const uuids = new Map(devices.map(({ address, uuid }) => [address, uuid]));
  const hottest = new Map<string, number>();
  const alarms = new Map<string, Alarm>();
  let isOver = false;
  const tell = (device: string, kind: Alarm['kind'], said: string): void => {
    if (isOver || alarms.has(device) || !limits.has(device)) return;
    const alarm = { device, kind, said };
    alarms.set(device, alarm);
    onAlarm(alarm);
  };
  const warm = (device: string, celsius: number, limit = limits.get(device)): void => {
    if (!limits.has(device)) return;
    hottest.set(device, Math.max(celsius, hottest.get(device) ?? celsius));
    if (limit !== undefined && celsius >= limit - marginCelsius)
      tell(
        device,
        'hot',
        `stopped at ${celsius} °C: nothing is loaded within ${marginCelsius} °C of the limit of its driver, ${limit} °C`,
      );
  };
  const kernelLog = openKernelLog(from.kernelLog);
  const look = async (): Promise<void> => {
    for (const line of kernelLog.readNew()) {
      const address = readFallen(line, [...limits.keys()]);
      if (address !== undefined) tell(address, 'off-bus', `the kernel says: ${line.slice(0, 200)}`);
    }
    await Promise.all(
      [...limits.keys()].map(async (address) => {
        const folder = join(from.devices, address);
        const gone = await whyGone(folder);
        if (gone !== undefined) tell(address, 'off-bus', gone);
        for (const { celsius, limit } of await readSensors(folder)) warm(address, celsius, limit);
      }),
    );
  };
  // A card that dies can hold whoever reads of it in the kernel: then nobody looks a second time, and nobody waits for it.
  let looking: Promise<void> | undefined;
  const lookAgain = (): void => {
    looking ??= look().finally(() => {
      looking = undefined;
    });
  };
  lookAgain();
  const timer = setInterval(lookAgain, lookMs);
  let hasTold = false;
  const heard =
    query === undefined
      ? undefined
      : hear(query.stdout, (line) => {
          const found = readTemperature(line);
          if (found === undefined) return;
          hasTold = true;
          if (found.isLost) tell(found.address, 'off-bus', `its driver says: ${line.trim().slice(0, 200)}`);
          else {
            const { address, uuid, celsius } = found;
            const own = uuids.get(address);
            if (own !== undefined && uuid.startsWith('GPU-') && uuid !== own)
              tell(address, 'swapped', `it is another card now: expected ${own}, found ${uuid}`);
            warm(address, celsius);
          }
        });
  const end = async (): Promise<Watch> => {
    isOver = true;
    clearInterval(timer);
    query?.kill();
    await Promise.race([Promise.all([looking, heard]), sleep(stillMs, undefined, { ref: false })]);
    kernelLog.close();
    const devices = [...limits].map(([address, limitCelsius]) => {
      const hottestCelsius = hottest.get(address);
      const seen = {
        ...(limitCelsius === undefined ? {} : { limitCelsius }),
        ...(hottestCelsius === undefined ? {} : { hottestCelsius }),
      };
      return [address, seen] as const;
    });
    return {
      devices: Object.fromEntries(devices),
      alarms: [...alarms.values()],
      ...(query === undefined || hasTold ? {} : { silent: 'nvidia-smi told no temperature' }),
    };
  };
  let ended: Promise<Watch> | undefined;
  return { stop: () => (ended ??= end()) };
}

/** `00000000:01:00.0, GPU-…, 67`, or `[GPU is lost]` in place of the number. */
function readTemperature(line: string) {
  const [place, uuid = '', value = '', ...more] = line.split(',').map((word) => word.trim());
  const address = pciAddress(place);
  if (address === undefined || more.length > 0) return undefined;
  if (/gpu is lost/i.test(`${uuid} ${value}`)) return { address, isLost: true as const };
  const isNumber = /^\d{1,3}$/.test(value);
  return isNumber ? { address, uuid, isLost: false as const, celsius: Number(value) } : undefined;
}

/** `NVRM: Xid (PCI:0000:01:00): 79, pid=…, GPU has fallen off the bus.` names the slot, sometimes with the function. */
function readFallen(line: string, addresses: readonly string[]): string | undefined {
  const [, slot] =
    /\bXid \(PCI:([0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2})(?:\.[0-7])?\): 79\b/i.exec(line) ?? [];
  const wanted = pciAddress(`${slot}.0`)?.slice(0, -1);
  return wanted === undefined ? undefined : addresses.find((address) => address.startsWith(wanted));
}

/** Longer lines are none of a temperature. */
const lineCharacters = 4_096;

async function hear(stream: Readable, onLine: (line: string) => void): Promise<void> {
  let rest = '';
  try {
    for await (const chunk of stream) {
      const lines = `${rest}${String(chunk)}`.split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > lineCharacters) rest = '';
      lines.forEach(onLine);
    }
  } catch (cause) {
    if (codeOf(cause) === undefined) throw cause; // it was ended
  }
}

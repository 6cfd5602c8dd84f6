import * as z from 'zod';
import type { Evidence } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown, valueOf } from './fact.ts';
import { addressIn } from './read-nics.ts';
import type { ToldAnswer, ToldGpu } from './told-gpu.ts';

/**
 * What devices count of themselves and does not grow while they are in order. The first three are for the life of a card (AMD counts errors since its driver was loaded), the others since
 * its driver was loaded.
 */
export interface Count {
  /** What names the device in documents, else its address. */
  readonly of: string;
  readonly counter:
    | 'uncorrectedErrors'
    | 'remappedRows'
    | 'retiredPages'
    | 'thermalSlowdown'
    | 'powerBrake'
    | 'linkLosses'
    | 'bufferOverruns'
    | 'carrierLosses'
    | 'memoryErrors';
  /** Of slowdowns in microseconds. */
  readonly value: number;
}

/** An Xid of an accelerator in the log of the kernel, how often it came, and the number of its last record there. */
export type CountedXid = Omit<LoggedXids[number], 'slot'> & { readonly of: string };

/** To be held against another look at the machine: nothing follows from one alone, so it is no fact. */
export interface Counted {
  readonly counts: Fact<readonly Count[]>;
  readonly xids: Fact<readonly CountedXid[]>;
}

export const xidsId = 'Xids in the log of the kernel';

const whole = z.number().int().nonnegative();
/** What agents/probe/read-xids.ts tells: an Xid of one card, how often it is in the log, and the number of the last such record. */
export const LoggedXids = z
  .array(
    z.strictObject({
      slot: z.string().regex(/^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}$/),
      xid: whole.max(65_535),
      times: whole.positive(),
      record: whole,
    }),
  )
  .max(1000);
export type LoggedXids = z.infer<typeof LoggedXids>;

/** Files of the kernel with a count that a machine in order never raises, by what of an interface they belong to. */
const ofRdma = { link_downed: 'linkLosses', excessive_buffer_overrun_errors: 'bufferOverruns' } as const;
/** At these they stay (drivers/infiniband/core/sysfs.c, PORT_PMA_ATTR: their bits). */
const tops: Partial<Record<Count['counter'], number>> = {
  linkLosses: 2 ** 8 - 1,
  bufferOverruns: 2 ** 4 - 1,
};

/** Patterns of the files that are read, below an interface and below a memory controller. */
export const interfaceCounts: readonly string[] = [
  'carrier_down_count',
  'device/infiniband/*/ports/1/link_layer',
  ...Object.keys(ofRdma).map((name) => `device/infiniband/*/ports/1/counters/${name}`),
];
export const memoryCounts = '/sys/devices/system/edac/mc/mc*/ue_count';

/**
 * What devices have counted of themselves that does not grow while they are in order, each once; what does not tell is not in the list. A
 * counter that stands at its top says nothing of what comes.
 */
export function readCounts(evidence: Evidence, gpus: readonly ToldGpu[]): Fact<Count[]> {
  const found = [
    ...gpus.flatMap(({ address, uuid, counts }) =>
      counts.map((each) => ({ of: valueOf(uuid) ?? address, ...each })),
    ),
    ...portCounts(evidence),
    ...memoryErrors(evidence),
  ].filter(({ counter, value }) => value < (tops[counter] ?? Number.MAX_SAFE_INTEGER));
  const once = new Map(found.map((each) => [`${each.counter} ${each.of}`, each]));
  return once.size > 0 ? known([...once.values()]) : unknown('no device tells what it counted');
}

function portCounts(evidence: Evidence): readonly Count[] {
  const net = valueOf(evidence.tree('sysfs net')) ?? {};
  const textOf = (path: string): string | undefined => {
    const text = net[path];
    return typeof text === 'string' ? text.trim() : undefined;
  };
  return Object.keys(net).flatMap((path): Count[] => {
    const [, base = '', name = '', rdma = '', file = ''] =
      /^(\/sys\/class\/net\/([^/]+))\/(?:(device\/infiniband\/[^/]+\/ports\/1)\/counters\/)?(\w+)$/.exec(
        path,
      ) ?? [];
    const value = countIn(textOf(path));
    const link = textOf(`${base}/device`);
    if (value === undefined || link === undefined || net[`${base}/device/physfn`] !== undefined) return [];
    const of = addressIn(link) ?? name;
    if (file === 'carrier_down_count' && rdma === '') return [{ of, counter: 'carrierLosses', value }];
    // On Ethernet the card's own counters of the link stand still: its interface has them.
    const isInfiniBand = textOf(`${base}/${rdma}/link_layer`) === 'InfiniBand';
    const counter = isInfiniBand && rdma !== '' ? ofRdma[file as keyof typeof ofRdma] : undefined;
    return counter === undefined ? [] : [{ of, counter, value }];
  });
}

const memoryErrors = (evidence: Evidence): readonly Count[] =>
  Object.entries(valueOf(evidence.tree('sysfs edac')) ?? {}).flatMap(([path, text]): Count[] => {
    const of = /\/(mc\d+)\/ue_count$/.exec(path)?.[1];
    const value = typeof text === 'string' ? countIn(text.trim()) : undefined;
    return of === undefined || value === undefined ? [] : [{ of, counter: 'memoryErrors', value }];
  });

const countIn = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;

/** The Xids in the kernel's log since it began, by card. */
export const readXids = (evidence: Evidence, nvidia: Fact<ToldAnswer>): Fact<CountedXid[]> => {
  const logged = evidence.json(xidsId, LoggedXids);
  if ('unknown' in logged) return logged;
  const gpus = valueOf(nvidia)?.gpus ?? [];
  return known(
    logged.value.map(({ slot, ...each }) => {
      const gpu = gpus.find(({ address }) => address.startsWith(`${slot}.`));
      return { of: (gpu === undefined ? undefined : valueOf(gpu.uuid)) ?? `${slot}.0`, ...each };
    }),
  );
};

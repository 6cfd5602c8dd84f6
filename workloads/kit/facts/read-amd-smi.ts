import * as z from 'zod';
import { readStrictly } from '../parse-json.ts';
import type { Result } from '../result.ts';
import { err, ok } from '../result.ts';
import type { Fact } from './fact.ts';
import { known, unknown, valueOf } from './fact.ts';
import type { Count } from './read-counts.ts';
import { firstKnown, mapFact } from './read-number.ts';
import { pciAddress } from './read-nvidia-smi.ts';
import type { ToldGpu } from './told-gpu.ts';

export const amdStaticId = 'amd-smi static --json';
export const amdMetricId = 'amd-smi metric --json';

const mebibyte = 1024 * 1024;
/** More cards, each of eight parts, has no machine. */
const mostGpus = 256;

/** A card with its number; of the many other fields each is looked at where it is read. */
const Numbered = z.looseObject({ gpu: z.number().int().nonnegative().max(mostGpus) });
/** Up to ROCm 6 a list, since ROCm 7 an object around it. */
const Document = z.union([
  z.array(Numbered).max(mostGpus),
  z.strictObject({ gpu_data: z.array(Numbered).max(mostGpus) }).transform((it) => it.gpu_data),
]);
type Numbered = z.infer<typeof Numbered>;

/**
 * The cards as `amd-smi static --json` describes them, with what `amd-smi metric --json` counted where it was asked. `N/A` is not
 * known, never 0. A document that is cut short, skips a card or has one twice is an error; metrics of other cards count for none.
 */
export function readAmdSmi(staticText: string, metricText: Fact<string>): Result<readonly ToldGpu[]> {
  const described = readNumbered(amdStaticId, staticText);
  if (!described.ok) return described;
  const measured = mapFact(metricText, (text): Fact<readonly Numbered[]> => {
    const read = readNumbered(amdMetricId, text);
    if (!read.ok) return unknown(read.error);
    return read.value.length === described.value.length
      ? known(read.value)
      : unknown(
          `${amdMetricId}: expected ${described.value.length} cards as amd-smi static has, found ${read.value.length}`,
        );
  });
  const gpus = described.value.flatMap((gpu, at) =>
    readGpu(
      gpu,
      mapFact(measured, (all) => factAt(all, at)),
    ),
  );
  const addresses = new Set(gpus.map(({ address }) => address));
  return gpus.length === described.value.length && addresses.size === gpus.length
    ? ok(gpus)
    : err(`${amdStaticId}: expected bus.bdf of each of ${described.value.length} cards, each another one`);
}

const factAt = (all: readonly Numbered[], at: number): Fact<Numbered> => {
  const found = all[at];
  return found === undefined ? unknown(`${amdMetricId}: not reported`) : known(found);
};

/** The cards of a document by their numbers: 0, 1, … without a gap. */
function readNumbered(id: string, text: string): Result<readonly Numbered[]> {
  const json = readStrictly(text);
  if (!json.ok) return err(`${id}: expected ${json.error.expected}, got ${json.error.found}`);
  const read = Document.safeParse(json.value);
  if (!read.success) return err(`${id}: expected a list of cards, each with its number`);
  return read.data.every(({ gpu }, at) => gpu === at)
    ? ok(read.data)
    : err(`${id}: expected cards 0 to ${read.data.length - 1} in this order`);
}

function readGpu(gpu: Numbered, metric: Fact<Numbered>): ToldGpu[] {
  const address = pciAddress(find(gpu, ['bus', 'bdf']));
  if (address === undefined) return [];
  const text = (...path: readonly string[]): Fact<string> => textAt(gpu, path);
  const told = (unit: string, ...paths: readonly (readonly string[])[]): Fact<number> => {
    const path = paths.find((each) => find(gpu, each) !== undefined) ?? paths[0] ?? [];
    return amountAt(amdStaticId, gpu, path, unit);
  };
  const now = (unit: string, ...path: readonly string[]): Fact<number> =>
    mapFact(metric, (it) => amountAt(amdMetricId, it, path, unit));
  const errors = 'value' in metric ? readErrors(metric.value) : err(metric.unknown);
  const untold = unknown('amd-smi does not tell it');
  return [
    {
      address,
      fault: undefined,
      productName: text('asic', 'market_name'),
      uuid: uniqueId(text('asic', 'asic_serial')),
      serial: text('board', 'product_serial'),
      driverVersion: firstKnown(text('driver', 'version'), text('driver', 'driver_version')),
      // What the kernel calls vbios_version is the number of the part.
      vbiosVersion: text('vbios', 'part_number'),
      confidentialComputing: untold,
      fabric: untold,
      // `MB` are mebibytes: 196592 of an MI300X are the 206141652992 bytes of its mem_info_vram_total.
      memoryBytes: mapFact(told('MB', ['vram', 'size']), (size) => known(size * mebibyte)),
      memoryUsedBytes: mapFact(now('MB', 'mem_usage', 'used_vram'), (size) => known(size * mebibyte)),
      eccEnabled: readEcc(text('ras', 'ecc_block_state', 'UMC')),
      isPartitioned: mapFact(
        firstKnown(text('partition', 'accelerator_partition'), text('partition', 'compute_partition')),
        (mode) => known(mode !== 'SPX'),
      ),
      persistenceEnabled: untold,
      clocksLowered: untold,
      powerLimitWatts: told('W', ['limit', 'ppt0', 'socket_power_limit'], ['limit', 'socket_power']),
      // It tells the most that can be set, which need not be what the card came with.
      defaultPowerLimitWatts: untold,
      temperatureLimitCelsius: told('C', ['limit', 'slowdown_hotspot_temperature']),
      uncorrectedErrors: errors,
      counts:
        errors.ok && errors.value !== undefined
          ? [{ counter: 'uncorrectedErrors', value: errors.value } satisfies Omit<Count, 'of'>]
          : [],
      rowRemapPending: untold,
      rowRemapFailure: untold,
      busyPercent: now('%', 'usage', 'gfx_activity'),
      computeProcesses: untold,
    },
  ];
}

function find(node: unknown, path: readonly string[]): unknown {
  let at = node;
  for (const name of path)
    at =
      typeof at === 'object' && at !== null && Object.hasOwn(at, name)
        ? (at as Record<string, unknown>)[name]
        : undefined;
  return at;
}

const silent = /^(n\/a|unknown|)$/i;

/** A text of a card; what it does not have is `N/A`. */
function textAt(gpu: unknown, path: readonly string[]): Fact<string> {
  const value = find(gpu, path);
  const where = `amd-smi ${path.join('/')}`;
  if (typeof value !== 'string') return unknown(`${where}: not reported by this version`);
  const text = value.trim();
  return silent.test(text) || text.length > 200 ? unknown(`${where}: \`${text.slice(0, 40)}\``) : known(text);
}

const Amount = z.looseObject({ value: z.number().nonnegative(), unit: z.string() });

/** `{ "value": 750, "unit": "W" }`; a number without its unit says nothing. */
function amountAt(id: string, gpu: unknown, path: readonly string[], unit: string): Fact<number> {
  const value = find(gpu, path);
  const read = Amount.safeParse(value);
  if (read.success && read.data.unit === unit) return known(read.data.value);
  const got = value === undefined ? 'nothing' : `\`${JSON.stringify(value).slice(0, 60)}\``;
  return unknown(`${id} ${path.join('/')}: expected ${unit}, got ${got}`);
}

/** All errors of its blocks that could not be corrected; `undefined`: the card counts none, and says `N/A`. */
function readErrors(metric: unknown): Result<number | undefined> {
  const path = ['ecc', 'total_uncorrectable_count'];
  const value = find(metric, ['ecc']) === 'N/A' ? 'N/A' : find(metric, path);
  if (value === 'N/A') return ok(undefined);
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? ok(value)
    : err(
        `${amdMetricId} ${path.join('/')}: expected a count, got \`${JSON.stringify(value ?? null).slice(0, 40)}\``,
      );
}

/** `0x6F1F…`, as the kernel writes unique_id: sixteen digits in lower case. */
const uniqueId = (text: Fact<string>): Fact<string> =>
  mapFact(text, (serial) => {
    const digits = /^0x([0-9a-f]{1,16})$/i.exec(serial)?.[1];
    return digits === undefined || /^0+$/.test(digits)
      ? unknown(`amd-smi asic/asic_serial: \`${serial.slice(0, 40)}\` is none`)
      : known(digits.toLowerCase().padStart(16, '0'));
  });

const readEcc = (state: Fact<string>): Fact<boolean> =>
  mapFact(state, (word) =>
    word === 'ENABLED' || word === 'DISABLED'
      ? known(word === 'ENABLED')
      : unknown(`amd-smi ras/ecc_block_state/UMC: \`${word.slice(0, 40)}\``),
  );

/** Where amd-smi says of a card what the kernel does not: then nothing that it says is believed. */
export function whyOther(
  gpu: ToldGpu,
  kernel: { readonly uniqueId: string | undefined; readonly memoryBytes: string | undefined },
): string | undefined {
  const uuid = valueOf(gpu.uuid);
  const memory = valueOf(gpu.memoryBytes);
  const differs = (said: string | undefined, own: string | undefined): boolean =>
    said !== undefined && own !== undefined && said !== own;
  if (differs(uuid, kernel.uniqueId?.toLowerCase().padStart(16, '0')))
    return `unique id ${uuid} of ${gpu.address}, the kernel says ${kernel.uniqueId}`;
  // Told in whole mebibytes.
  const own = Number(kernel.memoryBytes ?? Number.NaN);
  return memory !== undefined && Math.abs(memory - own) > mebibyte
    ? `${memory} bytes of memory of ${gpu.address}, the kernel says ${own}`
    : undefined;
}

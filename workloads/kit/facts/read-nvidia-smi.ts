import type { Result } from '../result.ts';
import { err, ok } from '../result.ts';
import type { Fact } from './fact.ts';
import { known, unknown } from './fact.ts';
import type { AcceleratorFault } from './host-facts.ts';
import type { Element } from './nvidia-xml.ts';
import { elements, isElement, parseXml, wholeDocument } from './nvidia-xml.ts';
import type { Count } from './read-counts.ts';
import { readUncorrectedErrors } from './read-error-counters.ts';
import { firstKnown, mapFact, readAmount } from './read-number.ts';
import { readTemperatureLimit } from './read-temperature-limit.ts';
import type { ToldAnswer, ToldGpu } from './told-gpu.ts';

const mebibyte = 1024 * 1024;
const sick = /unknown error|gpu is lost|gpu requires reset|err!/i;
const absent = /^(\[?n\/a\]?|\[?not supported\]?|requested functionality has been deprecated|)$/i;

/**
 * Reads what `nvidia-smi -q -x` printed, whether it succeeded or not: a whole document, words on single GPUs (for one that it
 * cannot ask it may give up on all), or both. Neither of them, or a document without its root or cut short, is an error.
 */
export function readNvidiaSmi(text: string): Result<ToldAnswer> {
  const words = readWords(text);
  const document = wholeDocument(text);
  if (document === undefined && words.size > 0) return ok({ gpus: [], words });
  if (document === undefined) return err('nvidia-smi -q -x: expected a whole <nvidia_smi_log> document');
  const parsed = parseXml(document);
  if (!parsed.ok) return parsed;
  const log = parsed.value['nvidia_smi_log'];
  const gpus = isElement(log) ? elements(log['gpu']) : [];
  const version = isElement(log) ? said(log, ['driver_version']) : undefined;
  const driverVersion = version ?? notReported(['driver_version']);
  const read = gpus.flatMap((gpu) => readGpu(gpu, words, driverVersion));
  const attached = isElement(log) ? log['attached_gpus'] : undefined;
  const unasked = [...words.keys()].filter((address) => read.every((gpu) => gpu.address !== address)).length;
  const isWhole = [0, unasked].some((count) => attached === String(gpus.length + count));
  return isWhole && read.length === gpus.length
    ? ok({ gpus: read, words })
    : err(`nvidia-smi -q -x: expected attached_gpus = ${gpus.length}, with an address each`);
}

/**
 * `Unable to determine the device handle for GPU 0000:02:00.0: GPU is lost.`, which newer ones write `GPU0: 0000:02:00.0`;
 * `WARNING: infoROM is corrupted at gpu 0000:86:00.0`.
 */
function readWords(text: string): ReadonlyMap<string, string> {
  const lines = text.matchAll(
    /^.*(?:device handle for|infoROM is corrupted at) GPU\s*(?:\d+:\s*)?([0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])\b.*$/gim,
  );
  return new Map(
    [...lines].flatMap(([line, id]) => {
      const address = pciAddress(id);
      return address === undefined ? [] : [[address, line.trim().slice(0, 200)] as const];
    }),
  );
}

function readGpu(gpu: Element, words: ReadonlyMap<string, string>, driverVersion: Fact<string>): ToldGpu[] {
  const address = pciAddress(gpu['@id']);
  if (address === undefined) return [];
  const told = words.get(address);
  const at = (...path: readonly string[]): Fact<string> => said(gpu, path) ?? notReported(path);
  // Names changed with R535. Where none tells it, the first that is there says why.
  const either = (...paths: readonly (readonly string[])[]): Fact<string> => {
    const [first = notReported(paths[0] ?? []), ...others] = paths.flatMap((path) => said(gpu, path) ?? []);
    return firstKnown(first, ...others);
  };
  return [
    {
      address,
      fault: told === undefined ? readFault(gpu) : { kind: kindOf(told), said: told },
      productName: at('product_name'),
      uuid: at('uuid'),
      serial: realSerial(at('serial')),
      driverVersion,
      vbiosVersion: at('vbios_version'),
      // Nothing is protected unless the mode is on, also on cards that do not have it.
      confidentialComputing: mapFact(amount(at('cc_protected_memory_usage', 'total'), 'MiB'), (size) =>
        known(size > 0),
      ),
      fabric: readFabric(gpu['fabric']),
      memoryBytes: amount(at('fb_memory_usage', 'total'), 'MiB', mebibyte),
      memoryUsedBytes: amount(at('fb_memory_usage', 'used'), 'MiB', mebibyte),
      eccEnabled: flag(at('ecc_mode', 'current_ecc'), 'Enabled', 'Disabled'),
      isPartitioned: readMig(gpu),
      persistenceEnabled: flag(at('persistence_mode'), 'Enabled', 'Disabled'),
      clocksLowered: readClocks(at),
      powerLimitWatts: amount(
        either(
          ['power_readings', 'enforced_power_limit'],
          ['gpu_power_readings', 'current_power_limit'],
          ['gpu_power_readings', 'power_limit'],
          ['power_readings', 'power_limit'],
        ),
        'W',
      ),
      defaultPowerLimitWatts: amount(
        either(['gpu_power_readings', 'default_power_limit'], ['power_readings', 'default_power_limit']),
        'W',
      ),
      temperatureLimitCelsius: readTemperatureLimit((name) => at('temperature', name)),
      uncorrectedErrors: readUncorrectedErrors(gpu),
      counts: readCounted(gpu, at),
      rowRemapPending: flag(at('remapped_rows', 'remapped_row_pending'), 'Yes', 'No'),
      rowRemapFailure: flag(at('remapped_rows', 'remapped_row_failure'), 'Yes', 'No'),
      busyPercent: amount(at('utilization', 'gpu_util'), '%'),
      computeProcesses: readProcesses(gpu['processes'] ?? gpu['compute_processes']),
    },
  ];
}

/** Slowdowns are told from R570 on, each in microseconds. */
function readCounted(
  gpu: Element,
  at: (...path: readonly string[]) => Fact<string>,
): readonly Omit<Count, 'of'>[] {
  const errors = readUncorrectedErrors(gpu);
  const slowedBy = (reason: string): Fact<number> => {
    const block = 'clocks_event_reasons_counters';
    return amount(at(block, `${block}_${reason}`), 'us');
  };
  const told: readonly (readonly [Count['counter'], Fact<number>])[] = [
    ['remappedRows', mapFact(at('remapped_rows', 'remapped_row_unc'), (text) => readAmount('rows', text))],
    [
      'retiredPages',
      mapFact(at('retired_pages', 'double_bit_retirement', 'retired_count'), (text) =>
        readAmount('pages', text),
      ),
    ],
    // Both heat: what software does first, hardware does behind it.
    [
      'thermalSlowdown',
      mapFact(slowedBy('sw_therm_slowdown'), (soft) =>
        mapFact(slowedBy('hw_therm_slowdown'), (hard) => known(soft + hard)),
      ),
    ],
    ['powerBrake', slowedBy('hw_power_brake')],
  ];
  return [
    ...(errors.ok && errors.value !== undefined
      ? [{ counter: 'uncorrectedErrors', value: errors.value } as const]
      : []),
    ...told.flatMap(([counter, it]) =>
      'value' in it && Number.isSafeInteger(it.value) ? [{ counter, value: it.value }] : [],
    ),
  ];
}

/** `00000000:BA:00.0` as sysfs writes it: `0000:ba:00.0`. */
export function pciAddress(id: unknown): string | undefined {
  const [, domain, rest] =
    /^([0-9a-f]{4,8}):([0-9a-f]{2}:[0-9a-f]{2}\.[0-7])$/i.exec(typeof id === 'string' ? id : '') ?? [];
  if (domain === undefined || rest === undefined) return undefined;
  return `${domain.replace(/^0+(?=[0-9a-f]{4})/i, '')}:${rest}`.toLowerCase();
}

/** The text at a path below a GPU; absent where there is no such element. */
function said(gpu: Element, path: readonly string[]): Fact<string> | undefined {
  let node: unknown = gpu;
  for (const name of path) node = isElement(node) ? node[name] : undefined;
  if (typeof node !== 'string') return undefined;
  const text = node.trim();
  return absent.test(text) || sick.test(text)
    ? unknown(`nvidia-smi ${path.join('/')}: \`${text}\``)
    : known(text);
}

const notReported = (path: readonly string[]): Fact<never> =>
  unknown(`nvidia-smi ${path.join('/')}: not reported by this driver`);

const amount = (text: Fact<string>, unit: string, scale = 1): Fact<number> =>
  mapFact(text, (value) => {
    const number = value.endsWith(` ${unit}`) ? value.slice(0, -unit.length) : value;
    return number === value
      ? unknown(`nvidia-smi: expected ${unit}, got \`${value.slice(0, 40)}\``)
      : readAmount('nvidia-smi', number, scale);
  });

const flag = (text: Fact<string>, yes: string, no: string): Fact<boolean> =>
  mapFact(text, (value) =>
    value === yes || value === no
      ? known(value === yes)
      : unknown(`nvidia-smi: expected ${yes} or ${no}, got \`${value.slice(0, 40)}\``),
  );

/** GeForce cards print `0` where others print a serial. */
function realSerial(text: Fact<string>): Fact<string> {
  return 'value' in text && /^0*$/.test(text.value) ? unknown('nvidia-smi serial: this card has none') : text;
}

/** `N/A` is the answer of a GPU that cannot be partitioned: it is whole. */
function readMig(gpu: Element): Fact<boolean> {
  const mode = isElement(gpu['mig_mode']) ? gpu['mig_mode']['current_mig'] : undefined;
  if (typeof mode === 'string' && /^\[?n\/a\]?$/i.test(mode.trim())) return known(false);
  const path = ['mig_mode', 'current_mig'];
  return flag(said(gpu, path) ?? notReported(path), 'Enabled', 'Disabled');
}

/** `Completed, Success`, with what its health says beyond that; `N/A` is the answer of a card that has no such switches. */
function readFabric(fabric: unknown): Fact<string> {
  const said = (node: unknown, name: string): string =>
    isElement(node) && typeof node[name] === 'string' ? node[name].trim() : '';
  const state = said(fabric, 'state');
  if (state === '') return notReported(['fabric', 'state']);
  if (/^(\[?n\/a\]?|\[?not supported\]?)$/i.test(state)) return known('not supported');
  const health = isElement(fabric) ? fabric['health'] : undefined;
  const complaints = Object.keys(isElement(health) ? health : {}).flatMap((name) => {
    const word = said(health, name);
    return /^(|healthy|full|false|none|no|success|\[?n\/a\]?|\[?not supported\]?)$/i.test(word)
      ? []
      : [`${name}: ${word}`];
  });
  const status = said(fabric, 'status');
  return known([state, ...(status === '' ? [] : [status]), ...complaints].join(', ').slice(0, 200));
}

/** Clocks that an administrator has set below what the card would choose. A lock of another kind shows under load only. */
function readClocks(at: (...path: readonly string[]) => Fact<string>): Fact<boolean> {
  const lowered = ['graphics_clock', 'mem_clock'].map((clock) =>
    mapFact(amount(at('applications_clocks', clock), 'MHz'), (set) =>
      mapFact(amount(at('default_applications_clocks', clock), 'MHz'), (usual) => known(set < usual)),
    ),
  );
  const [first] = lowered;
  return lowered.find((it) => 'value' in it && it.value) ?? first ?? unknown('nvidia-smi: no clocks');
}

/** What has to be done about the GPU where the driver names it, else what reads as an error anywhere in its description. */
function readFault(gpu: Element): AcceleratorFault | undefined {
  const action = gpu['gpu_recovery_action'];
  const status = isElement(gpu['gpu_reset_status']) ? gpu['gpu_reset_status'] : {};
  const words = [
    ['gpu_recovery_action', action],
    ...['reset_required', 'drain_and_reset_recommended'].map((name) => [name, status[name]]),
  ]
    .filter(([, text]) => typeof text === 'string' && !/^(none|no|\[?n\/a\]?|\s*)$/i.test(text.trim()))
    .map(([name, text]) => `${String(name)}: ${String(text).trim().slice(0, 60)}`);
  if (words.length > 0) return { kind: kindOf(words.join('; ')), said: words.join('; ') };
  const [error] = findSick(gpu, [], 12);
  return error === undefined ? undefined : { kind: kindOf(error), said: error };
}

/** What the words of the driver ask for. Of an action that is not known here nobody says that a reset will do. */
export function kindOf(words: string): AcceleratorFault['kind'] {
  if (/is lost|device handle/i.test(words)) return 'lost';
  if (/recovery_action: (?!(reset|reboot|node reboot|gpu reset|drain and reset)\b)/i.test(words))
    return 'error';
  if (/reboot/i.test(words)) return 'needs-reboot';
  return /reset/i.test(words) ? 'needs-reset' : 'error';
}

const byUsers: ReadonlySet<string> = new Set(['processes', 'compute_processes', 'accounted_processes']);

/** Errors among the texts below a node, each with the name of its element. */
function findSick(node: unknown, path: readonly string[], depth: number): string[] {
  if (typeof node === 'string')
    return sick.test(node) ? [`${path.join('/')}: ${node.trim().slice(0, 120)}`] : [];
  if (depth === 0 || typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, child]) =>
    // What a user calls his program says nothing of the GPU.
    byUsers.has(name) ? [] : findSick(child, Array.isArray(node) ? path : [...path, name], depth - 1),
  );
}

function readProcesses(processes: unknown): Fact<readonly string[]> {
  if (typeof processes === 'string') {
    // An empty element is an empty list; `N/A` (vGPU, old cards) is not.
    return processes.trim() === ''
      ? known([])
      : unknown(`nvidia-smi processes: \`${processes.trim().slice(0, 40)}\``);
  }
  if (!isElement(processes)) return unknown('nvidia-smi processes: not reported by this driver');
  const list = elements(processes['process_info']);
  const computing = list.filter((it) => typeof it['type'] !== 'string' || it['type'].includes('C'));
  return known(
    computing.map((it) => {
      const pid = typeof it['pid'] === 'string' ? it['pid'].slice(0, 12) : '?';
      const name =
        typeof it['process_name'] === 'string'
          ? it['process_name'].replace(/\s.*$/s, '').replace(/^.*\//, '')
          : '';
      return `${pid} ${name.slice(0, 60)}`.trim();
    }),
  );
}

import { XMLParser } from 'fast-xml-parser';
import type { Result } from '../result.ts';
import { err, ok } from '../result.ts';
import type { Fact } from './fact.ts';
import { known, unknown } from './fact.ts';
import { readAmount } from './read-number.ts';

/** One GPU in the words of `nvidia-smi -q -x`. `N/A` is unknown; `Unknown Error` is a sick GPU; neither is 0. */
export interface NvidiaGpu {
  readonly address: string;
  readonly isSick: boolean;
  readonly productName: Fact<string>;
  readonly uuid: Fact<string>;
  readonly serial: Fact<string>;
  readonly memoryBytes: Fact<number>;
  readonly memoryUsedBytes: Fact<number>;
  readonly eccEnabled: Fact<boolean>;
  readonly powerLimitWatts: Fact<number>;
  readonly defaultPowerLimitWatts: Fact<number>;
  readonly rowRemapPending: Fact<boolean>;
  readonly rowRemapFailure: Fact<boolean>;
  /** Processes that compute (`C`, `C+G`, `M+C`): pid and program. */
  readonly computeProcesses: Fact<readonly string[]>;
}

const mebibyte = 1024 * 1024;
const sick = /unknown error|gpu is lost|gpu requires reset|err!/i;
const absent = /^(\[?n\/a\]?|\[?not supported\]?|requested functionality has been deprecated|)$/i;

type Element = Readonly<Record<string, unknown>>;
const isElement = (node: unknown): node is Element =>
  typeof node === 'object' && node !== null && !Array.isArray(node);

/** Reads a whole `nvidia-smi -q -x` document. A document without its root or cut short is an error. */
export function readNvidiaSmi(text: string): Result<readonly NvidiaGpu[]> {
  const document = parseXml(text);
  const log = document?.['nvidia_smi_log'];
  if (!isElement(log) || !text.includes('</nvidia_smi_log>'))
    return err('nvidia-smi -q -x: expected a whole <nvidia_smi_log> document');
  const gpus = elements(log['gpu']);
  const read = gpus.flatMap(readGpu);
  const attached = log['attached_gpus'];
  if (read.length !== gpus.length || attached !== String(gpus.length)) {
    return err(`nvidia-smi -q -x: expected attached_gpus = ${gpus.length}, with an address each`);
  }
  return ok(read);
}

function parseXml(text: string): Element | undefined {
  try {
    const parser = new XMLParser({
      ignoreAttributes: false,
      attributeNamePrefix: '@',
      parseTagValue: false,
      processEntities: false,
    });
    const document: unknown = parser.parse(text);
    return isElement(document) ? document : undefined;
  } catch {
    // Not XML: the caller says so.
    return undefined;
  }
}

/** One child of a name is an object, several are an array, none is `undefined`. */
const elements = (node: unknown): Element[] => (Array.isArray(node) ? node : [node]).filter(isElement);

function readGpu(gpu: Element): NvidiaGpu[] {
  const address = pciAddress(gpu['@id']);
  if (address === undefined) return [];
  const at = (...path: readonly string[]): Fact<string> => leaf(gpu, path);
  // R535 and later have gpu_power_readings/current_power_limit; before it was power_readings/enforced_power_limit.
  const power = (name: string): Fact<string> => {
    const newer = at('gpu_power_readings', name);
    return 'value' in newer ? newer : at('power_readings', name);
  };
  const limit = [power('enforced_power_limit'), power('current_power_limit'), power('power_limit')].find(
    (it) => 'value' in it,
  );
  return [
    {
      address,
      isSick: hasSickText(gpu, 12),
      productName: at('product_name'),
      uuid: at('uuid'),
      serial: realSerial(at('serial')),
      memoryBytes: amount(at('fb_memory_usage', 'total'), 'MiB', mebibyte),
      memoryUsedBytes: amount(at('fb_memory_usage', 'used'), 'MiB', mebibyte),
      eccEnabled: flag(at('ecc_mode', 'current_ecc'), 'Enabled', 'Disabled'),
      powerLimitWatts: amount(limit ?? power('power_limit'), 'W', 1),
      defaultPowerLimitWatts: amount(power('default_power_limit'), 'W', 1),
      rowRemapPending: flag(at('remapped_rows', 'remapped_row_pending'), 'Yes', 'No'),
      rowRemapFailure: flag(at('remapped_rows', 'remapped_row_failure'), 'Yes', 'No'),
      computeProcesses: readProcesses(gpu['processes']),
    },
  ];
}

/** `00000000:BA:00.0` as sysfs writes it: `0000:ba:00.0`. */
function pciAddress(id: unknown): string | undefined {
  const [, domain, rest] =
    /^([0-9a-f]{4,8}):([0-9a-f]{2}:[0-9a-f]{2}\.[0-7])$/i.exec(typeof id === 'string' ? id : '') ?? [];
  if (domain === undefined || rest === undefined) return undefined;
  return `${domain.replace(/^0+(?=[0-9a-f]{4})/i, '')}:${rest}`.toLowerCase();
}

function leaf(gpu: Element, path: readonly string[]): Fact<string> {
  const what = `nvidia-smi ${path.join('/')}`;
  let node: unknown = gpu;
  for (const name of path) node = isElement(node) ? node[name] : undefined;
  if (typeof node !== 'string') return unknown(`${what}: not reported by this driver`);
  const text = node.trim();
  return absent.test(text) || sick.test(text) ? unknown(`${what}: \`${text}\``) : known(text);
}

function amount(text: Fact<string>, unit: string, scale: number): Fact<number> {
  if ('unknown' in text) return text;
  const number = text.value.endsWith(` ${unit}`) ? text.value.slice(0, -unit.length) : text.value;
  return number === text.value
    ? unknown(`nvidia-smi: expected ${unit}, got \`${text.value.slice(0, 40)}\``)
    : readAmount('nvidia-smi', number, scale);
}

function flag(text: Fact<string>, yes: string, no: string): Fact<boolean> {
  if ('unknown' in text) return text;
  if (text.value === yes) return known(true);
  return text.value === no
    ? known(false)
    : unknown(`nvidia-smi: expected ${yes} or ${no}, got \`${text.value.slice(0, 40)}\``);
}

/** GeForce cards print `0` where others print a serial. */
function realSerial(text: Fact<string>): Fact<string> {
  return 'value' in text && /^0*$/.test(text.value) ? unknown('nvidia-smi serial: this card has none') : text;
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

function hasSickText(node: unknown, depth: number): boolean {
  if (typeof node === 'string') return sick.test(node);
  if (depth === 0 || typeof node !== 'object' || node === null) return false;
  return Object.values(node).some((child) => hasSickText(child, depth - 1));
}

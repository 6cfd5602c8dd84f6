import { portCounters, whyUncounted } from '../kit/port-counters.ts';
import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';
import type { CommandOutput, ParsedStep } from '../kit/tool.ts';
import { quantity } from '../kit/unit.ts';
import type { PortsReading, ports } from './workload.ts';

/** A file of the kernel with one line: what it says, and where that stands in the output. */
interface Told {
  readonly text: string;
  readonly line: number;
}
type Look = ReadonlyMap<string, Told>;

const carrier = 'carrier_down_count';

/** Below a device of RDMA and below a network interface. */
export const rdmaFiles: readonly string[] = [
  'device/uevent',
  ...['state', 'link_layer', 'rate'].map((name) => `ports/1/${name}`),
  ...[...Object.keys(portCounters.errors), ...Object.keys(portCounters.correctedErrors), 'symbol_error'].map(
    (name) => `ports/1/counters/${name}`,
  ),
];
export const interfaceFiles: readonly string[] = ['device/uevent', carrier];

const rateWords = /^(\d{1,4}(?:\.\d)?) Gb\/sec \((\d{1,2}X)(?: (\w{1,8}))?\)$/;
/** What a file of a port may say; a port without counters of its own says so. */
const shapes: readonly (readonly [file: RegExp, text: RegExp])[] = [
  [/\/(counters\/\w+|carrier_down_count)$/, /^(\d{1,15}|N\/A \(no PMA\))$/],
  [/\/rate$/, rateWords],
  [/\/state$/, /^[0-9]: [A-Z_]{2,20}$/],
  [/\/link_layer$/, /^(InfiniBand|Ethernet)$/],
];

/** What `grep -H .` printed of these files: `path:line`. The one line that matters of `uevent` is where on the bus it is. */
function readLook(id: string, { stdout }: CommandOutput): Result<Look> {
  const look = new Map<string, Told>();
  if (!stdout.endsWith('\n')) return err(`${id}: expected whole lines`);
  for (const [index, line] of stdout.split('\n').slice(0, -1).entries()) {
    const [, path, text = ''] =
      /^(\/sys\/class\/(?:infiniband|net)\/[\w.-]{1,64}\/[\w/]{1,80}|\/proc\/(?:sys\/kernel\/osrelease|uptime)):([ -~]{1,200})$/.exec(
        line,
      ) ?? [];
    if (path === undefined)
      return err(`${id}: expected a file of a port and what it says, got \`${line.slice(0, 100)}\``);
    const slot = /^PCI_SLOT_NAME=([0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])$/.exec(text)?.[1];
    if (path.endsWith('/uevent') && slot === undefined) continue;
    const shape = shapes.find(([file]) => file.test(path))?.[1];
    if (shape?.test(text) === false) return err(`${id}: ${path}: got \`${text.slice(0, 40)}\``);
    if (look.has(path)) return err(`${id}: expected ${path} once`);
    look.set(path, { text: slot ?? text, line: index + 1 });
  }
  return ok(look);
}

const numberIn = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;

const [kernelFile, uptimeFile] = ['/proc/sys/kernel/osrelease', '/proc/uptime'] as const;
/** Of the machine: what tells two looks apart, and how far. */
export const machineFiles: readonly string[] = [kernelFile, uptimeFile];

/** What every port has counted, and how fast it is, from two looks at it. */
export function readPorts(
  outputs: { readonly before: CommandOutput; readonly after: CommandOutput },
  asked: number,
): Result<ParsedStep<typeof ports.metrics>> {
  const [before, after] = [readLook('before', outputs.before), readLook('after', outputs.after)];
  if (!before.ok) return before;
  if (!after.ok) return after;
  const [first, last] = [[...before.value.keys()].toSorted(), [...after.value.keys()].toSorted()];
  if (first.join() !== last.join())
    return err(`expected the same ports before and after, got ${first.length} and ${last.length} files`);
  const kernel = /^\d+\.\d+[\w.+-]{0,60}$/.exec(after.value.get(kernelFile)?.text ?? '')?.[0];
  if (kernel === undefined || before.value.get(kernelFile)?.text !== kernel)
    return err('expected the version of the kernel, before and after');
  const [from, to] = [before.value, after.value].map((look) =>
    Number(/^(\d{1,10}\.\d{2}) \d{1,12}\.\d{2}$/.exec(look.get(uptimeFile)?.text ?? '')?.[1]),
  );
  const seconds = (to ?? Number.NaN) - (from ?? Number.NaN);
  if (!(seconds >= 0.99 * asked)) return err(`expected two looks ${asked} s apart, got ${seconds} s`);
  const readings: PortsReading[] = [];
  const unmeasured: { device: string; why: string }[] = [];
  const looks = {
    before: before.value,
    after: after.value,
    seconds,
    windowSeconds: outputs.after.durationMs / 1000,
  };
  const bases = last
    .filter((path) => !machineFiles.includes(path))
    .map((path) => path.split('/').slice(0, 5).join('/'));
  for (const base of new Set(bases)) {
    const port = base.split('/').at(-1) ?? '';
    const device = looks.after.get(`${base}/device/uevent`)?.text;
    if (device === undefined || device !== looks.before.get(`${base}/device/uevent`)?.text)
      unmeasured.push({ device: port, why: 'it sits on no PCI bus, and nothing tells which port it is' });
    else readings.push(...readPort(base, { port, device }, looks));
  }
  return readings.length + unmeasured.length > 0
    ? ok({ toolVersion: `Linux ${kernel}`, readings, unmeasured })
    : err('expected a port, got none');
}

interface Looks {
  readonly before: Look;
  readonly after: Look;
  /** Between them. */
  readonly seconds: number;
  /** Of the second one: the first is another command's. */
  readonly windowSeconds: number;
}

function readPort(
  base: string,
  { port, device }: { readonly port: string; readonly device: string },
  { before, after, seconds, windowSeconds }: Looks,
): readonly PortsReading[] {
  const textOf = (file: string): string | undefined => after.get(`${base}/${file}`)?.text;
  const around = (file: string, dimensions: PortsReading['dimensions']) => ({
    dimensions: { port, ...dimensions },
    device,
    at: [{ command: 'after', output: 'stdout', line: after.get(`${base}/${file}`)?.line ?? 1 }],
    windowSeconds,
  });
  const pairOf = (file: string): readonly [number, number] | undefined => {
    const [first, last] = [numberIn(before.get(`${base}/${file}`)?.text), numberIn(textOf(file))];
    return first === undefined || last === undefined ? undefined : [first, last];
  };
  const count = (
    metric: 'errors' | 'correctedErrors',
    counter: string,
    file: string,
    top: number,
  ): PortsReading[] => {
    const pair = pairOf(file);
    if (pair === undefined) return [];
    return [
      {
        metric,
        value: quantity('count', pair[1]),
        ...around(file, { counter }),
        ...whyUncounted(...pair, top),
      },
    ];
  };
  if (base.startsWith('/sys/class/net/')) return count('errors', carrier, carrier, Number.MAX_SAFE_INTEGER);
  const at = (name: string): string => `ports/1/counters/${name}`;
  // On Ethernet the card's own counters of the link stand still: its interface has them.
  const isInfiniBand = textOf('ports/1/link_layer') === 'InfiniBand';
  const counted = (['errors', 'correctedErrors'] as const).flatMap((metric) =>
    Object.entries(portCounters[metric]).flatMap(([name, top]) =>
      isInfiniBand ? count(metric, name, at(name), top) : [],
    ),
  );
  const [, gigabits, width, generation] = rateWords.exec(textOf('ports/1/rate') ?? '') ?? [];
  const link = {
    layer: textOf('ports/1/link_layer') ?? 'unknown',
    width: width ?? 'unknown',
    generation: generation ?? 'SDR',
  };
  const symbols = isInfiniBand ? pairOf(at('symbol_error')) : undefined;
  const rate: PortsReading[] =
    gigabits === undefined
      ? []
      : [
          {
            metric: 'activeRate',
            value: quantity('bit/s', textOf('ports/1/state') === '4: ACTIVE' ? Number(gigabits) * 1e9 : 0),
            ...around('ports/1/rate', link),
          },
        ];
  if (symbols === undefined) return [...counted, ...rate];
  return [
    ...counted,
    {
      metric: 'symbolErrorRate',
      value: quantity('Hz', Math.max(0, symbols[1] - symbols[0]) / seconds),
      ...around(at('symbol_error'), link),
      ...whyUncounted(...symbols, portCounters.symbols.symbol_error),
    },
    ...rate,
  ];
}

import { logLine } from '../kit/log.ts';
import { readQuantity } from '../kit/read-quantity.ts';
import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';
import { quantity } from '../kit/unit.ts';
import type { PerftestHead, PerftestUnit } from './read-perftest.ts';
import { bandwidthOf, dimensionsOf, kindOf } from './read-perftest.ts';
import type { RdmaReading } from './workload.ts';

const bandwidthHead =
  /^ ?#bytes\s+#iterations\s+BW peak\[(MB\/sec|Gb\/sec)\]\s+BW average\[(MB\/sec|Gb\/sec)\]\s+MsgRate\[Mpps\]\s*$/;
const latencyHead =
  /^ ?#bytes\s+#iterations\s+t_min\[usec\]\s+t_max\[usec\]\s+t_typical\[usec\]\s+t_avg\[usec\]\s+t_stdev\[usec\]\s+99% percentile\[usec\]\s+99\.9% percentile\[usec\]\s*$/;
const ruler = /^-{40,}\s*$/;

const banner = /\*{20,}|Waiting for client to connect/;

/**
 * What perftest prints of one test, places in the text as those of a log. A server prints its client's numbers, under the unit
 * that it was told itself: it is read only by who told both the same.
 */
export function readReport(text: string, side: 'client' | 'server'): Result<readonly RdmaReading[]> {
  if (side === 'client' && banner.test(text))
    return err('expected the log of a client: a server prints numbers of its client under its own unit');
  const lines = text.split('\n');
  const start = lines.findIndex((line) => bandwidthHead.test(line) || latencyHead.test(line));
  if (start === -1)
    return err('expected the columns of a test of bandwidth or latency over a number of iterations');
  const head = readHead(lines.slice(0, start));
  if (!head.ok) return head;
  const rows: { readonly words: readonly string[]; readonly line: number }[] = [];
  let end = start + 1;
  for (; end < lines.length && /^\s*\d/.test(lines[end] ?? ''); end += 1)
    rows.push({ words: (lines[end] ?? '').trim().split(/\s+/), line: end + 1 });
  if (!ruler.test(lines[end] ?? '')) return err(`line ${end + 1}: expected the line that ends the table`);
  const more = lines.slice(end + 1).find((line) => /^\s*\d+\s+\d+\s|#bytes|^ ?(?:RDMA_|Send )/.test(line));
  if (more !== undefined)
    return err(
      'expected nothing of a test behind the end of its table: more than one in a log cannot be told apart',
    );
  const sizes = rows.map(({ words: [bytes] }) => Number(bytes));
  // `-a` goes through 2, 4 … 8388608 bytes.
  const isAll = sizes.length === 23 && sizes.every((bytes, index) => bytes === 2 ** (index + 1));
  if (sizes.length !== 1 && !isAll)
    return err(`expected one size, or all from 2 to 8388608 bytes, got ${sizes.length}`);
  const unit = bandwidthHead.exec(lines[start] ?? '');
  if ((unit !== null) !== (kindOf(head.value.test)?.what === 'bandwidth'))
    return err(`expected the columns of ${head.value.test}, got others`);
  if (unit !== null && unit[1] !== unit[2]) return err('expected one unit, got two');
  const readings: RdmaReading[] = [];
  for (const { words, line } of rows) {
    const read =
      unit === null
        ? latenciesOf(words, line, head.value)
        : rateOf(words, line, unit[2] as PerftestUnit, head.value);
    if (!read.ok) return err(`line ${line}: ${read.error}`);
    readings.push(...read.value);
  }
  return ok(readings);
}

/** `key : value` in columns that tabs or spaces separate, once each; and who the two ends are. */
function readHead(lines: readonly string[]): Result<PerftestHead> {
  const [test, ...others] = lines.flatMap(
    (line) => /^ {8,}((?:RDMA_|Send )[\w ]{1,60}?Test)\s*$/.exec(line)?.[1] ?? [],
  );
  if (test === undefined || others.length > 0) return err('expected the title of one test');
  const text = lines.join('\n');
  const only = (pattern: string): string | undefined => {
    const found = [...text.matchAll(new RegExp(`(?:^|[\\t ])${pattern}(?:[\\t ]|$)`, 'gm'))];
    return found.length === 1 ? found[0]?.[1] : undefined;
  };
  const card = only('Device[\\t ]*: ([\\w.-]{1,64})');
  const queuePairs = only('Number of qps[\\t ]*: (\\d{1,6})');
  const connection = only('Connection type[\\t ]*: ([A-Z]{2,8})');
  const mtu = only('Mtu[\\t ]*: (\\d{2,6})\\[B\\]');
  const link = only('Link type[\\t ]*: (IB|Ethernet)');
  const ends = endsOf(lines);
  if (
    card === undefined ||
    queuePairs === undefined ||
    connection === undefined ||
    mtu === undefined ||
    link === undefined ||
    ends === undefined
  )
    return err(
      'expected device, number of queue pairs, connection, MTU, link type and the addresses of both ends, each once',
    );
  return ok({
    test,
    card,
    queuePairs: Number(queuePairs),
    connection,
    mtuBytes: Number.parseInt(mtu, 10),
    link,
    path: ends.local === ends.remote ? 'loop' : 'link',
    // It tells at length of the accelerator whose memory it takes.
    memory: /CUDA|ROCm|\bGPU\b|Habana|Neuron/i.test(text) ? 'gpu' : 'host',
  });
}

/** The ports of both ends, by GID, which follows an address where there is one, else by LID; each pair of queues has two lines. */
function endsOf(lines: readonly string[]): { readonly local: string; readonly remote: string } | undefined {
  const found = { local: new Set<string>(), remote: new Set<string>() };
  const counts = { local: 0, remote: 0 };
  for (const [index, line] of lines.entries()) {
    const [, end, lid] = /^ (local|remote) address: LID (0x[0-9a-f]{1,6}|0{4}) QPN /.exec(line) ?? [];
    if (end !== 'local' && end !== 'remote') continue;
    const gid = /^ GID: ([\d:]{15,80})\s*$/.exec(lines[index + 1] ?? '')?.[1];
    counts[end] += 1;
    found[end].add(gid ?? lid ?? '');
  }
  const [[local], [remote]] = [[...found.local], [...found.remote]];
  const isWhole = counts.local === counts.remote && found.local.size === 1 && found.remote.size === 1;
  // Without a LID, on Ethernet, only GIDs tell ports apart.
  return isWhole && local !== undefined && remote !== undefined && local !== '0000' && remote !== '0000'
    ? { local, remote }
    : undefined;
}

function numbersOf(words: readonly string[], count: number): Result<readonly number[]> {
  if (words.length !== count) return err(`expected ${count} columns, got ${words.length}`);
  const numbers: number[] = [];
  for (const [index, word] of words.entries()) {
    const value = readQuantity('ratio', word);
    if (!value.ok) return value;
    if (value.value < 0 || (index < 2 && !/^\d{1,12}$/.test(word)))
      return err(`expected a count, got \`${word.slice(0, 20)}\``);
    numbers.push(value.value);
  }
  return ok(numbers);
}

function rateOf(
  words: readonly string[],
  line: number,
  unit: PerftestUnit,
  head: PerftestHead,
): Result<readonly RdmaReading[]> {
  const numbers = numbersOf(words, 5);
  if (!numbers.ok) return numbers;
  const [bytes = 0, , , average = 0, messages = 0] = numbers.value;
  const read = bandwidthOf({ bytes, average, messages, at: [logLine(line)] }, unit, head);
  return read.ok ? ok([read.value]) : read;
}

function latenciesOf(
  words: readonly string[],
  line: number,
  head: PerftestHead,
): Result<readonly RdmaReading[]> {
  const numbers = numbersOf(words, 9);
  if (!numbers.ok) return numbers;
  const [bytes = 0, , least = 0, most = 0, typical = 0, mean = 0, , p99 = 0, p999 = 0] = numbers.value;
  if (
    least <= 0 ||
    least > typical ||
    typical > p99 ||
    p99 > p999 ||
    p999 > most ||
    mean < least ||
    mean > most
  )
    return err('expected times in order');
  const dimensions = dimensionsOf(head, bytes);
  if (!dimensions.ok) return dimensions;
  return ok(
    (
      [
        [{ quantile: 0.5 }, typical],
        [{ quantile: 0.99 }, p99],
        [{ mean: true }, mean],
      ] as const
    ).map(([of, microseconds]) => ({
      metric: 'latency' as const,
      value: quantity('s', microseconds / 1e6),
      dimensions: { ...dimensions.value, ...of },
      at: [logLine(line)],
    })),
  );
}

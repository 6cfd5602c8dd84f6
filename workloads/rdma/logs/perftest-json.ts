import { defineLog, logLine } from '../../kit/log.ts';
import { readQuantity } from '../../kit/read-quantity.ts';
import type { Result } from '../../kit/result.ts';
import { err, ok } from '../../kit/result.ts';
import type { PerftestHead, PerftestUnit } from '../read-perftest.ts';
import { bandwidthOf, bitsOf, fits, kindOf } from '../read-perftest.ts';
import { rdma } from '../workload.ts';

/**
 * `--out_json_file` of perftest. Before 24.01 it is no JSON (bare keys, commas before brackets), so both are read line by line.
 * It does not name the unit of its rates: that follows from the rate of messages, or the file is refused.
 */
export const perftestJson = defineLog(rdma, {
  id: 'perftest-json',
  title: 'perftest --out_json',
  origin: 'recorded',
  mark: /^\s*"?test_info"?\s*:\s*\{\s*$/m,
  read: (text) => {
    const parts = readParts(text);
    if (!parts.ok) return parts;
    const { info, results, lines } = parts.value;
    const head: PerftestHead = {
      test: info.get('test') ?? '',
      card: info.get('Device') ?? '',
      queuePairs: Number(info.get('Number_of_qps')),
      connection: info.get('Connection_type') ?? '',
      mtuBytes: Number(info.get('Mtu')),
      link: info.get('Link_type') ?? '',
    };
    if (kindOf(head.test)?.what !== 'bandwidth')
      return err(`expected a test of bandwidth, got \`${head.test.slice(0, 60)}\``);
    if (
      !/^[\w.-]{1,64}$/.test(head.card) ||
      !Number.isInteger(head.queuePairs) ||
      !Number.isInteger(head.mtuBytes) ||
      !/^[A-Z]{2,8}$/.test(head.connection) ||
      !/^(?:IB|Ethernet)$/.test(head.link)
    )
      return err('test_info: expected device, number of queue pairs, connection, MTU and link type');
    const numbers = new Map<string, number>();
    for (const key of ['MsgSize', 'n_iterations', 'BW_average', 'MsgRate']) {
      const value = readQuantity('ratio', results.get(key) ?? '');
      if (!value.ok) return err(`results: ${key}: ${value.error}`);
      numbers.set(key, value.value);
    }
    const row = {
      bytes: numbers.get('MsgSize') ?? 0,
      average: numbers.get('BW_average') ?? 0,
      messages: numbers.get('MsgRate') ?? 0,
      at: [logLine(lines.get('BW_average') ?? 1)],
    };
    const units = (Object.keys(bitsOf) as PerftestUnit[]).filter((unit) => fits(row, unit));
    const [unit, another] = units;
    if (unit === undefined || another !== undefined)
      return err(
        'results: expected a rate of messages that says whether the average is in MB/sec or Gb/sec, got one that does not',
      );
    const read = bandwidthOf(row, unit, head);
    return read.ok ? ok({ readings: [read.value] }) : read;
  },
});

interface Parts {
  readonly info: ReadonlyMap<string, string>;
  readonly results: ReadonlyMap<string, string>;
  /** Of keys of the results. */
  readonly lines: ReadonlyMap<string, number>;
}

/** One object with two objects of plain values, each key once. */
function readParts(text: string): Result<Parts> {
  const info = new Map<string, string>();
  const results = new Map<string, string>();
  const lines = new Map<string, number>();
  let state: 'before' | 'top' | 'info' | 'results' | 'after' = 'before';
  const seen = new Set<string>();
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '') continue;
    const wrong = err(`line ${index + 1}: expected a line of such a file, got \`${line.slice(0, 60)}\``);
    if (state === 'before' && line === '{') state = 'top';
    else if (state === 'top') {
      const part = /^"?(test_info|results)"?\s*:\s*\{$/.exec(line)?.[1];
      if (line === '}' && seen.size === 2) state = 'after';
      else if (part === undefined || seen.has(part)) return wrong;
      else {
        seen.add(part);
        state = part === 'results' ? 'results' : 'info';
      }
    } else if (state === 'info' || state === 'results') {
      if (/^\},?$/.test(line)) {
        state = 'top';
        continue;
      }
      const [, key = '', quoted, bare] =
        /^"?([A-Za-z_]\w{0,60})"?\s*:\s*(?:"([^"\\]{0,200})"|([\w.+-]{1,60})),?$/.exec(line) ?? [];
      const own = state === 'info' ? info : results;
      if (key === '' || own.has(key)) return wrong;
      own.set(key, quoted ?? bare ?? '');
      if (state === 'results') lines.set(key, index + 1);
    } else return wrong;
  }
  return state === 'after'
    ? ok({ info, results, lines })
    : err('expected the end of the file, found it cut off');
}

import { logLine } from '../kit/log.ts';
import { readQuantity } from '../kit/read-quantity.ts';
import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';
import type { ParsedStep } from '../kit/tool.ts';
import type { NcclRow, NcclRun, NcclTimes } from './read-nccl-tests.ts';
import { readingsOfTests } from './read-nccl-tests.ts';
import type { CollectiveMetrics } from './workload.ts';

const columns = {
  /** Before 2.13 (2022): no root for what has none, and the greatest relative error in place of wrong elements. */
  old: /^#\s+size\s+count\s+type\s+redop\s+time\s+algbw\s+busbw\s+error\s+time\s+algbw\s+busbw\s+error\s*$/,
  new: /^#\s+size\s+count\s+type\s+redop\s+root\s+time\s+algbw\s+busbw\s+#wrong\s+time\s+algbw\s+busbw\s+#wrong\s*$/,
} as const;
const range =
  /^# nThread (\d+) nGpus (\d+) minBytes (\d+) maxBytes (\d+) step: (\d+)\((factor|bytes)\) warmup iters: (\d+) iters: (\d+) (?:agg iters: (\d+) )?validation: (\d+)(?: graph: \d+)?\s*$/;
/** More than any cluster has. */
const mostRanks = 100_000;

/** What `all_reduce_perf` prints, with the columns of before and after 2022; `algorithm` as NCCL was told, where somebody knows. */
export function readTestsText(
  text: string,
  algorithm?: NcclRun['algorithm'],
): Result<ParsedStep<CollectiveMetrics> & { readonly range: NcclRun['range']; readonly ranks: number }> {
  if (!text.endsWith('\n')) return err('expected whole lines, got a last one that is cut off');
  const run = readRun(text.split('\n'));
  if (!run.ok) return run;
  const read = readingsOfTests({ ...run.value, algorithm });
  return read.ok ? ok({ ...read.value, range: run.value.range, ranks: run.value.hosts.length }) : read;
}

interface Open {
  range: NcclRun['range'] | undefined;
  layout: 'old' | 'new' | undefined;
  version: string | undefined;
  program: string | undefined;
  hosts: string[];
  rows: NcclRow[];
  wrong: number | undefined;
  mean: number | undefined;
}

/** Every line is either one of the tool's, in its order, or another program's (mpirun, NCCL): those are passed over. */
function readRun(lines: readonly string[]): Result<NcclRun> {
  const found: Open = {
    range: undefined,
    layout: undefined,
    version: undefined,
    program: undefined,
    hosts: [],
    rows: [],
    wrong: undefined,
    mean: undefined,
  };
  for (const [index, line] of lines.entries()) {
    const fault = takeLine(line, index + 1, found);
    if (fault !== undefined) return err(`line ${index + 1}: ${fault}`);
  }
  const { range: asked, hosts, rows, wrong, mean, layout } = found;
  if (asked === undefined || layout === undefined) return err('expected the head of the table, found none');
  // Newer versions say both.
  if ((found.version === undefined) !== (found.program === undefined))
    return err('expected the version of nccl-tests and the name of its program, got one of them');
  if (wrong === undefined || mean === undefined)
    return err('expected the lines that end a run (Out of bounds values, Avg bus bandwidth), found none');
  return ok({
    version: found.version,
    program: found.program,
    algorithm: undefined,
    hosts,
    range: asked,
    rows,
    wrong: layout === 'old' ? undefined : wrong,
    mean,
    at: (row) => logLine(rows[row]?.line ?? 1),
  });
}

/** Takes what a line says; why it cannot stand there, if it cannot. */
function takeLine(line: string, number: number, found: Open): string | undefined {
  const head = range.exec(line);
  if (head !== null) return takeRange(head, found);
  const version = /^# nccl-tests version (\d{1,3}\.\d{1,3}\.\d{1,3}) /.exec(line)?.[1];
  if (version !== undefined) return setOnce(found, 'version', version);
  const program = /^# Collective test starting: (\w{1,60})\s*$/.exec(line)?.[1];
  if (program !== undefined) return setOnce(found, 'program', program);
  const rank =
    /^#\s+Rank\s+(\d{1,6}) (?:Group\s+\d+ )?Pid\s+\d+ on\s+(\S{1,256}) device\s+\d+ \[[^\]]*\] (.+)$/.exec(
      line,
    );
  if (rank !== null) {
    if (Number(rank[1]) !== found.hosts.length || found.hosts.length >= mostRanks)
      return `expected rank ${found.hosts.length}, got ${rank[1]}`;
    found.hosts.push(rank[2] ?? '');
    return undefined;
  }
  for (const layout of ['old', 'new'] as const)
    if (columns[layout].test(line)) return setOnce(found, 'layout', layout);
  const bounds = /^#\s+Out of bounds values\s*:\s*(\d{1,15}) (OK|FAILED)\s*$/.exec(line);
  if (bounds !== null) {
    if ((bounds[2] === 'OK') !== (Number(bounds[1]) === 0)) return 'expected a count that fits its word';
    return setOnce(found, 'wrong', Number(bounds[1]));
  }
  const mean = /^#\s+Avg bus bandwidth\s*:\s*(\S{1,20})\s*(?:OK|FAILED)?\s*$/.exec(line)?.[1];
  if (mean !== undefined) {
    const value = readQuantity('ratio', mean);
    return value.ok ? setOnce(found, 'mean', value.value) : value.error;
  }
  if (!/^\s*\d+\s+\d+\s+[a-z]\w*\s/.test(line))
    return /^#\s+(?:Out of|Avg bus|Rank|size|nThread)/.test(line)
      ? 'expected a line as the tool prints it'
      : undefined;
  if (found.layout === undefined) return 'expected the head of the table before its rows';
  if (found.wrong !== undefined) return 'expected no row behind the end of the table';
  const row = readRow(line, number, found.layout);
  if (!row.ok) return row.error;
  found.rows.push(row.value);
  return undefined;
}

function takeRange(
  [, , , min, max, step, kind, , iterations, together = '1', checked]: readonly string[],
  found: Open,
): string | undefined {
  return setOnce(found, 'range', {
    minBytes: Number(min),
    maxBytes: Number(max),
    step: Number(step),
    isFactor: kind === 'factor',
    iterations: Number(iterations) * Number(together),
    isChecked: checked !== '0',
  });
}

function setOnce<K extends keyof Open>(found: Open, key: K, value: Open[K]): string | undefined {
  if (found[key] !== undefined)
    return 'expected this line once: more than one run in a log cannot be told apart';
  found[key] = value;
  return undefined;
}

function readRow(line: string, number: number, layout: 'old' | 'new'): Result<NcclRow> {
  const words = line.trim().split(/\s+/);
  const [size = '', count = '', dtype = '', redop = ''] = words;
  const root = layout === 'new' ? words[4] : '-1';
  const rest = words.slice(layout === 'new' ? 5 : 4);
  if (rest.length !== 8 || !/^\d{1,15}$/.test(size) || !/^\d{1,15}$/.test(count))
    return err(`expected the columns of the head, got \`${line.trim().slice(0, 80)}\``);
  const sides: NcclTimes[] = [];
  for (const at of [0, 4]) {
    const numbers: number[] = [];
    for (const word of rest.slice(at, at + 3)) {
      const value = readQuantity('ratio', word);
      if (!value.ok || value.value < 0)
        return err(`expected a time or a bandwidth, got \`${word.slice(0, 20)}\``);
      numbers.push(value.value);
    }
    const last = rest[at + 3] ?? '';
    const wrong = readQuantity('count', last);
    if (last !== 'N/A' && (!wrong.ok || wrong.value < 0))
      return err(
        `expected ${layout === 'new' ? 'wrong elements' : 'an error'}, got \`${last.slice(0, 20)}\``,
      );
    const [microseconds = 0, algbw = 0, busbw = 0] = numbers;
    // The old column is a relative error, and no count.
    sides.push({ microseconds, algbw, busbw, wrong: layout === 'new' && wrong.ok ? wrong.value : undefined });
  }
  const [outOfPlace, inPlace] = sides;
  if (outOfPlace === undefined || inPlace === undefined) return err('expected two sides');
  return ok({
    line: number,
    bytes: Number(size),
    count: Number(count),
    dtype,
    redop,
    root: root ?? '',
    outOfPlace,
    inPlace,
  });
}

import * as z from 'zod';
import { outputOf, readBuilt } from '../kit/read-output.ts';
import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';
import type { CommandOutput, ParsedStep, StepOutputs } from '../kit/tool.ts';
import { quantity } from '../kit/unit.ts';
import type { HostLoad } from './plan-triad.ts';
import { arrays, errorLoad } from './plan-triad.ts';
import type { MemoryReading, memory } from './workload.ts';

const count = z.number().int().nonnegative();
const ofNode = { node: count };

/** The one line that native/triad.c prints. */
const Line = z.strictObject({
  compiler: z.string().min(1),
  stores: z.enum(['non-temporal', 'plain']),
  threads: count.positive(),
  /** 0: the kernel does not tell. */
  lastLevelCacheBytes: count,
  arrayBytes: count.positive(),
  known: z.strictObject({ checked: z.literal(18), wrong: count.max(18) }),
  nodes: z
    .array(z.strictObject({ ...ofNode, threads: count.positive(), pagesAsked: count, pagesHere: count }))
    .min(1),
  runs: z.tuple([runOf('triad'), runOf('copy')]),
});
type Line = z.infer<typeof Line>;

function runOf<const T extends 'triad' | 'copy'>(operation: T) {
  return z.strictObject({
    operation: z.literal(operation),
    passes: count.positive(),
    elapsedSeconds: z.number().positive(),
    nodes: z.array(
      z.strictObject({
        ...ofNode,
        busySeconds: z.number().positive(),
        checked: count.positive(),
        wrong: count,
      }),
    ),
  });
}

/** As STREAM counts: what the operation reads and writes of each element, and nothing that the hardware adds. */
const bytesOfElement = { triad: 24, copy: 16 } as const;
/** STREAM's rule: four times the last-level caches, so that an array never comes from them. */
const cachesOfArray = 4;

/** Reads what native/triad.c said of a load. */
export function readTriad(outputs: StepOutputs, load: HostLoad): Result<ParsedStep<typeof memory.metrics>> {
  const read = readBuilt(outputs, Line);
  if (!read.ok) return read;
  const fault = faultIn(read.value, load);
  return fault === undefined
    ? ok({ toolVersion: `gcc ${read.value.compiler}`, readings: readingsOf(read.value, load) })
    : err(fault);
}

/** What was counted while all memory channels were loaded for so long, with the words that came back wrong meanwhile. */
export function readUnderLoad(
  outputs: StepOutputs,
  seconds: number,
  readCounts: (run: CommandOutput) => Result<readonly MemoryReading[]>,
): Result<ParsedStep<typeof memory.metrics>> {
  const load = readTriad(outputs, errorLoad(seconds));
  if (!load.ok) return load;
  const run = outputOf(outputs, 'run');
  if (!run.ok) return run;
  const counts = readCounts(run.value);
  if (!counts.ok) return counts;
  const wrong = load.value.readings.filter(({ metric }) => metric === 'wrongWords');
  return ok({ ...load.value, readings: [...counts.value, ...wrong] });
}

/** Why a line does not belong to these parameters, or does not agree with itself. */
function faultIn(line: Line, load: HostLoad): string | undefined {
  const { threads, nodes, arrayBytes } = line;
  if (load.cores === 'one' && threads !== 1) return `expected one thread, got ${threads}`;
  const inNodes = nodes.reduce((sum, node) => sum + node.threads, 0);
  if (inNodes !== threads) return `expected ${threads} threads on all nodes, got ${inNodes}`;
  if (new Set(nodes.map(({ node }) => node)).size !== nodes.length) return 'expected each NUMA node once';
  const words = arrayBytes / 8 / threads;
  if (!Number.isInteger(words)) return `expected arrays of ${threads} equal slices, got ${arrayBytes} bytes`;
  if (load.bytes !== 'auto' && arrayBytes < load.bytes)
    return `expected arrays of ${load.bytes} bytes, got ${arrayBytes}`;
  if (nodes.some(({ pagesAsked, pagesHere }) => pagesHere > pagesAsked))
    return 'expected no more pages than asked for';
  return line.runs.map((run) => faultInRun(run, line, words, load)).find((fault) => fault !== undefined);
}

function faultInRun(
  { operation, elapsedSeconds, nodes }: Line['runs'][number],
  line: Line,
  words: number,
  { seconds }: HostLoad,
): string | undefined {
  if (elapsedSeconds < seconds * 0.999)
    return `${operation}: expected a window of ${seconds} s, got ${elapsedSeconds} s`;
  if (nodes.length !== line.nodes.length) return `${operation}: expected ${line.nodes.length} NUMA nodes`;
  for (const [index, { node, threads }] of line.nodes.entries()) {
    const found = nodes[index];
    if (found?.node !== node) return `${operation}: expected NUMA node ${node}, got ${found?.node}`;
    const checked = arrays * words * threads;
    if (found.checked !== checked)
      return `${operation}: expected ${checked} checked words, got ${found.checked}`;
    if (found.wrong > checked)
      return `${operation}: expected at most ${checked} wrong words, got ${found.wrong}`;
    // Six decimals each.
    if (found.busySeconds > elapsedSeconds + 1e-5)
      return `${operation}: expected NUMA node ${node} to be busy for ${elapsedSeconds} s at most, got ${found.busySeconds} s`;
  }
  return undefined;
}

function readingsOf(line: Line, load: HostLoad): readonly MemoryReading[] {
  const { stores, arrayBytes, lastLevelCacheBytes, nodes, threads } = line;
  const shared = {
    cores: load.cores,
    stores,
    arrayBytes,
    lastLevelCacheBytes,
    'device.kind': 'cpu',
  };
  const ofMachine = { ...shared, part: 'machine', numaNodes: nodes.length, threads };
  const place = (pointer: string) => ({ command: 'run', output: 'stdout', pointer });
  const why = whyCached(line);
  const wrongOf = (run: Line['runs'][number]): number => run.nodes.reduce((sum, { wrong }) => sum + wrong, 0);
  const wrong = line.known.wrong + line.runs.reduce((sum, run) => sum + wrongOf(run), 0);
  const checked =
    line.known.checked + line.runs.flatMap((run) => run.nodes).reduce((sum, node) => sum + node.checked, 0);
  return [
    ...line.runs.flatMap((run, index): readonly MemoryReading[] => {
      const at = (pointer: string) => place(`/runs/${index}/${pointer}`);
      const bytes = bytesOfElement[run.operation] * (arrayBytes / 8) * run.passes;
      const flaw = why === undefined ? {} : { invalid: why };
      return [
        {
          metric: run.operation,
          value: quantity('B/s', bytes / run.elapsedSeconds),
          dimensions: ofMachine,
          at: [at('passes'), at('elapsedSeconds')],
          windowSeconds: run.elapsedSeconds,
          ...flaw,
        },
        ...nodes.map((node, position): MemoryReading => {
          const busy = run.nodes[position]?.busySeconds ?? run.elapsedSeconds; // as many as in `nodes`
          const elsewhere = whyElsewhere(node, nodes.length);
          return {
            metric: run.operation,
            value: quantity('B/s', (bytes * (node.threads / threads)) / busy),
            dimensions: { ...shared, part: 'numaNode', numaNode: node.node, threads: node.threads },
            at: [at('passes'), at(`nodes/${position}/busySeconds`)],
            windowSeconds: busy,
            ...(elsewhere === undefined ? flaw : { invalid: elsewhere }),
          };
        }),
      ];
    }),
    {
      metric: 'wrongWords',
      value: quantity('count', wrong),
      dimensions: { ...ofMachine, checked },
      at: [
        place('/known/wrong'),
        ...line.runs.flatMap((run, index) =>
          run.nodes.map((_, position) => place(`/runs/${index}/nodes/${position}/wrong`)),
        ),
      ],
    },
  ];
}

/** Why the arrays may come from a cache. */
function whyCached({ arrayBytes, lastLevelCacheBytes }: Line): string | undefined {
  if (lastLevelCacheBytes === 0)
    return 'the kernel does not tell the size of the last-level cache: it is not known that this is memory';
  return arrayBytes < cachesOfArray * lastLevelCacheBytes
    ? `arrays of ${arrayBytes} bytes are less than four times the last-level caches of ${lastLevelCacheBytes}: a part of this is cache`
    : undefined;
}

/** Why the memory of a NUMA node may be another's: some of its pages lie elsewhere, or nobody tells where. */
function whyElsewhere(
  { node, pagesAsked, pagesHere }: Line['nodes'][number],
  count: number,
): string | undefined {
  if (count === 1 || (pagesAsked > 0 && pagesHere === pagesAsked)) return undefined;
  return pagesAsked === 0
    ? `the kernel does not tell whether the pages lie on NUMA node ${node}`
    : `${pagesAsked - pagesHere} of ${pagesAsked} sampled pages do not lie on NUMA node ${node}`;
}

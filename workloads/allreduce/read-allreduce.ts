import * as z from 'zod';
import { outputOf, readJson } from '../kit/read-output.ts';
import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';
import type { Seat } from '../kit/seat.ts';
import type { ParsedStep, StepOutputs } from '../kit/tool.ts';
import { quantity } from '../kit/unit.ts';
import type { AllreduceMetrics, AllreduceParams, AllreduceReading } from './workload.ts';
import { countRanks, listSizes } from './workload.ts';

const count = z.number().int().nonnegative();
const seconds = z.number().positive();

/** The first line that native/allreduce.c prints: what was asked for, and who took part. */
const Header = z.strictObject({
  benchmark: z.literal('assay-allreduce'),
  compiler: z.string().min(1),
  operation: z.literal('sum'),
  dtype: z.string(),
  ranks: count,
  minBytes: count,
  maxBytes: count,
  factor: count,
  seconds,
  network: z.string(),
  levels: count.min(2),
  hosts: z.array(
    z.strictObject({
      rank: count,
      name: z.string(),
      library: z.string(),
      interfaces: z.array(z.strictObject({ name: z.string(), address: z.ipv4() })),
    }),
  ),
});
type Header = z.infer<typeof Header>;
type Host = Header['hosts'][number];

/** One line for each size. The times are of the slowest rank, the bytes of the rank with the fewest. */
const Size = z.strictObject({
  bytes: count,
  warmUps: count,
  iterations: count.min(3),
  medianSeconds: seconds,
  minSeconds: seconds,
  maxSeconds: seconds,
  meanSeconds: seconds,
  checked: count.positive(),
  wrong: count,
  sentBytes: count,
  receivedBytes: count,
  leastBytes: count,
});
type Size = z.infer<typeof Size>;

/** The last line: without it the run did not get to its end. */
const End = z.strictObject({ end: z.literal(true), sizes: count });

/** Reads what the leader of a group said. Every planned size must be there, from every member, checked and timed. */
export function readAllreduce(
  outputs: StepOutputs,
  params: AllreduceParams,
  seat?: Seat,
): Result<ParsedStep<AllreduceMetrics>> {
  if (seat === undefined) return err('expected the group that ran this, got none');
  const version = readVersion(outputs);
  if (!version.ok) return version;
  const build = outputOf(outputs, 'build');
  if (!build.ok) return build;
  const run = outputOf(withoutRules(outputs), 'run');
  if (!run.ok) return run;
  if (!run.value.stdout.endsWith('\n')) return err('expected whole lines, got a last one that is cut off');
  const lines = ownLines(run.value.stdout);
  const end = readJson(End, lines.pop()?.text ?? '');
  if (!end.ok) return err(`expected the line that ends a run: ${end.error}`);
  const first = lines.shift();
  const header = readJson(Header, first?.text ?? '');
  if (!header.ok) return err(`line ${first?.number ?? 1}: ${header.error}`);
  const other = whyOther(header.value, params, seat) ?? strangerIn(header.value.hosts, seat, version.value);
  if (other !== undefined) return err(`line ${first?.number ?? 1}: ${other}`);
  const planned = listSizes(params);
  if (lines.length !== planned.length || end.value.sizes !== planned.length)
    return err(`expected ${planned.length} sizes, got ${lines.length}`);
  const readings: AllreduceReading[] = [];
  for (const [index, bytes] of planned.entries()) {
    const { text = '', number = index + 2 } = lines[index] ?? {};
    const size = readJson(Size, text);
    if (!size.ok) return err(`line ${number}: ${size.error}`);
    const fault = faultInSize(size.value, bytes, params, seat);
    if (fault !== undefined) return err(`line ${number}: ${fault}`);
    readings.push(...readingsOf(size.value, params, seat, number));
  }
  return ok({ toolVersion: version.value, readings });
}

/** Lines of our own program, with their numbers. UCX logs to the same output, `[time] [host:pid:thread] file:line UCX WARN …`. */
const ownLines = (stdout: string): { readonly text: string; readonly number: number }[] =>
  stdout
    .split('\n')
    .slice(0, -1)
    .map((text, index) => ({ text, number: index + 1 }))
    .filter(({ text }) => !/^\[\d+\.\d+\] +\[[^\]]+\] +\S+:\d+ +UCX +[A-Z]+ /.test(text));

/** Open MPI 5 has other names for what is used here. HPC-X and distributions add to a number: `4.1.7a1`, `4.1.5rc2`. */
function readVersion(outputs: StepOutputs): Result<string> {
  const output = outputOf(outputs, 'version');
  if (!output.ok) return output;
  const [line] = output.value.stdout.split('\n', 1);
  const version = /^mpirun \(Open MPI\) (\d+\.\d+\.\d+[\w.+-]*)/.exec(line ?? '')?.[1];
  return version?.startsWith('4.') === true
    ? ok(version)
    : err(`not available: expected Open MPI 4.x, got \`${(line ?? '').slice(0, 60)}\``);
}

/** mpirun puts a ruler above what it has to say; what is quoted has to be its words. */
function withoutRules(outputs: StepOutputs): StepOutputs {
  const { run } = outputs;
  if (run === undefined) return outputs;
  const said = run.stderr.split('\n').filter((line) => /[A-Za-z]/.test(line));
  return { run: { ...run, stderr: said.join('\n') } };
}

/** In what a run is not the one that was asked for. */
function whyOther(header: Header, params: AllreduceParams, seat: Seat): string | undefined {
  const { dtype, minBytes, maxBytes, factor, seconds } = params;
  const ranks = countRanks(seat);
  const asked = { dtype, ranks, minBytes, maxBytes, factor, seconds, network: seat.network } as const;
  for (const key of Object.keys(asked) as (keyof typeof asked)[])
    if (header[key] !== asked[key]) return `expected ${key} ${asked[key]}, got ${header[key]}`;
  return header.hosts.length === ranks ? undefined : `expected ${ranks} hosts, got ${header.hosts.length}`;
}

/** Which rank is not where its member is, or has another Open MPI: only one version may take part in a run. */
function strangerIn(hosts: readonly Host[], seat: Seat, version: string): string | undefined {
  for (const [rank, host] of hosts.entries()) {
    const address = seat.members[seat.members.length === 1 ? 0 : rank]?.address;
    const found = host.interfaces.map((each) => each.address);
    if (host.rank !== rank || address === undefined || !found.includes(address))
      return `expected rank ${rank} at ${address ?? 'no address'}, got rank ${host.rank} at ${found.join(', ')}`;
    const library = /^Open MPI v(\d+\.\d+\.\d+[\w.+-]*)/.exec(host.library)?.[1];
    if (library !== version)
      return `expected Open MPI ${version} on every node, got \`${host.library.slice(0, 40)}\` on ${address}`;
  }
  return undefined;
}

/** Why a line proves nothing. Times are printed with nine digits: a mean may be beside its bounds by one of them. */
function faultInSize(size: Size, bytes: number, params: AllreduceParams, seat: Seat): string | undefined {
  if (size.bytes !== bytes) return `expected ${bytes} bytes, got ${size.bytes}`;
  const { minSeconds, medianSeconds, meanSeconds, maxSeconds } = size;
  if (
    minSeconds > medianSeconds ||
    medianSeconds > maxSeconds ||
    meanSeconds < minSeconds - 1e-9 ||
    meanSeconds > maxSeconds + 1e-9
  )
    return `expected times in order, got ${minSeconds}, ${medianSeconds}, ${meanSeconds}, ${maxSeconds}`;
  const elements = bytes / (params.dtype === 'float32' ? 4 : 2);
  const results = countRanks(seat) * elements * (size.warmUps + size.iterations);
  if (size.checked !== results) return `expected ${results} checked elements, got ${size.checked}`;
  if (size.wrong > size.checked) return `expected at most ${size.checked} wrong, got ${size.wrong}`;
  return size.leastBytes === bytes * size.iterations
    ? undefined
    : `expected ${bytes * size.iterations} as the least bytes, got ${size.leastBytes}`;
}

function readingsOf(
  size: Size,
  { dtype }: AllreduceParams,
  seat: Seat,
  line: number,
): readonly AllreduceReading[] {
  const ranks = countRanks(seat);
  const nodes = seat.members.length;
  const at = [{ command: 'run', output: 'stdout', line }];
  const dimensions = { operation: 'sum', dtype, bytes: size.bytes, ranks, nodes, transport: 'tcp' };
  const carried = Math.min(size.sentBytes, size.receivedBytes);
  const doubt =
    nodes > 1 && carried < size.leastBytes
      ? {
          invalid: `the interface in ${seat.network} carried ${carried} bytes of at least ${size.leastBytes}: the data went another way`,
        }
      : {};
  const perSecond = size.bytes / size.medianSeconds;
  const windowSeconds = size.meanSeconds * size.iterations;
  const timed = { dimensions, at, windowSeconds, ...doubt };
  return [
    {
      metric: 'busBandwidth',
      value: quantity('B/s', (perSecond * 2 * (ranks - 1)) / ranks),
      ...timed,
    },
    { metric: 'algorithmBandwidth', value: quantity('B/s', perSecond), ...timed },
    { metric: 'latency', value: quantity('s', size.medianSeconds), ...timed },
    // A wrong sum is wrong whichever way it came; a right one says nothing of a network that did not carry it.
    {
      metric: 'wrongValues',
      value: quantity('count', size.wrong),
      dimensions,
      at,
      ...(size.wrong > 0 ? {} : doubt),
    },
  ];
}

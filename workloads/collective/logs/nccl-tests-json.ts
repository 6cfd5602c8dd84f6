import * as z from 'zod';
import { defineLog, logPointer } from '../../kit/log.ts';
import { readJson } from '../../kit/read-output.ts';
import { err } from '../../kit/result.ts';
import type { NcclTimes } from '../read-nccl-tests.ts';
import { readingsOfTests } from '../read-nccl-tests.ts';
import { collective } from '../workload.ts';

const amount = z.number().nonnegative();
const Times = z.strictObject({
  time: amount,
  alg_bw: amount,
  bus_bw: amount,
  nwrong: z.union([z.number().int().nonnegative(), z.null()]),
});
const text = z.string().max(4096);
const count = z.number().int().nonnegative();

/** `-J FILE`, by util.cu of nccl-tests 2.17. `env` holds all of the environment, secrets too: of it only NCCL_ALGO is looked at. */
const Document = z.object({
  version: z.number().int().min(1).max(9),
  args: z.array(text).min(1).max(1000),
  env: z.array(z.string()).max(10_000).default([]),
  nccl_version: z.number().int().positive(),
  config: z.object({
    nthreads: count.min(1).max(1024),
    ngpus: count.min(1).max(1024),
    minimum_bytes: count,
    maximum_bytes: count,
    step_factor: count.optional(),
    step_bytes: count.optional(),
    iterations: count,
    aggregated_iterations: count,
    validation: count,
    devices: z
      .array(z.object({ rank: count, hostname: text }))
      .min(1)
      .max(100_000)
      .optional(),
  }),
  devices: z
    .array(z.object({ rank: count, hostname: text }))
    .min(1)
    .max(100_000)
    .optional(),
  results: z
    .array(
      z.object({
        size: count,
        count,
        type: z.string().max(40),
        redop: z.string().max(40),
        root: z.union([z.string().max(20), z.number()]),
        out_of_place: Times,
        in_place: Times,
      }),
    )
    .min(1)
    .max(10_000),
  out_of_bounds: z.object({ count }),
  average_bus_bandwidth: z.object({ bandwidth: amount }),
  errors: z.array(text).max(100).optional(),
  end_time: text,
});

/** What `all_reduce_perf -J FILE` leaves. */
export const ncclTestsJson = defineLog(collective, {
  id: 'nccl-tests-json',
  title: 'nccl-tests -J, all_reduce_perf',
  origin: 'rebuilt',
  mark: /"nccl_version"\s*:/,
  read: (text) => {
    const read = readJson(Document, text);
    if (!read.ok) return read;
    const { args, env, config, results, nccl_version: nccl, errors = [] } = read.value;
    // Of each process it lists the first rank alone.
    const each = config.nthreads * config.ngpus;
    const processes = config.devices ?? read.value.devices ?? [];
    if (processes.some(({ rank }, index) => rank !== index * each))
      return err('devices: expected every process once, in order of its ranks');
    const said = errors.find((each) => each !== '');
    if (said !== undefined) return err(`errors: ${said.slice(0, 200)}`);
    const [program = ''] = /[^/]*$/.exec(args[0] ?? '') ?? [];
    const chosen = env
      .find((each) => each.startsWith('NCCL_ALGO='))
      ?.slice('NCCL_ALGO='.length)
      .toLowerCase();
    return readingsOfTests({
      version: `NCCL ${Math.floor(nccl / 10_000)}.${Math.floor(nccl / 100) % 100}.${nccl % 100}`,
      program,
      // Another choice than these has no name here.
      algorithm:
        env.length === 0 ? undefined : chosen === undefined ? 'auto' : chosen === 'ring' ? 'ring' : undefined,
      hosts: processes.flatMap(({ hostname }) => Array.from({ length: each }, () => hostname)),
      range: {
        minBytes: config.minimum_bytes,
        maxBytes: config.maximum_bytes,
        step: config.step_factor ?? config.step_bytes ?? 0,
        isFactor: config.step_factor !== undefined,
        iterations: config.iterations * config.aggregated_iterations,
        isChecked: config.validation > 0,
      },
      rows: results.map(({ size, root, type, redop, count: elements, out_of_place, in_place }) => ({
        line: 0,
        bytes: size,
        count: elements,
        dtype: type,
        redop,
        root: `${root}`.trim(),
        outOfPlace: timesOf(out_of_place),
        inPlace: timesOf(in_place),
      })),
      wrong: read.value.out_of_bounds.count,
      mean: read.value.average_bus_bandwidth.bandwidth,
      at: (row, side) => logPointer(`/results/${row}/${side === 'outOfPlace' ? 'out_of_place' : 'in_place'}`),
    });
  },
});

const timesOf = ({ time, alg_bw, bus_bw, nwrong }: z.infer<typeof Times>): NcclTimes => ({
  microseconds: time,
  algbw: alg_bw,
  busbw: bus_bw,
  wrong: nwrong ?? undefined,
});

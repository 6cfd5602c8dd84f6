import * as z from 'zod';
import type { Dimensions } from '../kit/sample.ts';
import { defineWorkload } from '../kit/workload.ts';

const gibibyte = 1024 ** 3;

/** What is done to a file in the scratch directory. */
export const Params = z
  .strictObject({
    pattern: z.enum(['sequentialRead', 'sequentialWrite', 'randomRead', 'randomWrite', 'verify']),
    /** Bytes per request. */
    blockBytes: z
      .number()
      .int()
      .min(512)
      .max(64 * 1024 * 1024)
      .multipleOf(512),
    /** Requests in flight per job. */
    queueDepth: z.number().int().min(1).max(4096),
    jobs: z.number().int().min(1).max(256),
    /** Size of the one file that all jobs share; it is written in full first. */
    fileBytes: z
      .number()
      .int()
      .min(1024 * 1024)
      .max(64 * gibibyte),
    /** Length of the timed run. `verify` reads the whole file once instead and takes as long as that takes. */
    seconds: z.number().int().min(1).max(3600),
  })
  .refine((params) => params.fileBytes % params.blockBytes === 0, {
    error: 'fileBytes: expected a multiple of blockBytes',
  })
  // Sequential jobs on one file would read each other's blocks from the drive's cache.
  .refine((params) => params.jobs === 1 || params.pattern.startsWith('random'), {
    error: 'jobs: expected 1 unless the pattern is random',
  });
export type Params = z.infer<typeof Params>;

/** Random writes of 4 KiB to whole drives, in rounds until they are steady: what is on them is lost. */
const SteadyParams = z.strictObject({
  pattern: z.literal('steadyWrite'),
  /** The drives; the plan takes them from the inventory, and no suite says them. */
  serials: z
    .array(z.string().regex(/^[\x21-\x7e]{1,64}$/))
    .max(64)
    .default([]),
  /** The largest of them, for the plan. */
  driveBytes: z.number().int().positive().optional(),
  queueDepth: z.number().int().min(1).max(1024),
  roundSeconds: z.number().min(0.1).max(600),
  mostRounds: z.number().int().min(5).max(100),
});
export type SteadyParams = z.infer<typeof SteadyParams>;

const AnyParams = z.union([Params, SteadyParams]);
type AnyParams = z.infer<typeof AnyParams>;
export const isSteady = (params: AnyParams): params is SteadyParams => params.pattern === 'steadyWrite';
export const isFile = (params: AnyParams): params is Params => !isSteady(params);

/** Sixteen lanes of PCIe 6.0, the widest link of a drive or its controller (PCI-SIG: 64 GT/s a lane). */
const bytesOfLink = 128e9;
const throughput = { best: () => bytesOfLink, why: 'sixteen lanes of PCIe 6.0' };
const rate = {
  best: ({ blockBytes }: Dimensions): number => bytesOfLink / Number(blockBytes ?? 512),
  why: throughput.why,
};
const latency = { best: () => 0.5e-6, why: 'there and back over PCIe alone' };

/** What each pattern gives; a drive that answers with an error has a block that was not read back, whatever was to be measured. */
const speedsOf: Readonly<Record<Params['pattern'], readonly string[]>> = {
  sequentialRead: ['sequentialReadThroughput', 'readLatency'],
  sequentialWrite: ['sequentialWriteThroughput', 'writeLatency'],
  randomRead: ['randomReadRate', 'readLatency'],
  randomWrite: ['randomWriteRate', 'writeLatency'],
  verify: [],
};

/** File I/O on one drive: throughput, rate, latency, and whether data come back as they were written. */
export const nvme = defineWorkload({
  id: 'nvme',
  title: 'File I/O on one drive',
  scope: 'device',
  load: 'light',
  params: AnyParams,
  destroys: isSteady,
  measures: (params) => [
    ...(isSteady(params) ? ['steadyWriteRate'] : speedsOf[params.pattern]),
    'verifyErrors',
  ],
  metrics: {
    sequentialReadThroughput: {
      unit: 'B/s',
      better: 'higher',
      domain: 'positive',
      title: 'Sequential read',
      bound: throughput,
    },
    sequentialWriteThroughput: {
      unit: 'B/s',
      better: 'higher',
      domain: 'positive',
      title: 'Sequential write',
      bound: throughput,
    },
    randomReadRate: { unit: 'IOPS', better: 'higher', domain: 'positive', title: 'Random read', bound: rate },
    randomWriteRate: {
      unit: 'IOPS',
      better: 'higher',
      domain: 'positive',
      title: 'Random write',
      bound: rate,
    },
    steadyWriteRate: {
      unit: 'IOPS',
      better: 'higher',
      domain: 'positive',
      title: 'Random write to a drive that is full, in steady state',
      bound: rate,
    },
    readLatency: {
      unit: 's',
      better: 'lower',
      domain: 'positive',
      title: 'Read latency from submission to completion',
      bound: latency,
    },
    writeLatency: {
      unit: 's',
      better: 'lower',
      domain: 'positive',
      title: 'Write latency from submission to completion',
      bound: latency,
    },
    verifyErrors: {
      unit: 'count',
      better: 'lower',
      domain: 'count',
      title: 'Blocks that were read back otherwise than they were written',
      correctness: true,
    },
  },
});

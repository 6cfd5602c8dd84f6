import * as z from 'zod';
import { concernOf, deviceParams } from '../kit/device-program.ts';
import type { Dimensions } from '../kit/sample.ts';
import type { Reading } from '../kit/tool.ts';
import { defineWorkload } from '../kit/workload.ts';

const cores = z.enum(['one', 'all']);
/** Whole seconds, because `openssl speed` takes no others. */
const seconds = z.number().int().min(1).max(600);

export const Sha256Params = z.discriminatedUnion('mode', [
  z.strictObject({
    mode: z.literal('bulk'),
    blockBytes: z.union([z.literal(16384), z.literal(80)]),
    cores,
    seconds,
  }),
  z.strictObject({ mode: z.literal('header'), algorithm: z.enum(['single', 'double']), cores, seconds }),
  /** On accelerators: SHA-256d of block headers, or SHA-256 of messages of 16 KiB. */
  z.strictObject({ mode: z.literal('device'), work: z.enum(['headers', 'messages']), ...deviceParams }),
]);
export type Sha256Params = z.infer<typeof Sha256Params>;
type Of<K extends Sha256Params['mode']> = Extract<Sha256Params, { readonly mode: K }>;
export const isBulk = (params: Sha256Params): params is Of<'bulk'> => params.mode === 'bulk';
export const isHeader = (params: Sha256Params): params is Of<'header'> => params.mode === 'header';
export const isDevice = (params: Sha256Params): params is Of<'device'> => params.mode === 'device';

/**
 * Blocks of 64 bytes that a CPU thread can compress in a second: the instruction for it does two of 64 rounds, no core ends
 * more than two of these in a cycle (Intel SDM, SHA256RNDS2; uops.info), or has more than 8 GHz.
 */
const blocksOfThread = (2 / 32) * 8e9;
const blocksAtMost = ({ threads }: Dimensions): number => blocksOfThread * Number(threads ?? 1);
const why = 'two SHA-256 instructions of two rounds a cycle, 8 GHz, each thread';

/** No accelerator does more 32-bit operations in a second, and each of 64 rounds takes ten at least. */
const blocksOfAccelerator = 1e14 / (64 * 10);
const whyOfAccelerator = '1e14 operations on 32 bits a second, ten for each round';

/** The speed that a step with these parameters gives. */
function rateOf(params: Sha256Params): string {
  switch (params.mode) {
    case 'bulk':
      return params.blockBytes === 80 ? 'softwarePathRate' : 'bulkThroughput';
    case 'header':
      return params.algorithm === 'double' ? 'doubleHeaderHashRate' : 'headerHashRate';
    case 'device':
      return params.work === 'headers' ? 'deviceHeaderHashRate' : 'deviceBulkThroughput';
  }
}

export const sha256 = defineWorkload({
  id: 'sha256',
  title: 'SHA-256',
  scope: 'node',
  load: (params) => (isDevice(params) ? 'heavy' : 'light'),
  params: Sha256Params,
  measures: (params) => ['wrongDigests', rateOf(params)],
  concerns: (params) => (isDevice(params) ? concernOf(params) : undefined),
  metrics: {
    bulkThroughput: {
      unit: 'B/s',
      better: 'higher',
      domain: 'positive',
      title: 'SHA-256, 16 KiB blocks',
      bound: { best: (dimensions) => 64 * blocksAtMost(dimensions), why },
    },
    softwarePathRate: {
      unit: 'OP/s',
      better: 'higher',
      domain: 'positive',
      title: 'SHA-256 of 80 bytes through EVP (software path)',
      bound: { best: (dimensions) => blocksAtMost(dimensions) / 2, why },
    },
    headerHashRate: {
      unit: 'H/s',
      better: 'higher',
      domain: 'positive',
      title: 'SHA-256 of block headers',
      bound: { best: blocksAtMost, why },
    },
    doubleHeaderHashRate: {
      unit: 'H/s',
      better: 'higher',
      domain: 'positive',
      title: 'SHA-256d of block headers',
      bound: { best: (dimensions) => blocksAtMost(dimensions) / 2, why },
    },
    deviceHeaderHashRate: {
      unit: 'H/s',
      better: 'higher',
      domain: 'positive',
      title: 'SHA-256d of block headers on an accelerator',
      bound: { best: () => blocksOfAccelerator / 2, why: whyOfAccelerator },
    },
    deviceBulkThroughput: {
      unit: 'B/s',
      better: 'higher',
      domain: 'positive',
      title: 'SHA-256 of 16 KiB messages on an accelerator',
      bound: { best: () => 64 * blocksOfAccelerator, why: whyOfAccelerator },
    },
    wrongDigests: {
      unit: 'count',
      better: 'lower',
      domain: 'count',
      title: 'Digests that differ from the known answer',
      correctness: true,
    },
  },
});
export type Sha256Reading = Reading<typeof sha256.metrics>;

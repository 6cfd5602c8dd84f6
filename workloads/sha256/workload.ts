import * as z from 'zod';
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
]);
export type Sha256Params = z.infer<typeof Sha256Params>;

/**
 * Blocks of 64 bytes that a CPU thread can compress in a second: the instruction for it does two of 64 rounds, no core ends
 * more than two of these in a cycle (Intel SDM, SHA256RNDS2; uops.info), or has more than 8 GHz.
 */
const blocksOfThread = (2 / 32) * 8e9;
const blocksAtMost = ({ threads }: Dimensions): number => blocksOfThread * Number(threads ?? 1);
const why = 'two SHA-256 instructions of two rounds a cycle, 8 GHz, each thread';

export const sha256 = defineWorkload({
  id: 'sha256',
  title: 'SHA-256 on the CPU',
  scope: 'node',
  load: 'light',
  params: Sha256Params,
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

import * as z from 'zod';
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
    },
    softwarePathRate: {
      unit: 'OP/s',
      better: 'higher',
      domain: 'positive',
      title: 'SHA-256 of 80 bytes through EVP (software path)',
    },
    headerHashRate: {
      unit: 'H/s',
      better: 'higher',
      domain: 'positive',
      title: 'SHA-256 of block headers',
    },
    doubleHeaderHashRate: {
      unit: 'H/s',
      better: 'higher',
      domain: 'positive',
      title: 'SHA-256d of block headers',
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

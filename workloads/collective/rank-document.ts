import * as z from 'zod';
import { BrokenDevice, MeasuredDevice, UnmeasuredDevice, whyMismatched } from '../kit/read-devices.ts';
import type { CollectiveParams } from './workload.ts';
import { listSizes } from './workload.ts';

const count = z.number().int().nonnegative();

/** What a rank did of one size; times by its device, of each sum. */
const Size = z.strictObject({
  bytes: count.positive(),
  checked: count.positive(),
  wrong: count,
  /** Of all ranks of all nodes. */
  wrongOfAll: count,
  seconds: z.array(z.number().positive()).min(1),
});

/** What native/nccl.c says of a rank. */
const Rank = MeasuredDevice.extend({
  rank: count,
  ranks: count.min(2),
  /** As ncclGetVersion says it: 22501 is 2.25.1. */
  nccl: count.min(21400).max(999_999),
  ncclLibrary: z.string().min(1),
  /** Of memory that may be locked, as a network card asks for it; −1: any. */
  lockableBytes: z.number().int().min(-1),
  sharedMemoryBytes: count,
  dtype: z.enum(['fp32', 'bf16']),
  algorithm: z.enum(['ring', 'auto']),
  warmUps: z.literal(5),
  freeBytes: count,
  /** The largest size that fits on all ranks. */
  fittingBytes: count.positive(),
  sizes: z.array(Size).min(1),
});
export type Rank = z.infer<typeof Rank>;

/** What native/nccl.c prints. */
export const Document = z.strictObject({
  compiler: z.string().min(1),
  concurrency: z.literal('together'),
  asked: count.min(1),
  devices: z.array(z.union([UnmeasuredDevice, BrokenDevice, Rank])).min(1),
});
export type Document = z.infer<typeof Document>;

/** Whom native/ranks.h blames has to be among the ranks, by number and address. */
export function whyUnreadable(
  found: Document['devices'][number],
  devices: readonly { readonly address: string }[],
): string | undefined {
  if (!('error' in found)) return undefined;
  for (const [words, rank = '', address = ''] of found.error.matchAll(/rank (\S+) at (\S+)/g))
    if (!/^\d{1,3}$/.test(rank) || devices[Number(rank)]?.address !== address.replace(/:$/, ''))
      return `expected a rank of this run, got \`${words.slice(0, 80)}\``;
  const waited = /no answer for (\S+) s/.exec(found.error)?.[1];
  return waited === undefined || /^\d{1,6}$/.test(waited)
    ? undefined
    : `expected seconds without an answer, got \`${waited.slice(0, 40)}\``;
}

/** In what ranks are not those that were asked for, or not of one run. */
export function whyOther(all: readonly Rank[], params: CollectiveParams, nodes: number): string | undefined {
  const [first] = all;
  const bytesOfElement = params.dtype === 'fp32' ? 4 : 2;
  for (const [index, found] of all.entries()) {
    const mismatch = whyMismatched('cuda', found);
    if (mismatch !== undefined) return mismatch;
    if (found.rank !== index || found.ranks !== all.length * nodes)
      return `expected rank ${index} of ${all.length * nodes}, got rank ${found.rank} of ${found.ranks}`;
    for (const key of ['dtype', 'algorithm'] as const)
      if (found[key] !== params[key]) return `expected ${key} ${params[key]}, got ${found[key]}`;
    for (const key of ['nccl', 'fittingBytes'] as const)
      if (found[key] !== first?.[key]) return `expected ${key} to be that of rank 0, got ${found[key]}`;
    const sizes = listSizes(params).filter((bytes) => bytes <= found.fittingBytes);
    if (sizes.length !== found.sizes.length)
      return `expected ${sizes.length} sizes, got ${found.sizes.length}`;
    for (const [place, bytes] of sizes.entries()) {
      const size = found.sizes[place];
      const results = (bytes / bytesOfElement) * (found.warmUps + params.iterations);
      if (size?.bytes !== bytes || size.seconds.length !== params.iterations)
        return `expected ${params.iterations} sums of ${bytes} bytes, got ${size?.seconds.length ?? 0} of ${size?.bytes ?? 0}`;
      const own = all.reduce((sum, { sizes }) => sum + (sizes[place]?.wrong ?? 0), 0);
      if (nodes === 1 ? size.wrongOfAll !== own : size.wrongOfAll > results * found.ranks)
        return `expected ${own} wrong elements of all ranks, got ${size.wrongOfAll}`;
      if (size.checked !== results || size.wrong > results)
        return `expected ${results} checked elements, got ${size.wrong} wrong of ${size.checked}`;
    }
    const timed = found.sizes.flatMap(({ seconds }) => seconds).reduce((sum, each) => sum + each, 0);
    // Two clocks: the device's, which may be rounded, and the host's.
    if (timed > found.elapsedSeconds * 1.01 + 0.01)
      return `expected sums within ${found.elapsedSeconds} s, got ${timed} s`;
    const sum = (of: 'checked' | 'wrong'): number => found.sizes.reduce((all, size) => all + size[of], 0);
    if (sum('checked') !== found.checked || sum('wrong') !== found.wrong)
      return `expected totals of all sizes, got ${found.wrong} wrong of ${found.checked}`;
  }
  return undefined;
}

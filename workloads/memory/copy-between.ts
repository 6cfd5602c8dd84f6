import * as z from 'zod';
import type { DeviceProgram } from '../kit/read-devices.ts';
import { MeasuredDevice } from '../kit/read-devices.ts';
import { quantity } from '../kit/unit.ts';
import prebuilt from './prebuilt/digests.json' with { type: 'json' };
import type { MemoryParams, MemoryReading } from './workload.ts';

type Params = Extract<MemoryParams, { readonly target: 'peers' }>;

const count = z.number().int().nonnegative();

/** What native/peer.c says of the copies from one device: `done` are bytes that arrived in the timed window of a pair. */
const Copied = MeasuredDevice.extend({
  bytes: count.positive(),
  peers: count.positive(),
  copies: z
    .array(
      z.strictObject({
        to: z.string().regex(/^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/),
        done: count.positive(),
        elapsedSeconds: z.number().positive(),
        checked: count.positive(),
        wrong: count,
      }),
    )
    .min(1),
});
type Copied = z.infer<typeof Copied>;

/** Six decimals each. */
const rounding = 1e-5;

function whyOther({ address, bytes, peers, copies, ...all }: Copied, asked: Params): string | undefined {
  if (asked.bytes !== 'auto' && bytes !== asked.bytes)
    return `expected copies of ${asked.bytes} bytes, got ${bytes}`;
  const targets = new Set([address, ...copies.map(({ to }) => to)]);
  if (copies.length !== peers || targets.size !== peers + 1)
    return `expected copies from ${address} to ${peers} others, got ${[...targets].slice(1).join(', ')}`;
  const sum = (key: 'checked' | 'wrong' | 'elapsedSeconds'): number =>
    copies.reduce((total, copy) => total + copy[key], 0);
  const isSum =
    sum('checked') === all.checked &&
    sum('wrong') === all.wrong &&
    Math.abs(sum('elapsedSeconds') - all.elapsedSeconds) < rounding;
  // Every word of the last copy was compared.
  const isChecked = copies.every(({ checked, wrong }) => checked >= bytes / 4 && wrong <= checked);
  return isSum && isChecked
    ? undefined
    : `expected sums of the copies from ${address}, all checked, got others`;
}

/** Copies from device to device by native/peer.c. */
export const copyBetween: DeviceProgram<Params, Copied, MemoryReading> = {
  workload: 'memory',
  program: 'peer',
  prebuilt: prebuilt.peer,
  kernels: 'memory',
  args: ({ bytes }) => [bytes === 'auto' ? '0' : `${bytes}`],
  Found: Copied,
  whyOther,
  read: ({ bytes, copies }, { device, dimensions: place, at }) =>
    copies.flatMap(({ to, done, elapsedSeconds, checked, wrong }, index): MemoryReading[] => {
      const dimensions = { ...place, to, bytes };
      return [
        {
          metric: 'peerCopy',
          value: quantity('B/s', done / elapsedSeconds),
          dimensions,
          device,
          at: [at(`copies/${index}/done`), at(`copies/${index}/elapsedSeconds`)],
          windowSeconds: elapsedSeconds,
        },
        {
          metric: 'wrongWords',
          value: quantity('count', wrong),
          dimensions: { ...dimensions, checked },
          device,
          at: [at(`copies/${index}/wrong`)],
        },
      ];
    }),
  wrong: (reading) => ({ ...reading, metric: 'wrongWords' }),
};

import * as z from 'zod';
import type { DeviceProgram } from '../kit/read-devices.ts';
import { MeasuredDevice } from '../kit/read-devices.ts';
import { quantity } from '../kit/unit.ts';
import prebuilt from './prebuilt/digests.json' with { type: 'json' };
import type { MemoryParams, MemoryReading } from './workload.ts';

type Params = Extract<MemoryParams, { readonly target: 'device' }>;

const count = z.number().int().nonnegative();

/** What native/device.c says of a device: `done` are bytes moved in the timed window, of all arrays together. */
const Moved = MeasuredDevice.extend({
  what: z.enum(['triad', 'copy', 'hostToDevice', 'deviceToHost']),
  bytes: count.positive(),
  done: count.positive(),
});
/** Or how much memory was written and read back, and which words were not as they were written. */
const Tested = MeasuredDevice.extend({
  what: z.literal('pattern'),
  bytes: count.positive(),
  passes: count.min(2),
  bad: z.array(z.strictObject({ offset: count, differs: z.string().regex(/^[0-9a-f]{8}$/) })),
});
const Found = z.union([Moved, Tested]);

/** Of less than this a memory test says little; drivers and displays keep some for themselves. */
const leastShare = 0.8;

/** Moves and tests the memory of accelerators by native/device.c. */
export const testDevices: DeviceProgram<Params, z.infer<typeof Found>, MemoryReading> = {
  workload: 'memory',
  program: 'device',
  prebuilt: prebuilt.device,
  kernels: 'memory',
  args: ({ what, bytes }) => [what, bytes === 'auto' ? '0' : `${bytes}`],
  Found,
  whyOther: (found, { what, bytes }) =>
    found.what !== what || (bytes !== 'auto' && found.bytes > bytes)
      ? `expected ${what}, got ${found.what} of ${found.bytes} bytes`
      : undefined,
  read: (found, { device, dimensions: place, at }, { on, bytes }) => {
    const dimensions = { ...place, what: found.what, bytes: found.bytes };
    const wrong = {
      value: quantity('count', found.wrong),
      dimensions: { ...dimensions, checked: found.checked },
      device,
      at: [at('wrong')],
    };
    if (found.what === 'pattern') {
      const wanted = bytes === 'auto' ? leastShare * found.memoryBytes : bytes;
      const isShort = on === 'accelerators' && found.wrong === 0 && found.bytes < wanted;
      const invalid = `only ${found.bytes} of ${found.memoryBytes} bytes of memory were tested`;
      return [{ ...wrong, metric: 'patternErrors', ...(isShort ? { invalid } : {}) }];
    }
    return [
      {
        metric: found.what,
        value: quantity('B/s', found.done / found.elapsedSeconds),
        dimensions,
        device,
        at: [at('done'), at('elapsedSeconds')],
        windowSeconds: found.elapsedSeconds,
      },
      { ...wrong, metric: 'wrongWords' },
    ];
  },
  wrong: (reading, { what }) => ({ ...reading, metric: what === 'pattern' ? 'patternErrors' : 'wrongWords' }),
};

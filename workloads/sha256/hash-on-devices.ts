import * as z from 'zod';
import type { DeviceProgram } from '../kit/read-devices.ts';
import { MeasuredDevice } from '../kit/read-devices.ts';
import { quantity } from '../kit/unit.ts';
import prebuilt from './prebuilt/digests.json' with { type: 'json' };
import type { Sha256Params, Sha256Reading } from './workload.ts';

type Params = Extract<Sha256Params, { readonly mode: 'device' }>;

const units = { headers: 'headers', messages: 'bytes' } as const;

/** What native/device.c says of a device: `done` are headers, or bytes of messages. */
const Found = MeasuredDevice.extend({
  work: z.enum(['headers', 'bytes']),
  done: z.number().int().positive(),
});

/** Hashes on accelerators by native/device.c. */
export const hashOnDevices: DeviceProgram<Params, z.infer<typeof Found>, Sha256Reading> = {
  workload: 'sha256',
  program: 'device',
  prebuilt: prebuilt.device,
  kernels: 'sha256',
  args: ({ work }) => [work],
  Found,
  whyOther: (found, { work }) =>
    found.work === units[work] ? undefined : `expected ${units[work]}, got ${found.work}`,
  read: (found, { device, dimensions, at }, { work }) => {
    const speed = found.done / found.elapsedSeconds;
    const common = {
      device,
      at: [at('done'), at('elapsedSeconds')],
      windowSeconds: found.elapsedSeconds,
    };
    return [
      work === 'headers'
        ? {
            ...common,
            metric: 'deviceHeaderHashRate',
            value: quantity('H/s', speed),
            dimensions: { ...dimensions, compressionsPerHash: 2 },
          }
        : {
            ...common,
            metric: 'deviceBulkThroughput',
            value: quantity('B/s', speed),
            dimensions: { ...dimensions, blockBytes: 16384 },
          },
      {
        metric: 'wrongDigests',
        value: quantity('count', found.wrong),
        dimensions: { ...dimensions, checked: found.checked },
        device,
        at: [at('wrong')],
      },
    ];
  },
  wrong: (reading) => ({ ...reading, metric: 'wrongDigests' }),
};

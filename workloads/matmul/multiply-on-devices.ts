import * as z from 'zod';
import type { DeviceProgram } from '../kit/read-devices.ts';
import { MeasuredDevice } from '../kit/read-devices.ts';
import { quantity } from '../kit/unit.ts';
import { seed } from './plan-gemm.ts';
import prebuilt from './prebuilt/digests.json' with { type: 'json' };
import type { MatmulReading, VectorParams } from './workload.ts';

const formats = {
  fp32: { dtype: 'fp32', accumulate: 'fp32' },
  fp16: { dtype: 'fp16', accumulate: 'fp32' },
  half: { dtype: 'fp16', accumulate: 'fp16-by-16-then-fp32' },
} as const;

/** What native/device.c says of a device: `rows` of C were made in the timed window. */
const Found = MeasuredDevice.extend({
  dtype: z.enum(['fp32', 'fp16']),
  accumulate: z.enum(['fp32', 'fp16-by-16-then-fp32']),
  distribution: z.literal('normal'),
  seed: z.literal(seed),
  size: z.number().int().positive(),
  rows: z.number().int().positive(),
});

/** Multiplies on the vector units of accelerators by native/device.c, which reaches no matrix unit: what it gives stands for none. */
export const multiplyOnDevices: DeviceProgram<VectorParams, z.infer<typeof Found>, MatmulReading> = {
  workload: 'matmul',
  program: 'device',
  prebuilt: prebuilt.device,
  kernels: 'gemm',
  args: ({ kernel, size }) => [kernel, `${size}`, `${seed}`],
  Found,
  whyOther: (found, { kernel, size }) => {
    const { dtype, accumulate } = formats[kernel];
    return found.dtype === dtype && found.accumulate === accumulate && found.size === size
      ? undefined
      : `expected ${dtype} in ${accumulate} of size ${size}, got ${found.dtype} in ${found.accumulate} of ${found.size}`;
  },
  read: (found, { device, dimensions: place, at }) => {
    const { dtype, accumulate, size, distribution } = found;
    const dimensions = { ...place, dtype, accumulate, size, distribution, seed };
    return [
      {
        metric: 'vectorThroughput',
        value: quantity('FLOP/s', (2 * found.rows * size ** 2) / found.elapsedSeconds),
        dimensions,
        device,
        at: [at('rows'), at('elapsedSeconds')],
        windowSeconds: found.elapsedSeconds,
      },
      {
        metric: 'wrongElements',
        value: quantity('count', found.wrong),
        dimensions: { ...dimensions, checked: found.checked },
        device,
        at: [at('wrong')],
      },
    ];
  },
  wrong: (reading) => ({ ...reading, metric: 'wrongElements' }),
};

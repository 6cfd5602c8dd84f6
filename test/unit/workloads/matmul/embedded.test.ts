import { describe, expect, it } from 'vitest';
import { run } from '../../../../workloads/matmul/kernel.ts';
import { embedded } from '../../../../workloads/matmul/tools/embedded.ts';
import { machine, recorded, withOutput, withText } from '../sha256/recorded.ts';

const params = { dtype: 'fp32', size: 512, cores: 'all', seconds: 1 } as const;
const good = recorded('matmul', 'embedded-node24.21.0');

describe('embedded matmul', () => {
  it('runs the pool program with as many threads as CPUs', () => {
    const [command] = embedded.plan(params, machine({ allowedCpus: 2 }));
    expect(command?.args).toEqual([
      '{bundle}/pool.mjs',
      'matmul',
      '{"threads":2,"size":512,"seconds":1,"seed":1}',
    ]);
  });

  it('serves FP32 of sizes that JavaScript can multiply', () => {
    const facts = machine({ allowedCpus: 2 });
    expect(embedded.needs(params, facts).ok).toBe(true);
    expect(embedded.needs({ ...params, dtype: 'fp16' }, facts).ok).toBe(false);
    expect(embedded.needs({ ...params, size: 2048 }, facts).ok).toBe(false);
    expect(embedded.needs({ ...params, size: 510 }, facts).ok).toBe(false);
  });

  it('adds up the products of all workers over the slowest window', () => {
    const parsed = embedded.parse(good, params);
    expect(parsed).toMatchObject({
      ok: true,
      value: {
        toolVersion: 'node 24.21.0',
        readings: [
          {
            metric: 'throughput',
            value: expect.closeTo(4132031093.65, 1) as number,
            dimensions: {
              dtype: 'fp32',
              size: 512,
              cores: 'all',
              threads: 2,
              distribution: 'normal',
              implementation: 'javascript',
            },
          },
          { metric: 'wrongElements', value: 0, dimensions: { checked: 16384 } },
        ],
      },
    });
  });

  it.each([
    ['nothing ran', {}],
    ['the pool failed', withOutput(good, 'run', { exitCode: 1 })],
    ['stdout is empty', withOutput(good, 'run', { stdout: '' })],
    ['stdout is cut off', withOutput(good, 'run', { stdout: good['run']!.stdout.slice(0, 90) })],
    ['a worker is missing', withText(good, 'run', '"threads":2', '"threads":3')],
    ['another size', withText(good, 'run', '"size":512', '"size":256')],
    ['a worker stopped early', withText(good, 'run', '1018.5024470000001', '500.5')],
    ['a worker ran longer than the pool', withText(good, 'run', '1018.5024470000001', '9000.5')],
    ['nothing checked', withText(good, 'run', '"checked":8192', '"checked":0')],
    ['nan', withText(good, 'run', '1464.8956079999998', 'nan')],
    ['a decimal comma', withText(good, 'run', '1464.8956079999998', '1464,89')],
  ])('refuses: %s', (_, outputs) => {
    expect(embedded.parse(outputs, params).ok).toBe(false);
  });

  it('refuses two threads where one core was asked for', () => {
    expect(embedded.parse(good, { ...params, cores: 'one' }).ok).toBe(false);
  });

  it.each([64, 132])('multiplies matrices of %i right', (size) => {
    expect(run({ threads: 1, size, seconds: 0.02, seed: 1 })).toMatchObject({
      size,
      checked: 16 * size,
      wrong: 0,
    });
  });
});

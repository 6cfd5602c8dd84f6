import { describe, expect, it } from 'vitest';
import type { Sha256Params } from '../../../../workloads/sha256/spec.ts';
import { openssl } from '../../../../workloads/sha256/tools/openssl.ts';
import { machine, recorded, withOutput, withText } from './recorded.ts';

const bulk = { mode: 'bulk', blockBytes: 16384, cores: 'one', seconds: 2 } as const satisfies Sha256Params;
const good = recorded('sha256', 'openssl-3.0.19');
const rate = '1748164608.00';

describe('openssl: plan', () => {
  it('measures wall-clock time of one process on one core', () => {
    expect(openssl.plan(bulk, machine({ allowedCpus: 8 })).map(({ args }) => args.join(' '))).toEqual([
      'version',
      'dgst -sha256 -r',
      'speed -elapsed -evp sha256 -mr -bytes 16384 -seconds 2',
    ]);
  });

  it.each([
    ['the CPUs that the process may use', { allowedCpus: 3.9, logicalCpus: 64 }, '3'],
    ['all CPUs when the limit is unknown', { logicalCpus: 64 }, '64'],
  ])('forks as many processes as %s', (_, cpus, expected) => {
    const args = openssl.plan({ ...bulk, cores: 'all', blockBytes: 80 }, machine(cpus)).at(-1)?.args;
    expect(args?.join(' ')).toBe(`speed -elapsed -evp sha256 -mr -bytes 80 -seconds 2 -multi ${expected}`);
  });

  it('serves neither headers nor an unknown number of CPUs', () => {
    const header = { mode: 'header', algorithm: 'double', cores: 'one', seconds: 1 } as const;
    expect(openssl.needs(header, machine({ logicalCpus: 2 })).ok).toBe(false);
    expect(openssl.needs({ ...bulk, cores: 'all' }, machine({}))).toEqual({
      ok: false,
      error: 'the number of usable CPUs is unknown',
    });
    expect(openssl.needs(bulk, machine({})).ok).toBe(true);
  });
});

describe('openssl: parse', () => {
  it('reads the rate of 16 KiB blocks and checks a known digest', () => {
    expect(openssl.parse(good, bulk)).toEqual({
      ok: true,
      value: {
        toolVersion: '3.0.19',
        readings: [
          {
            metric: 'bulkThroughput',
            value: 1748164608,
            dimensions: { blockBytes: 16384, cores: 'one', threads: 1, 'device.kind': 'cpu' },
            at: [{ command: 'speed', output: 'stdout', line: 2 }],
          },
          {
            metric: 'wrongDigests',
            value: 0,
            dimensions: { checked: 1, 'device.kind': 'cpu' },
            at: [{ command: 'digest', output: 'stdout', line: 1 }],
          },
        ],
      },
    });
  });

  it('takes the total of several processes, not the line of a child', () => {
    const parsed = openssl.parse(recorded('sha256', 'openssl-3.0.19-multi'), { ...bulk, cores: 'all' });
    expect(parsed.ok && parsed.value.readings[0]).toEqual({
      metric: 'bulkThroughput',
      value: 3498491904,
      dimensions: { blockBytes: 16384, cores: 'all', threads: 2, 'device.kind': 'cpu' },
      at: [{ command: 'speed', output: 'stdout', line: 7 }],
    });
  });

  it('counts digests, not bytes, of 80-byte messages, under a name of their own', () => {
    const parsed = openssl.parse(recorded('sha256', 'openssl-3.0.19-80-bytes'), { ...bulk, blockBytes: 80 });
    expect(parsed.ok && parsed.value.readings[0]).toMatchObject({
      metric: 'softwarePathRate',
      value: 6317594.5,
      dimensions: { blockBytes: 80, compressionsPerHash: 2 },
    });
  });

  it('shows masked SHA extensions as what they are: right and slow', () => {
    const parsed = openssl.parse(recorded('sha256', 'openssl-3.0.19-without-sha-ni'), bulk);
    expect(parsed.ok && parsed.value.readings.map(({ value }) => value)).toEqual([528195584, 0]);
  });

  it('counts a wrong digest', () => {
    const parsed = openssl.parse(withText(good, 'digest', 'ba7816bf', 'ba7816be'), bulk);
    expect(parsed.ok && parsed.value.readings[1]).toMatchObject({ metric: 'wrongDigests', value: 1 });
  });

  it('quotes why openssl failed', () => {
    expect(openssl.parse(recorded('sha256', 'openssl-3.0.19-unknown-digest'), bulk)).toEqual({
      ok: false,
      error:
        'command `speed`: expected exit code 0, got exit code 1: `speed: nosuch is an unknown cipher or digest`',
    });
  });

  it.each([
    ['nothing ran', {}],
    ['the speed test never ran', { version: good['version']!, digest: good['digest']! }],
    ['the digest was never computed', { version: good['version']!, speed: good['speed']! }],
    ['the process was killed', withOutput(good, 'speed', { exitCode: undefined })],
    ['stdout is empty', withOutput(good, 'speed', { stdout: '' })],
    ['the total is cut off', withOutput(good, 'speed', { stdout: '+H:16384\n+F:25:sha' })],
    [
      'only children reported',
      withOutput(good, 'speed', { stdout: 'Got: +H:16384 from 0\nGot: +F:25:sha256:1746042880.00 from 0\n' }),
    ],
    [
      'two totals',
      withOutput(good, 'speed', { stdout: `+H:16384\n+F:25:sha256:${rate}\n+F:25:sha256:${rate}\n` }),
    ],
    ['several block sizes', withText(good, 'speed', '+H:16384', '+H:16:16384')],
    ['another block size', withText(good, 'speed', '+H:16384', '+H:8192')],
    ['no block size', withText(good, 'speed', '+H:16384\n', '')],
    ['another digest', withText(good, 'speed', 'sha256', 'sha512')],
    ['a decimal comma', withText(good, 'speed', rate, '1748164608,00')],
    ['nan', withText(good, 'speed', rate, 'nan')],
    ['inf', withText(good, 'speed', rate, 'inf')],
    ['zero', withText(good, 'speed', rate, '0.00')],
    ['a negative rate', withText(good, 'speed', rate, '-1.00')],
    ['a rate per block size', withText(good, 'speed', rate, '1.00:2.00')],
    ['a digest that is none', withText(good, 'digest', 'ba7816bf', 'BA78')],
    ['another program', withText(good, 'version', 'OpenSSL', 'LibreSSL')],
  ])('refuses: %s', (_, outputs) => {
    expect(openssl.parse(outputs, bulk).ok).toBe(false);
  });

  it('refuses outputs of one core where all were asked for, and the reverse', () => {
    expect(openssl.parse(good, { ...bulk, cores: 'all' }).ok).toBe(false);
    expect(openssl.parse(recorded('sha256', 'openssl-3.0.19-multi'), bulk).ok).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { openssl } from '../../../../workloads/sha256/tools/openssl.ts';
import type { Sha256Params } from '../../../../workloads/sha256/workload.ts';
import { fillFacts, loadCase } from '../../../support/case.ts';
import { withText } from '../altered.ts';

const bulk = { mode: 'bulk', blockBytes: 16384, cores: 'one', seconds: 2 } as const satisfies Sha256Params;
const good = loadCase('sha256', 'openssl-3.0.19').outputs;
const multi = loadCase('sha256', 'openssl-3.0.19-multi').outputs;
const rate = '1748164608.00';

describe('openssl: plan', () => {
  it.each([
    ['the CPUs that the process may use', { 'limits.allowedCpus': 3.9, 'cpu.logicalCpus': 64 }, '3'],
    ['all CPUs when the limit is unknown', { 'cpu.logicalCpus': 64 }, '64'],
  ])('forks as many processes as %s', (_, cpus, expected) => {
    const args = openssl.plan({ ...bulk, cores: 'all', blockBytes: 80 }, fillFacts(cpus)).at(-1)?.args;
    expect(args?.join(' ')).toBe(`speed -elapsed -evp sha256 -mr -bytes 80 -seconds 2 -multi ${expected}`);
  });

  it('serves neither headers nor an unknown number of CPUs', () => {
    const header = { mode: 'header', algorithm: 'double', cores: 'one', seconds: 1 } as const;
    expect(openssl.needs(header, fillFacts({ 'cpu.logicalCpus': 2 })).ok).toBe(false);
    expect(openssl.needs({ ...bulk, cores: 'all' }, fillFacts({}))).toEqual({
      ok: false,
      error: 'the number of usable CPUs is unknown',
    });
    expect(openssl.needs(bulk, fillFacts({})).ok).toBe(true);
  });
});

describe('openssl: parse', () => {
  it('counts a wrong digest', () => {
    const parsed = openssl.parse(withText(good, ['digest'], 'ba7816bf', 'ba7816be'), bulk);
    expect(parsed.ok && parsed.value.readings[1]).toMatchObject({ metric: 'wrongDigests', value: 1 });
  });

  it.each([
    ['several block sizes', withText(good, ['speed'], '+H:16384', '+H:16:16384')],
    ['another block size', withText(good, ['speed'], '+H:16384', '+H:8192')],
    ['another digest', withText(good, ['speed'], 'sha256', 'sha512')],
    ['zero', withText(good, ['speed'], rate, '0.00')],
    ['a negative rate', withText(good, ['speed'], rate, '-1.00')],
    ['a rate per block size', withText(good, ['speed'], rate, '1.00:2.00')],
    ['a digest that is none', withText(good, ['digest'], 'ba7816bf', 'BA78')],
    ['another program', withText(good, ['version'], 'OpenSSL', 'LibreSSL')],
  ])('refuses: %s', (_, outputs) => {
    expect(openssl.parse(outputs, bulk).ok).toBe(false);
  });

  it('refuses a total that is not the sum of all children', () => {
    const less = withText(multi, ['speed'], '+F:25:sha256:3498491904.00', '+F:25:sha256:3498491903.00');
    expect(openssl.parse(less, { ...bulk, cores: 'all' })).toEqual({
      ok: false,
      error: 'speed: expected the sum of all children, 3498491904, got `3498491903.00`',
    });
  });

  it('refuses outputs of one core where all were asked for, and the reverse', () => {
    expect(openssl.parse(good, { ...bulk, cores: 'all' }).ok).toBe(false);
    expect(openssl.parse(multi, bulk).ok).toBe(false);
  });
});

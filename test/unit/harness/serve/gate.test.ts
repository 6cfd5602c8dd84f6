import { describe, expect, it } from 'vitest';
import type { GateOptions } from '../../../../harness/serve/gate.ts';
import { createGate, isLoopback } from '../../../../harness/serve/gate.ts';

const token = '0123456789abcdef0123456789abcdef';
const open: GateOptions = { address: '127.0.0.1', names: [], token: undefined, proxyHeader: undefined };
const turns = (options: Partial<GateOptions>, headers: Record<string, string>): number | undefined =>
  createGate({ ...open, ...options })(new Headers(headers))?.status;
const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;

describe('who may see the site', () => {
  it.each([
    'localhost',
    'localhost:8765',
    '127.0.0.1:1',
    '[::1]:8765',
    'LOCALHOST:80',
  ])('is asked as %s', (host) => {
    expect(turns({}, { host })).toBeUndefined();
  });

  it.each([
    'evil.example',
    'localhost.evil.example:8765',
    '127.0.0.1.nip.io',
    '',
    'localhost:1@evil.example',
    '10.0.0.1',
  ])('is not asked as `%s`, which leads here by DNS rebinding', (host) => {
    expect(turns({}, { host })).toBe(421);
  });

  it('is known by its own address and by names that were let in', () => {
    const wide = { address: '10.1.2.3', names: ['Assay.Example.org'], token };
    const authorization = `Bearer ${token}`;
    expect(turns(wide, { host: '10.1.2.3:80', authorization })).toBeUndefined();
    expect(turns(wide, { host: 'assay.example.org', authorization })).toBeUndefined();
    expect(turns(wide, { host: 'other.example.org', authorization })).toBe(421);
  });

  it('needs a token or a proxy beyond this machine', () => {
    for (const address of ['0.0.0.0', '::', '10.1.2.3', '192.168.0.1'])
      expect(() => createGate({ ...open, address })).toThrow(/expected --token-file or --proxy-header/);
    expect(isLoopback('127.8.9.1') && isLoopback('::1')).toBe(true);
    expect(() => createGate({ ...open, address: 'localhost' })).toThrow(/IP address/);
    expect(() => createGate({ ...open, token: 'short' })).toThrow(/at least 16/);
    expect(() => createGate({ ...open, proxyHeader: 'X User' })).toThrow(/name of a header/);
  });

  it.each([
    [{}, 401],
    [{ authorization: `Bearer ${token}` }, undefined],
    [{ authorization: `bearer ${token}` }, undefined],
    [{ authorization: `Bearer ${token}0` }, 401],
    [{ authorization: basic(`any:${token}`) }, undefined],
    [{ authorization: basic(`:${token}`) }, undefined],
    [{ authorization: basic(`any:wrong`) }, 401],
    [{ authorization: 'Basic %%%' }, 401],
    [{ authorization: 'Bearer' }, 401],
  ])('with a token: %j gives %s', (headers, status) => {
    expect(turns({ token }, { host: 'localhost', ...(headers as Record<string, string>) })).toBe(status);
  });

  it.each([
    [{}, 403],
    [{ 'x-user': ' ' }, 403],
    [{ 'x-user': 'ana' }, undefined],
  ])('with a proxy: %j gives %s', (headers, status) => {
    expect(
      turns({ proxyHeader: 'X-User' }, { host: 'localhost', ...(headers as Record<string, string>) }),
    ).toBe(status);
  });
});

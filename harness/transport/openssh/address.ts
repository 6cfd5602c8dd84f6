import { isIPv6, SocketAddress } from 'node:net';
import { lowerCase } from './pattern.ts';

/**
 * How a numeric address is written in the end: `127.1` is 127.0.0.1 (ssh.c: resolve_canonicalize). Undefined for a name,
 * and for an address that is not of the AddressFamily.
 */
export function canonicalAddress(text: string, family = 'any'): string | undefined {
  const [address = '', zone] = text.split('%', 2);
  if (isIPv6(address)) {
    if (family === 'inet') return undefined;
    const canonical = new SocketAddress({ family: 'ipv6', address }).address;
    if (canonical === lowerCase(address)) return text; // the case of letters stays
    return zone === undefined ? canonical : `${canonical}%${zone}`;
  }
  return family === 'inet6' ? undefined : canonicalIpv4(text);
}

/** inet_aton(3): one to four numbers, decimal, octal or hexadecimal, the last of which fills what is left. */
function canonicalIpv4(text: string): string | undefined {
  const parts = text.split('.');
  if (parts.length > 4 || !parts.every((part) => /^(0x[0-9a-f]+|0[0-7]*|[1-9]\d*)$/i.test(part)))
    return undefined;
  const numbers = parts.map((part) => (/^0[0-7]+$/.test(part) ? Number.parseInt(part, 8) : Number(part)));
  const last = numbers.pop() ?? 0;
  const room = 256 ** (4 - numbers.length);
  if (numbers.some((number) => number > 255) || last >= room) return undefined;
  const value = numbers.reduce((sum, number, index) => sum + number * 256 ** (3 - index), last);
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

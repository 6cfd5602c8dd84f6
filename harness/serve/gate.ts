import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { AssayError } from '../../workloads/kit/assay-error.ts';

/** Who may see the site. */
export interface GateOptions {
  /** IP address that it listens at. */
  readonly address: string;
  /** Names that it is asked by beside those of this machine itself. */
  readonly names: readonly string[];
  readonly token: string | undefined;
  /** What a proxy in front says of whom it let through. */
  readonly proxyHeader: string | undefined;
}

/** Why a request is turned away. */
export interface Turned {
  readonly status: 401 | 403 | 421;
  readonly text: string;
}

const leastToken = 16;

/** Checks what was asked for on the command line, and that nobody sees the site whom nobody let in. Throws USAGE. */
export function createGate({
  address,
  names,
  token,
  proxyHeader,
}: GateOptions): (headers: Headers) => Turned | undefined {
  if (isIP(address) === 0)
    throw new AssayError('USAGE', `expected --address to be an IP address, got \`${address.slice(0, 60)}\``, {
      hint: '127.0.0.1 is for this machine alone.',
    });
  if (!isLoopback(address) && token === undefined && proxyHeader === undefined)
    throw new AssayError(
      'USAGE',
      `expected --token-file or --proxy-header for a site that other machines reach at ${address}, got neither`,
      { hint: 'Leave --address out and come through ssh -L, or see docs/serve.md.' },
    );
  if (token !== undefined && (token.length < leastToken || !/^[\x21-\x7e]+$/.test(token)))
    throw new AssayError(
      'USAGE',
      `--token-file: expected one line of at least ${leastToken} letters, digits or signs`,
      {
        hint: 'Make one with: openssl rand -hex 32',
      },
    );
  if (proxyHeader !== undefined && !/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(proxyHeader))
    throw new AssayError(
      'USAGE',
      `expected --proxy-header to be the name of a header, got \`${proxyHeader.slice(0, 60)}\``,
      {
        hint: 'X-Forwarded-User is what most proxies set.',
      },
    );
  const known = new Set(
    ['localhost', '127.0.0.1', '::1', address, ...names].map((name) => name.toLowerCase()),
  );
  return (headers) => {
    // A page elsewhere whose name was made to lead here asks by its own name (DNS rebinding).
    if (!known.has(hostOf(headers)))
      return {
        status: 421,
        text: 'This site is not called like that: assay serve --name NAME lets a name in.',
      };
    if (token !== undefined && !isSame(givenToken(headers), token))
      return {
        status: 401,
        text: 'The token of this site is asked for (as a password with any name, or as a bearer).',
      };
    if (proxyHeader !== undefined && (headers.get(proxyHeader) ?? '').trim() === '')
      return { status: 403, text: 'The proxy in front of this site has not said who asks.' };
    return undefined;
  };
}

/** Whether only this machine reaches an address. */
export const isLoopback = (address: string): boolean =>
  address === '::1' || /^127\.\d+\.\d+\.\d+$/.test(address);

/** The name in the Host header, without port and brackets. */
const hostOf = (headers: Headers): string =>
  (headers.get('host') ?? '')
    .toLowerCase()
    .replace(/:\d{1,5}$/, '')
    .replace(/^\[(.*)\]$/, '$1');

/** What came as a bearer token, or as the password of whatever name. */
function givenToken(headers: Headers): string {
  const [, scheme = '', value = ''] =
    /^(bearer|basic) +(\S+)$/i.exec(headers.get('authorization') ?? '') ?? [];
  if (scheme.toLowerCase() === 'bearer') return value;
  const pair = Buffer.from(value, 'base64').toString();
  return pair.slice(pair.indexOf(':') + 1);
}

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Takes as long whatever the difference is. */
const isSame = (given: string, token: string): boolean => timingSafeEqual(digestOf(given), digestOf(token));

import type { Result } from '../../../workloads/kit/result.ts';
import { err, ok } from '../../../workloads/kit/result.ts';
import type { Services } from './values.ts';
import { isDomain, readPort } from './values.ts';

/** A server as a person names it. */
export interface HostAndPort {
  readonly host: string;
  readonly user: string | undefined;
  readonly port: number | undefined;
}

const invalid = (text: string): Result<never> => err(`expected [user@]host[:port], got \`${text}\``);

/** Reads `[user@]host[:port]`, an IPv6 address in brackets, or a URI `ssh://` (readconf.c: parse_jump). */
export const readHostAndPort = (text: string, services: Services): Result<HostAndPort> =>
  text.startsWith('ssh://') ? readUri(text, services) : readPlain(text, services);

/** misc.c: parse_user_host_port. What follows the last `@` is the host. */
function readPlain(text: string, services: Services): Result<HostAndPort> {
  const at = text.lastIndexOf('@');
  const user = at < 0 ? undefined : text.slice(0, at);
  const [, host = '', port] = /^(\[[^\]]*\]|[^:/[][^:/]*)(?::([^]*))?$/.exec(text.slice(at + 1)) ?? [];
  if (host === '' || host === '[]' || user === '') return invalid(text);
  return withPort(text, { user, host: withoutBrackets(host) }, port, services);
}

/** misc.c: parse_uri. Escapes in the user; the host is a name or an IPv4 address; no path. */
function readUri(text: string, services: Services): Result<HostAndPort> {
  const [, login, host = '', port, path = ''] =
    /^ssh:\/\/(?:([^@]*)@)?(\[[^\]]*\]|[^:/[][^:/]*)(?::([^/]*))?(?:\/([^]*))?$/.exec(text) ?? [];
  const user = login === undefined ? undefined : decode(login.replace(/;.*/s, ''));
  const name = withoutBrackets(host);
  if (user === '' || !isDomain(name) || path !== '') return invalid(text);
  return withPort(text, { user, host: name.replace(/\.$/, '') }, port, services);
}

function withPort(
  text: string,
  server: Omit<HostAndPort, 'port'>,
  port: string | undefined,
  services: Services,
): Result<HostAndPort> {
  if (port === undefined || port === '') return ok({ ...server, port: undefined });
  const number = readPort(port, services);
  return number === undefined ? invalid(text) : ok({ ...server, port: number });
}

const withoutBrackets = (host: string): string => host.replace(/^\[([^]*)\]$/, '$1');

/** misc.c: urldecode; empty where an escape is none. */
function decode(text: string): string {
  if (/%(?![0-9a-f]{2})|%00/i.test(text)) return '';
  const bytes = Buffer.from(text.replaceAll('+', ' ')).toString('latin1');
  const decoded = bytes.replaceAll(/%(..)/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(decoded, 'latin1').toString();
}

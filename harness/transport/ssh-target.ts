import { isIPv6 } from 'node:net';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { HostAndPort } from './openssh/host-and-port.ts';
import { readHostAndPort } from './openssh/host-and-port.ts';
import { loadServices } from './openssh/services.ts';
import type { Services } from './openssh/values.ts';
import { isHostName, isUserName } from './openssh/values.ts';

/** A host as a person names it: an address, or an alias of ssh_config. */
export type SshTarget = HostAndPort;

/**
 * Reads `[user@]host[:port]` or `ssh://[user@]host[:port]`, as ssh reads them behind -J and on its command line; an IPv6
 * address in brackets, or alone and then without a port.
 */
export function readSshTarget(
  text: string,
  where = 'target',
  services: Services = loadServices(),
): SshTarget {
  const at = text.lastIndexOf('@') + 1;
  const isAddress = isIPv6(text.slice(at));
  const read = readHostAndPort(isAddress ? `${text.slice(0, at)}[${text.slice(at)}]` : text, services);
  if (read.ok && isHostName(read.value.host) && isUserName(read.value.user ?? '')) return read.value;
  throw new AssayError('CONFIG_INVALID', `${where}: expected [user@]host[:port], got \`${text}\``, {
    hint: 'Put an IPv6 address with a port into brackets: [fe80::1]:22. No character of the shell may stand in it.',
  });
}

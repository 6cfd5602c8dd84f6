import { AssayError } from '../../workloads/kit/assay-error.ts';

/** A host as a person names it: an address, or an alias of ssh_config. */
export interface SshTarget {
  readonly host: string;
  readonly user: string | undefined;
  readonly port: number | undefined;
}

/** Reads `[user@]host[:port]`, `[user@][ipv6][:port]` or the same behind `ssh://`. */
export function readSshTarget(text: string, where = 'target'): SshTarget {
  const parts =
    /^(?:ssh:\/\/)?(?:([^@\s]+)@)?(?:\[([0-9A-Fa-f:.%\w]+)\]|([^\s:@/[\]-][^\s:@/[\]]*))(?::(\d{1,5}))?\/?$/.exec(
      text,
    );
  const [, user, address, name, port] = parts ?? [];
  const host = address ?? name;
  const number = port === undefined ? undefined : Number(port);
  if (host === undefined || (number !== undefined && (number < 1 || number > 65_535))) {
    throw new AssayError('CONFIG_INVALID', `${where}: expected [user@]host[:port], got \`${text}\``, {
      hint: 'Put an IPv6 address into brackets: [fe80::1]:22.',
    });
  }
  return { host, user, port: number };
}

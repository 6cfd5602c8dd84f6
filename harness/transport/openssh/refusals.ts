import { AssayError } from '../../../workloads/kit/assay-error.ts';
import type { Options } from './compute-options.ts';
import { lowerCase } from './pattern.ts';

/** Something that OpenSSH takes and Assay refuses. docs/ssh.md shows this list; tests know no other. */
export interface Refusal {
  readonly name: string;
  readonly because: string;
  readonly instead: string;
  /** Which values of the option are refused; without it, it is found elsewhere. */
  readonly refuses?: (value: string) => boolean;
}

const named = (value: string): boolean => lowerCase(value) !== 'none';

export const refusals = [
  {
    name: 'ProxyCommand',
    because: 'A command of a file would be run on the coordinator, once for each machine.',
    instead: 'Use ProxyJump.',
    refuses: named,
  },
  {
    name: 'Match exec',
    because: 'A command of a file would be run on the coordinator. It is refused where its answer decides.',
    instead: 'Write the section with Host or Match host.',
  },
  {
    name: 'Match tagged',
    because:
      'Criteria of OpenSSH 9.4 and later (tagged, localnetwork, version, sessiontype, command) are not supported.',
    instead: 'Write the section with Host, Match host or Match user.',
  },
  {
    name: 'KnownHostsCommand',
    because: 'A command of a file would be run on the coordinator.',
    instead: 'Write the keys into a known_hosts file.',
    refuses: named,
  },
  {
    name: 'RevokedHostKeys',
    because: 'Lists of revoked keys (KRL) are not read, and must not be passed over.',
    instead: 'Mark revoked keys with @revoked in a known_hosts file.',
    refuses: named,
  },
  {
    name: 'PKCS11Provider',
    because: 'No library of a file is loaded.',
    instead: 'Add the token to an agent: ssh-add -s <provider>',
    refuses: named,
  },
  {
    name: 'PubkeyAuthentication',
    because: 'Assay logs in with keys only. Refused: no.',
    instead: 'Allow keys for these machines.',
    refuses: (value) => value === 'no',
  },
  {
    name: 'PreferredAuthentications',
    because: 'Assay logs in with keys only. Refused: a list without publickey.',
    instead: 'Add publickey to the list.',
    refuses: (value) => !value.split(',').includes('publickey'),
  },
  {
    name: 'BindAddress',
    because: 'Not supported, and another way to the machine is another network that is measured.',
    instead: 'Use a route for its address.',
    refuses: () => true,
  },
  {
    name: 'BindInterface',
    because: 'Not supported, and another way to the machine is another network that is measured.',
    instead: 'Use a route through this interface.',
    refuses: () => true,
  },
  {
    name: 'CanonicalizeHostname',
    because:
      'Names are not looked up to find others: whom we trust would depend on the DNS. Refused: yes, always.',
    instead: 'Give the full name with HostName.',
    refuses: (value) => value !== 'no',
  },
  {
    name: 'User',
    because: 'OpenSSH takes `%` and `${` literally before 10.0 and expands them since.',
    instead: 'Write the user out.',
    refuses: (value) => /%|\$\{/.test(value),
  },
  {
    name: 'ProxyJump',
    because: 'OpenSSH hands its value to a shell. Refused: characters that mean something there.',
    instead: 'Write names without quotes, blanks and characters of the shell.',
  },
  {
    name: 'jumps',
    because: 'More than 8 are a mistake.',
    instead: 'Look for a host whose ProxyJump leads back to itself.',
  },
  {
    name: '~user',
    because: 'Homes of other users are not looked up.',
    instead: 'Write the path out.',
  },
  {
    name: '%C',
    because: 'Behind a jump its value differs between versions of OpenSSH.',
    instead: 'Use %h and %p.',
  },
  {
    name: 'algorithms',
    because:
      'Ciphers, MACs, KexAlgorithms or HostKeyAlgorithms leave none that Assay has and holds for safe.',
    instead: 'Allow one of: curve25519-sha256, aes128-gcm@openssh.com, hmac-sha2-256, ssh-ed25519.',
  },
  {
    name: 'unreadable files',
    because:
      'OpenSSH passes over an ssh_config or known_hosts that is there and cannot be read: it may hold a revocation.',
    instead: 'Make it readable to its owner: chmod u+r',
  },
  {
    name: 'marker',
    because:
      'OpenSSH passes over a line of known_hosts that begins with @ and cannot be read: a revocation would get lost.',
    instead: 'Correct or remove the line.',
  },
] as const satisfies readonly Refusal[];

export type RefusalName = (typeof refusals)[number]['name'];

/** Refuses what is in the list. */
export function refuse(name: RefusalName, text: string): never {
  throw new AssayError('CONFIG_INVALID', text, {
    hint: refusals.find((each) => each.name === name)?.instead,
  });
}

/** Refuses a setting for a host. */
export const refuseSetting = (name: RefusalName, host: string, found: string): never =>
  refuse(name, `ssh_config: expected no setting for ${host} that Assay does not support, found \`${found}\``);

/** Refuses options that change whom we trust or how we get there, and that are not supported: never ignored. */
export function refuseOptions(host: string, options: Options): void {
  for (const refusal of refusals) {
    const [value] = options.get(lowerCase(refusal.name)) ?? [];
    if (value !== undefined && 'refuses' in refusal && refusal.refuses(value))
      refuseSetting(refusal.name, host, `${lowerCase(refusal.name)} ${value}`);
  }
}

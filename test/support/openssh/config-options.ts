import type { Choices } from './random.ts';

/** Choices for one case: in most of them nothing is wrong on purpose. */
export interface Grammar extends Choices {
  readonly isWrong: boolean;
}
export type Make = (choices: Grammar) => string;

/** What ssh does not take; the others it does. */
const wrong = (
  ...values: readonly [string, ...string[]]
): { readonly wrong: readonly [string, ...string[]] } => ({
  wrong: values,
});
type Value = string | ReturnType<typeof wrong>;
const of =
  (...values: readonly [string, ...Value[]]): Make =>
  (choices) => {
    const right = values.filter((value) => typeof value === 'string');
    const value = choices.isWrong ? choices.among(values) : undefined;
    return typeof value === 'object'
      ? choices.among(value.wrong)
      : choices.among(right as [string, ...string[]]);
  };

export const hosts = [
  'gpu1',
  'gpu2',
  'GPU1',
  'gpu1.hall',
  'GPU2.Hall',
  'jump',
  'gpu_3',
  '10.0.0.7',
  '127.1',
  '0x7f.0.0.2',
] as const;
export const users = ['bench', 'root', 'be#nch', 'a.b', 'admin'] as const;

const path: Make = ({ among, is, isWrong }) => {
  const start = among(['~/', '/keys/', '%d/', '${KEYS}/', '/k#1/', '~//x/', '${HOME}/.ssh/'] as const);
  const end = among([
    'id',
    'id_%r',
    '%h-%p',
    '%n.%u',
    'id#2',
    '%%h',
    '%k',
    '%i',
    '%L/%l',
    '%C',
    'my key',
    "it's",
    'a\\b',
    '${USERNAME}',
  ] as const);
  return `${start}${end}${isWrong && is(0.1) ? among(['%z', '%', '${NOWHERE}', '${', '${}', '%{x'] as const) : ''}`;
};

export const patterns: Make = ({ among, is, between }) => {
  return Array.from({ length: between(1, 3) }, () => {
    const pattern = is(0.4)
      ? among(['*', 'gpu?', 'gpu*', '*.hall', '1*', '*1', '?pu1', 'gp[u]1'] as const)
      : among(hosts);
    return `${is(0.2) ? '!' : ''}${pattern}`;
  }).join('\0');
};

const jump: Make = ({ among, is, isWrong }) => {
  const one = (): string =>
    `${is(0.4) ? `${among([...users, '%r', 'x@y'] as const)}@` : ''}${among(['jump', 'bastion', 'gpu2', '[::1]', '10.0.0.1', '%h-jump', 'J2'] as const)}${is(0.3) ? `:${among(['2200', '22', 'ssh', ''] as const)}` : ''}`;
  if (is(0.15)) return 'none';
  if (is(0.1))
    return `ssh://${is(0.5) ? 'me%40x@' : ''}bastion${is(0.5) ? ':2201' : ''}${is(0.2) ? '/' : ''}`;
  if (isWrong && is(0.2))
    return among(['a b', '"bastion"', 'a:b', '::1', 'ssh://[::1]:22', 'a@', '@b', 'host:0'] as const);
  return is(0.3) ? `${one()},${one()}` : one();
};

/** Options that count, with values that ssh takes, and a few that it does not. */
const options: readonly (readonly [weight: number, keyword: string, value: Make])[] = [
  [
    12,
    'HostName',
    of(
      '%h.hall',
      '10.0.0.8',
      'Node1.Example',
      '%h',
      '127.0.1',
      '::1',
      'FE80::1',
      '010.0.0.1',
      'a%%b',
      wrong('%n', '%'),
    ),
  ],
  [12, 'User', of(...users)],
  [10, 'Port', of('22', '2222', '+23', '0022', 'ssh', '65535', wrong('0', '65536', 'nothing', '-1', '22x'))],
  [
    14,
    'IdentityFile',
    (choices) => (choices.is(0.1) ? choices.among(['none', 'NONE'] as const) : path(choices)),
  ],
  [6, 'IdentitiesOnly', of('yes', 'no', 'true', 'False', 'YES')],
  [
    5,
    'IdentityAgent',
    of(
      'none',
      'SSH_AUTH_SOCK',
      '$KEYS',
      '${KEYS}/agent',
      '~/agent',
      '%d/a-%r',
      '/run/agent',
      'None',
      '$NOWHERE',
      wrong('${NOWHERE}', '$bad-name'),
    ),
  ],
  [
    6,
    'UserKnownHostsFile',
    (choices) =>
      choices.is(0.2)
        ? 'none'
        : Array.from({ length: choices.between(1, 3) }, () => path(choices)).join('\0'),
  ],
  [2, 'GlobalKnownHostsFile', of('none', '/etc/ssh/x', '~/g', '/g/%h', '/a\0/b', wrong('none\0/a'))],
  [2, 'HostKeyAlias', of('Rack7', 'hall-%n', 'gpu1')],
  [
    6,
    'ConnectTimeout',
    of('5', '10s', '1m', '1h30m', 'none', '0', '1w2d', wrong('soon', '-5', '5x', '', '1.5')),
  ],
  [2, 'CheckHostIP', of('yes', 'no')],
  [2, 'AddressFamily', of('inet', 'INET6', 'any')],
  [9, 'ProxyJump', jump],
  [1, 'ProxyCommand', of('none', 'nc %h %p', 'None')],
  [
    2,
    'HostKeyAlgorithms',
    of('ssh-ed25519', '^rsa-sha2-256', '-ecdsa*', '+ssh-rsa', 'rsa-sha2-512,ssh-ed25519', 'ecdsa-*'),
  ],
  [
    2,
    'MACs',
    of('hmac-sha2-512', '-*etm*', '^hmac-sha2-256', '+hmac-sha1', 'hmac-sha2-512,hmac-sha2-256', 'hmac-sha1'),
  ],
  [1, 'Ciphers', of('aes256-gcm@openssh.com', '-chacha*', '^aes256-ctr', 'aes128-ctr,aes256-ctr')],
  [
    1,
    'KexAlgorithms',
    of('curve25519-sha256', '-ecdh*', '^ecdh-sha2-nistp384', 'diffie-hellman-group14-sha256'),
  ],
  [1, 'RequiredRSASize', of('2048', '1024', '0', wrong('big'))],
  [1, 'PubkeyAuthentication', of('yes', 'no', 'unbound', 'host-bound', wrong('maybe'))],
  [1, 'CertificateFile', (choices) => `${path(choices)}.pub`],
  [1, 'CanonicalizeHostname', of('no', 'no', 'yes')],
  [1, 'StrictHostKeyChecking', of('no', 'accept-new', 'yes', 'ask', 'off', wrong('perhaps'))],
];

/** Options that say nothing about who is reached, of which ssh still wants the right form. */
export const others: readonly (readonly [keyword: string, value: Make])[] = [
  ['ForwardAgent', of('yes', 'no', '$KEYS', '~/sock', wrong('${NOWHERE}'))],
  ['Compression', of('yes', 'no', wrong('true'))],
  ['ServerAliveInterval', of('30', '1m', 'none')],
  ['ServerAliveCountMax', of('3', wrong('x'))],
  ['SendEnv', of('LANG\0LC_*', '-LC_*', wrong('A=b'))],
  ['SetEnv', of('A=b', 'A=b c', wrong('A'))],
  ['LogLevel', of('DEBUG', 'quiet', wrong('loud'))],
  ['ControlMaster', of('auto', 'autoask', wrong('sometimes'))],
  ['ControlPath', of('~/.ssh/%C', 'none')],
  ['ControlPersist', of('10m', 'yes', wrong('Yes'))],
  ['EscapeChar', of('none', '^A', '~', wrong('ab'))],
  ['IPQoS', of('lowdelay\0throughput', '0x10', wrong('cs8'))],
  ['RekeyLimit', of('1G\x001h', 'default\0none', '64', wrong('15'))],
  ['RequestTTY', of('force', 'no')],
  ['LocalForward', of('8080\0localhost:80', wrong('8080'))],
  ['AddKeysToAgent', of('yes', 'confirm\x005m', '1h', wrong('confirm\0x'))],
  ['PreferredAuthentications', of('publickey', 'publickey,password')],
  ['PubkeyAcceptedKeyTypes', of('+ssh-rsa')],
  ['GSSAPIAuthentication', of('yes')],
  ['VerifyHostKeyDNS', of('ask')],
  ['UpdateHostKeys', of('no')],
  ['Protocol', of('2,1 and more')],
  ['UserRoaming', of('no')],
  ['CanonicalDomains', of('hall.example', 'none', wrong('.bad'))],
  ['TunnelDevice', of('any:any', wrong('0:x'))],
  ['StreamLocalBindMask', of('0177', wrong('9'))],
  ['ConnectionAttempts', of('3', wrong('0'))],
  ['LocalCommand', of('echo # all of it', wrong('echo "unclosed'))],
];

/** Each as often as it weighs. */
export const weighted = options.flatMap((option) => Array.from({ length: option[0] }, () => option));

import { createHmac, randomBytes } from 'node:crypto';
import type { Choices } from './random.ts';

/** Public keys as in known_hosts, by the names of their files; `host-*` are those of the server. */
export type Keys = Readonly<Record<string, string>>;

export interface GeneratedKnownHosts {
  readonly host: string;
  readonly port: number;
  readonly alias: string | undefined;
  /** The user's files, then the system's. */
  readonly files: readonly [readonly string[], readonly string[]];
  /** Types of the keys that the server has. */
  readonly serverKeys: readonly string[];
  /** HostKeyAlgorithms. */
  readonly algorithms: string | undefined;
}

const hosts = ['gpu1', 'GPU1', 'gpu1.hall', '10.0.0.7', 'gpu_2', '::1'] as const;

/** HMAC-SHA1 of the name, as `ssh-keygen -H` writes it. */
function hash(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

export function generateKnownHosts(choices: Choices, keys: Keys): GeneratedKnownHosts {
  const { among, is, between } = choices;
  const host = among(hosts);
  const port = is(0.5) ? 22 : among([2222, 222] as const);
  const alias = is(0.15) ? among(['Rack7', 'gpu1'] as const) : undefined;
  const bare = host.toLowerCase();
  const names = [...new Set([alias?.toLowerCase() ?? bare, bare, `[${bare}]:${port}`])];
  const serverKeys = ['ed25519', 'ecdsa', 'rsa'].filter(() => is(0.6));
  const generator = { ...choices, names, keys };
  const file = (): string => {
    const lines = Array.from({ length: between(0, 5) }, () => line(generator));
    const newline = is(0.1) ? '\r\n' : '\n';
    return `${is(0.03) ? '\ufeff' : ''}${lines.join(newline)}${is(0.8) ? newline : ''}`;
  };
  return {
    host,
    port,
    alias,
    files: [is(0.3) ? [file(), file()] : [file()], is(0.4) ? [file()] : []],
    serverKeys: serverKeys.length === 0 ? ['ed25519'] : serverKeys,
    algorithms: is(0.15)
      ? among([
          'ssh-ed25519,ecdsa-sha2-nistp256,rsa-sha2-256',
          'rsa-sha2-256,ecdsa-*,ssh-ed25519',
          '^ecdsa-sha2-nistp256',
          '^rsa-sha2-512',
          '-ssh-ed25519',
          '+ssh-rsa',
        ] as const)
      : undefined,
  };
}

interface Generator extends Choices {
  readonly names: readonly string[];
  readonly keys: Keys;
}

function line(generator: Generator): string {
  const { is, among } = generator;
  if (is(0.06))
    return among([
      '',
      '# gpu1 comment',
      '   ',
      '\t# x',
      '\r',
      'gpu1',
      'gpu1 ',
      'gpu1 ssh-rsa',
      'gpu1 ssh-rsa #',
      '127.0.0.1 1024 37 1599334',
    ] as const);
  const marker = is(0.12)
    ? among(['@revoked ', '@revoked ', '@revoked ', '@cert-authority ', '@revoked  \t'] as const)
    : is(0.005)
      ? among(['@trusted ', '@revoked\t', '@REVOKED ', '@revoked @revoked ', '@'] as const)
      : '';
  const key = keyText(generator, marker !== '');
  const separator = is(0.9) ? ' ' : among(['\t', '  ', ' \t'] as const);
  const end = is(0.25) ? among([' comment', ' two words # x', '  ', '\t', '#x', ' @revoked'] as const) : '';
  return `${is(0.06) ? among([' ', '\t', '\u00a0'] as const) : ''}${marker}${hostField(generator)}${separator}${key.replace(' ', separator)}${end}`;
}

function hostField({ is, among, between, names }: Generator): string {
  const own = (): string => among(names as [string, ...string[]]);
  const one = (): string => {
    const name = own();
    if (is(0.4)) return name;
    if (is(0.2)) return name.toUpperCase();
    return among([
      '*',
      `${name.slice(0, -1)}?`,
      `${name.slice(0, 2)}*`,
      `*${name.slice(-2)}`,
      '[*]:*',
      '[*]:2222',
      'gpu*',
      'other',
      'other.example',
      `${name}.`,
      `${name}x`,
      '',
      '[gpu1]:22',
    ] as const);
  };
  if (is(0.2)) {
    const hashed = hash(is(0.8) ? own() : among(['other', 'GPU1'] as const));
    if (is(0.9)) return hashed;
    return among([
      `${hashed},foo`,
      `${hashed}=`,
      hashed.replace('|1|', '|2|'),
      hashed.slice(0, -4),
      `foo,${hashed}`,
      '|1|',
      `!${hashed}`,
      hashed.replace('=|', '|'),
    ] as const);
  }
  return Array.from({ length: is(0.6) ? 1 : between(2, 4) }, () => `${is(0.12) ? '!' : ''}${one()}`).join(
    ',',
  );
}

function keyText({ is, among, keys }: Generator, isMarked: boolean): string {
  const names = Object.keys(keys).flatMap((name) => (name.startsWith('host-') ? [name, name, name] : [name]));
  const key = keys[among(names as [string, ...string[]])] ?? '';
  if (is(isMarked ? 0.98 : 0.9)) return key;
  const [type = '', base64 = ''] = key.split(' ');
  return among([
    `${type} ${base64.slice(0, -4)}`,
    `${type} ${base64}AAAA`,
    `${type} ${base64.replace(/=*$/, '')}`,
    `${type} ${base64}=`,
    `ssh-rsa ${base64}`,
    `${type.toUpperCase()} ${base64}`,
    `rsa-sha2-512 ${base64}`,
    `${type} !${base64}`,
    `${type} ${base64.slice(0, 20)}\r${base64.slice(20)}`,
    type,
    `${type},${base64}`,
  ] as const);
}

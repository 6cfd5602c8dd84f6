import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { userInfo } from 'node:os';
import { readServices } from '../../../harness/transport/openssh/values.ts';
import { readSshTarget } from '../../../harness/transport/ssh-target.ts';
import { AssayError } from '../../../workloads/kit/assay-error.ts';
import type { Comparison } from './comparison.ts';
import type { Choices } from './random.ts';
import { createChoices } from './random.ts';

const services = readServices(readFileSync('/etc/services', 'utf8'));

/** Compares how a generated target is read with what ssh makes of it behind -J, and of an IPv6 address as its destination. */
export function compareTarget(seed: number): Comparison {
  const text = generateTarget(createChoices(seed));
  const [ours, theirs] = [readOurs(text), askSsh(text)];
  const kind = ours === theirs || theirs === 'cut' ? 'equal' : 'differs';
  return {
    kind,
    why: kind === 'equal' ? '' : `ours ${ours}, ssh ${theirs}`,
    isAcceptedByThem: !['refused', 'cut'].includes(theirs),
    isAcceptedByUs: ours !== 'refused',
    about: JSON.stringify(text),
  };
}

function generateTarget({ among, is, between }: Choices): string {
  const user = among([
    'bench',
    'alice@corp.example',
    'a b',
    'a%40b',
    'a;x=1',
    '-l',
    '',
    "it's",
    'a\\b',
    'ü',
    'a+b',
    'x -y',
  ] as const);
  const host = among([
    'gpu1',
    'GPU_01.',
    '10.0.0.7',
    '[::1]',
    '[fe80::1%eth0]',
    '::1',
    'fe80::1%eth0',
    '2001:db8::1',
    '[gpu1]',
    '[::1',
    '-gpu',
    '',
    'a..b',
    'a$b',
    'a b',
    'gpu1]',
    'ü',
  ] as const);
  const port = among([
    '22',
    '2222',
    'ssh',
    '0',
    '65536',
    '',
    ' 22',
    '+22',
    '0x16',
    '22a',
    '-1',
    '022',
    '22/x',
    'domain',
  ] as const);
  const text = `${is(0.15) ? among(['ssh://', 'SSH://', 'sftp://', 'ssh:'] as const) : ''}${is(0.4) ? `${user}@` : ''}${host}${is(0.4) ? `${among([':', ':', ':', '/'] as const)}${port}` : ''}`;
  if (is(0.8)) return text;
  const at = between(0, text.length);
  return `${text.slice(0, at)}${among(['@', ':', '/', '[', ']', '%', '"', '\\', ' ', '\t', '~', '#', '=', '*', '`', '&'] as const)}${text.slice(at + between(0, 1))}`;
}

function readOurs(text: string): string {
  try {
    const { user, host, port } = readSshTarget(text, 'target', services);
    const isUsual = port === undefined || (port === 22 && text.startsWith('ssh://'));
    return `${user === undefined ? '' : `${user}@`}${host}${isUsual ? '' : `:${port}`}`;
  } catch (cause) {
    if (cause instanceof AssayError) return 'refused';
    throw cause;
  }
}

/** As the destination where that has no port of its own, else behind -J, which also ends at white space and `#`. */
function askSsh(text: string): string {
  const isDestination =
    /^ssh:\/\//.test(text) || !/[:/[\]]/.test(text) || isIPv6(text.slice(text.lastIndexOf('@') + 1));
  const jump = text.replace(/(?<=.)\s.*|#.*/s, '');
  const args = isDestination ? ['--', text] : ['-J', jump, 'somewhere'];
  const { status, stdout } = spawnSync('ssh', ['-F', 'none', '-G', ...args], { encoding: 'utf8', env: {} });
  if (!isDestination && jump !== text) return 'cut';
  // `ssh -G` takes an empty host, which nothing can be reached by.
  if (status !== 0 || /(^|@)$/.test(text)) return 'refused';
  const first = (keyword: string): string =>
    stdout
      .split('\n')
      .find((line) => line.startsWith(`${keyword} `))
      ?.slice(keyword.length + 1) ?? '';
  if (!isDestination) return first('proxyjump').replace(/(^|@)\[([^\]@]*)\](:\d+)?$/, '$1$2$3');
  const [user, port] = [first('user'), first('port')];
  return `${user === userInfo().username ? '' : `${user}@`}${first('host')}${port === '22' ? '' : `:${port}`}`;
}

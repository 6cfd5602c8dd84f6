import { AssayError } from '../../workloads/kit/assay-error.ts';
import { shellQuote, shellWord } from '../../workloads/kit/shell-quote.ts';
import type { HostKeyJudgement, KnownHost } from './openssh/known-hosts.ts';
import { lowerCase } from './openssh/pattern.ts';
import { fingerprint, keyType } from './openssh/public-key.ts';
import type { SshHop } from './ssh-settings.ts';

/** A server that presented a key. */
export interface Presented {
  /** The machine that was to be reached. */
  readonly name: string;
  readonly hop: SshHop;
  /** The server before this one. */
  readonly jump: SshHop | undefined;
  readonly key: Buffer;
}

/** The refusal of a host key: what is known, what was presented, and the command that puts it right. */
export function refuseHostKey(
  presented: Presented,
  judgement: Exclude<HostKeyJudgement, { readonly kind: 'known' }>,
): AssayError {
  const { name, hop, key } = presented;
  const found = `${keyType(key)} ${fingerprint(key)}`;
  const where = hop.knownAs.name;
  switch (judgement.kind) {
    case 'unknown':
      return new AssayError(
        'HOST_KEY_UNKNOWN',
        judgement.authority === undefined
          ? `expected a host key for ${where} in ${hop.knownHostsFiles.join(', ')}; the host presents ${found}`
          : `expected a host key for ${where}, found only a certificate authority (${place(judgement.authority)}), which is not supported; the host presents ${found}`,
        {
          node: name,
          hint: `Compare the fingerprint on the machine (ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub), then: ${scan(presented)}`,
        },
      );
    case 'changed': {
      const expected = judgement.expected.map(
        (entry) => `${entry.type} ${fingerprint(entry.key)} (${place(entry)})`,
      );
      return new AssayError(
        'HOST_KEY_CHANGED',
        `expected for ${where} the host key ${expected.join(' or ')}; the host presents ${found}`,
        {
          node: name,
          hint: `Somebody may stand in between. Only when the machine was installed anew, and its fingerprint is the one above: ${[...removals(where, judgement.expected), scan(presented)].join(' && ')}`,
        },
      );
    }
    case 'short':
      return new AssayError(
        'HOST_KEY_CHANGED',
        `expected for ${where} an RSA key of at least ${judgement.required} bits; the host presents ${found} of ${judgement.bits} bits`,
        { node: name, hint: 'Give the machine another host key, or look at RequiredRSASize in ssh_config.' },
      );
    case 'revoked':
      return new AssayError(
        'HOST_KEY_CHANGED',
        `expected for ${where} a host key that is trusted; the host presents ${found}, which ${place(judgement.by)} revokes`,
        {
          node: name,
          hint: `Give the machine a new host key. Only when the revocation is a mistake: ${removeLine(judgement.by)}`,
        },
      );
  }
}

const place = ({ file, line }: KnownHost): string => `${file}:${line}`;

const word = (text: string): string => shellWord(text, '~');

const removeLine = ({ file, line }: KnownHost): string => `sed -i ${line}d ${word(file)}`;

/** ssh-keygen -R finds plain and hashed names; what matched by a pattern only has to go by its line. */
function removals(name: string, entries: readonly KnownHost[]): readonly string[] {
  return [
    ...new Set(
      entries.map((entry) =>
        entry.hosts.startsWith('|') || entry.hosts.split(',').includes(name)
          ? `ssh-keygen -R ${word(name)} -f ${word(entry.file)}`
          : removeLine(entry),
      ),
    ),
  ];
}

function scan({ hop, jump, key }: Presented): string {
  const type = /ed25519|ecdsa|rsa/.exec(keyType(key))?.[0] ?? 'ed25519';
  const port = (number: number): string => (number === 22 ? '' : `-p ${number} `);
  const command = `ssh-keyscan ${port(hop.port)}-t ${type} ${word(hop.host)}`;
  // What ssh-keyscan prints is not called as HostKeyAlias has it.
  const isAlias = !hop.knownAs.name.includes(lowerCase(hop.host));
  return [
    jump === undefined ? command : `ssh ${port(jump.port)}${word(`${jump.user}@${jump.host}`)} ${command}`,
    ...(isAlias ? [` | sed ${shellQuote(`s/^[^ ]*/${hop.knownAs.name}/`)}`] : []),
    ` >> ${word(hop.knownHostsFiles[0] ?? '~/.ssh/known_hosts')}`,
  ].join('');
}

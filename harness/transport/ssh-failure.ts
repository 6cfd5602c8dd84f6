import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Identities } from './load-identities.ts';
import { describeMismatch } from './server-offer.ts';
import type { HandshakeFailure } from './ssh-client.ts';
import type { SshHop } from './ssh-settings.ts';

/** Where a handshake failed. */
export interface FailedServer {
  /** The machine that was to be reached. */
  readonly name: string;
  readonly hop: SshHop;
  /** What it was offered, and why other keys were not. */
  readonly identities: Identities;
  readonly attempt: number;
}

/**
 * Whether a server took the connection and closed it before it said anything of SSH: what sshd does beyond its
 * MaxStartups, and the one case in which trying again is right. Not when it says that it does not want this address
 * (PerSourcePenalties, OpenSSH 9.8): each attempt would make that worse.
 */
export const isDroppedBeforeBanner = ({ phase, cause, said }: HandshakeFailure): boolean =>
  phase === 'greeting' && cause.level !== 'client-timeout' && !said.includes('Not allowed at this time');

/** What a failed handshake means for whoever wanted to reach the machine. */
export function explainFailure(server: FailedServer, failure: HandshakeFailure): AssayError {
  const { name, hop } = server;
  const at = `${hop.host}:${hop.port}`;
  const { cause } = failure;
  // Several addresses tried in vain are one error without a message.
  const reason = printable(cause.message === '' && 'code' in cause ? String(cause.code) : cause.message);
  switch (failure.phase) {
    case 'reaching':
      return unreachable(`expected an SSH server at ${at}, found none (${reason})`, {
        node: name,
        cause,
        hint: 'Check the address and that the machine is on.',
      });
    case 'greeting':
      if (cause.level === 'client-timeout')
        return unreachable(
          `expected the server at ${at} to answer within ${hop.deadlineMs / 1000} s, found a connection on which nothing is said`,
          {
            node: name,
            cause,
            hint: 'Check that it is sshd that listens there, and the load of the machine (ConnectTimeout in ssh_config).',
          },
        );
      return unreachable(
        `expected the server at ${at} to greet, found the connection closed ${server.attempt === 1 ? 'once' : `${server.attempt} times`}${failure.said === '' ? '' : `, with the words \`${printable(failure.said)}\``}`,
        {
          node: name,
          cause,
          hint: 'Look into its sshd log; sshd drops connections beyond MaxStartups and penalised addresses.',
        },
      );
    case 'negotiating': {
      const mismatch = failure.offer === undefined ? [] : describeMismatch(failure.offer, hop.algorithms);
      const found = mismatch.length > 0 ? printable(mismatch.join('; '), 1000) : reason;
      return unreachable(`expected to agree with the server at ${at} on algorithms, found: ${found}`, {
        node: name,
        cause,
        hint: 'Allow one of ours in its sshd_config. Broken ones (SHA-1, MD5, CBC, compression before login) are not taken.',
      });
    }
    case 'authenticating':
      // A server that gives a reason, or all our keys were refused; otherwise the connection was simply lost.
      if (cause.level !== 'client-authentication' && !('code' in cause && typeof cause.code === 'number'))
        return unreachable(`the connection to ${at} was lost during login (${reason})`, {
          node: name,
          cause,
          hint: 'Try again; look into its sshd log.',
        });
      return new AssayError(
        'AUTH_FAILED',
        `expected ${hop.user}@${at} to accept a key, found: ${[reason, `offered ${describeOffered(server.identities)}`, ...describeMethods(failure), ...failure.notes, ...server.identities.notes].join('; ')}`,
        {
          node: name,
          cause,
          hint: `Add a key to its authorized_keys (ssh-copy-id), or name the right one (IdentityFile and IdentitiesOnly in ssh_config). Passwords are not supported.`,
        },
      );
  }
}

const describeOffered = ({ offered }: Identities): string =>
  offered
    .map((identity) =>
      identity.kind === 'agent' ? 'the keys of the agent' : `${identity.path} (${identity.key.type})`,
    )
    .join(', ');

const describeMethods = ({ accepted }: HandshakeFailure): readonly string[] =>
  accepted.length === 0 ? [] : [`the server accepts ${printable(accepted.join(', '))}`];

const unreachable = (
  text: string,
  around: { readonly node: string; readonly cause: unknown; readonly hint: string },
): AssayError => new AssayError('HOST_UNREACHABLE', text, around);

/** Text of a server, without what could steer a terminal. */
const printable = (text: string, length = 200): string =>
  text
    .trim()
    .replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .slice(0, length);

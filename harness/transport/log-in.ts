import { lookup } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'ssh2';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Result } from '../../workloads/kit/result.ts';
import { err } from '../../workloads/kit/result.ts';
import type { Gate } from './handshake-gate.ts';
import { refuseHostKey } from './host-key-refusal.ts';
import type { Identities } from './load-identities.ts';
import type { KnownHostLine } from './openssh/known-hosts.ts';
import { judgeHostKey, knownHostName, orderHostKeyAlgorithms } from './openssh/known-hosts.ts';
import type { HandshakeFailure } from './ssh-client.ts';
import { forward, handshake, openSocket } from './ssh-client.ts';
import { explainFailure, isDroppedBeforeBanner } from './ssh-failure.ts';
import type { SshHop } from './ssh-settings.ts';

/** A server to log in to, and everything that decides whether we do. */
export interface Server {
  /** The machine that is to be reached in the end, for messages. */
  readonly name: string;
  readonly hop: SshHop;
  /** The server before this one, and the connection to it. */
  readonly via: { readonly hop: SshHop; readonly client: Client } | undefined;
  readonly knownHosts: readonly KnownHostLine[];
  readonly identities: Identities;
}

export interface LogInOptions {
  readonly gate: Gate;
  readonly random: () => number;
  readonly signal: AbortSignal | undefined;
}

const attempts = 10;
const firstPauseMs = 500;
const longestPauseMs = 5_000;

/** Logs in to a server. Tries again only when the connection was dropped before the server had said anything. */
export async function logIn(server: Server, options: LogInOptions): Promise<Client> {
  const { name, hop, identities } = server;
  if (identities.offered.length === 0) throw await explainNoKey(server);
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await tryOnce(server, options);
    if (outcome.ok) return outcome.value;
    if (outcome.error instanceof AssayError) throw outcome.error;
    options.signal?.throwIfAborted();
    if (attempt === attempts || !isDroppedBeforeBanner(outcome.error))
      throw explainFailure({ name, hop, attempt, identities }, outcome.error);
    // Full jitter: connections that were dropped together come back apart.
    const pauseMs = options.random() * Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1));
    await sleep(pauseMs, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
}

/** A name that leads nowhere is what is wrong first, with or without a key; the server itself is not asked without one. */
async function explainNoKey({ name, hop, via, identities }: Server): Promise<AssayError> {
  if (via === undefined)
    try {
      await Promise.race([lookup(hop.host), sleep(hop.deadlineMs, undefined, { ref: false })]);
    } catch (cause) {
      if (!(cause instanceof Error)) throw cause;
      const failure = {
        phase: 'reaching',
        cause,
        accepted: [],
        notes: [],
        said: '',
        offer: undefined,
      } as const;
      return explainFailure({ name, hop, attempt: 1, identities }, failure);
    }
  const isHere = /^(localhost$|127\.|::1$)/.test(hop.host);
  return new AssayError(
    'AUTH_FAILED',
    `expected a private key for ${hop.user}@${hop.host}, or an agent; found none (${identities.notes.join('; ')})`,
    {
      node: name,
      hint: `${isHere ? 'Without ssh this machine is called `local`. ' : ''}Start an agent and add the key: eval "$(ssh-agent)" && ssh-add`,
    },
  );
}

async function tryOnce(
  server: Server,
  options: LogInOptions,
): Promise<Result<Client, HandshakeFailure | AssayError>> {
  const { name, hop, via, knownHosts } = server;
  const refusals: AssayError[] = [];
  // Through a jump host it is the next server that counts connections; the one to the jump host is there already.
  const place = await options.gate.enter(JSON.stringify([via?.hop.host, hop.host, hop.port]), options.signal);
  try {
    const outcome = await handshake({
      stream: via === undefined ? openSocket(hop) : await openThrough(server, via),
      user: hop.user,
      identities: server.identities.offered,
      algorithms: {
        ...hop.algorithms,
        hostKey: hop.asksForKnownKeysFirst
          ? orderHostKeyAlgorithms(knownHosts, hop.knownAs.name, hop.algorithms.hostKey)
          : hop.algorithms.hostKey,
      },
      acceptsHostKey: (key, address) => {
        const judgement = judgeHostKey(knownHosts, { ...hop.knownAs, address: toName(hop, address) }, key);
        if (judgement.kind === 'known') return true;
        refusals.push(refuseHostKey({ name, hop, jump: via?.hop, key }, judgement));
        return false;
      },
      deadlineMs: hop.deadlineMs,
      signal: options.signal,
    });
    const [refusal] = refusals;
    if (!outcome.ok && isDroppedBeforeBanner(outcome.error)) place.dropped();
    return refusal === undefined ? outcome : err(refusal);
  } finally {
    place.leave();
  }
}

/** What CheckHostIP looks up: the address, unless it is the name, one of this machine, or behind a jump (check_host_key). */
function toName(hop: SshHop, address: string | undefined): string | undefined {
  const isMeant = hop.checksAddress && address !== undefined && address !== hop.host;
  return isMeant && !/^(127\.|::1$)/.test(address) ? knownHostName(address, hop.port) : undefined;
}

async function openThrough(
  { name, hop }: Server,
  via: NonNullable<Server['via']>,
): Promise<Awaited<ReturnType<typeof forward>>> {
  try {
    return await forward(via.client, hop, hop.deadlineMs);
  } catch (cause) {
    throw new AssayError(
      'HOST_UNREACHABLE',
      `expected ${via.hop.host} to connect to ${hop.host}:${hop.port}, found: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        node: name,
        cause,
        hint: 'Check the address as the jump host sees it, and AllowTcpForwarding there.',
      },
    );
  }
}

import type { Client } from 'ssh2';
import { createHandshakeGate } from './handshake-gate.ts';
import { loadIdentities } from './load-identities.ts';
import { logIn } from './log-in.ts';
import { loadKnownHosts } from './openssh/load-known-hosts.ts';
import { disconnect } from './ssh-client.ts';
import type { SshHop, SshSettings } from './ssh-settings.ts';

/** What all SSH transports of a process share: handshakes in flight, jump hosts, and files read once. */
export interface SshConnector {
  readonly connect: (settings: SshSettings, signal: AbortSignal) => Promise<Connection>;
}

export interface Connection {
  readonly client: Client;
  readonly release: () => Promise<void>;
}

/**
 * Handshakes in flight. sshd's default MaxStartups begins to drop at 10 connections that have not logged in yet; more than 32
 * in all gain little (200 nodes at a round trip of 50 ms: 4.4 s with 16, 3.5 with 32, 3.2 with 64) and hold up the event loop.
 */
const handshakesInFlight = { all: { most: 32, least: 8 }, server: { most: 8, least: 1 } };

/** `random` (0 ≤ x < 1) spreads the attempts of connections that were dropped together. */
export function createSshConnector(options: { readonly random: () => number }): SshConnector {
  const gate = createHandshakeGate(handshakesInFlight);
  const knownHostsFile = remember(
    (path: string) => loadKnownHosts(path),
    (path) => path,
  );
  const knownHosts = remember(
    async (files: readonly string[]) => (await Promise.all(files.map(knownHostsFile))).flat(),
    (files) => JSON.stringify(files),
  );
  const identities = remember(loadIdentities, (hop) =>
    JSON.stringify([
      hop.identityFiles,
      hop.certificateFiles,
      hop.agentSocket,
      hop.areIdentitiesNamed,
      hop.usesNamedIdentitiesOnly,
      hop.knownAs.requiredRsaBits,
    ]),
  );
  const jumps = new Map<string, { readonly connection: Promise<Connection>; users: number }>();

  async function reach(name: string, hops: readonly SshHop[], signal?: AbortSignal): Promise<Connection> {
    const hop = hops.at(-1);
    if (hop === undefined) throw new RangeError('expected at least one hop');
    const server = {
      name,
      hop,
      knownHosts: await knownHosts(hop.knownHostsFiles),
      identities: await identities(hop),
    };
    const jump = hops.at(-2);
    if (jump === undefined)
      return direct(await logIn({ ...server, via: undefined }, { ...options, gate, signal }));
    const way = await reachJump(name, hops.slice(0, -1));
    try {
      const via = { hop: jump, client: way.client };
      const client = await logIn({ ...server, via }, { ...options, gate, signal });
      client.once('close', () => void way.release());
      return direct(client);
    } catch (cause) {
      await way.release();
      throw cause;
    }
  }

  /** One login serves all machines behind a jump host. It outlives whoever came first: `signal` is not its own. */
  async function reachJump(name: string, hops: readonly SshHop[]): Promise<Connection> {
    const key = JSON.stringify(hops);
    const jump = jumps.get(key) ?? { connection: reach(name, hops), users: 0 };
    const forget = (): void => {
      if (jumps.get(key) === jump) jumps.delete(key);
    };
    if (jump.users === 0) jump.connection.then(({ client }) => client.once('close', forget), forget);
    jumps.set(key, jump);
    jump.users += 1;
    const { client, release } = await jump.connection;
    return {
      client,
      release: async () => {
        jump.users -= 1;
        if (jump.users > 0) return;
        forget();
        await release();
      },
    };
  }

  return { connect: (settings, signal) => reach(settings.name, settings.hops, signal) };
}

const direct = (client: Client): Connection => ({ client, release: () => disconnect(client) });

/** Loads each thing once: hundreds of machines share one known_hosts file and one key. */
function remember<Key, Value>(
  load: (key: Key) => Promise<Value>,
  name: (key: Key) => string,
): (key: Key) => Promise<Value> {
  const loaded = new Map<string, Promise<Value>>();
  return (key) => {
    const known = loaded.get(name(key)) ?? load(key);
    loaded.set(name(key), known);
    return known;
  };
}

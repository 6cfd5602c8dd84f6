import { randomBytes } from 'node:crypto';
import { Socket } from 'node:net';
import type { Duplex, Readable } from 'node:stream';
import { finished, PassThrough } from 'node:stream';
import type { AnyAuthMethod, Client, ClientChannel } from 'ssh2';
import ssh2 from 'ssh2';
import type { Result } from '../../workloads/kit/result.ts';
import { err, ok } from '../../workloads/kit/result.ts';
import type { Identity } from './load-identities.ts';
import { createNoiseDropper } from './noise-dropper.ts';
import type { Algorithms } from './openssh/algorithms.ts';
import { ourHostKeys } from './openssh/algorithms.ts';
import type { ServerOffer } from './server-offer.ts';
import { longestOffer, readServerOffer } from './server-offer.ts';
import { toShellLine } from './shell-line.ts';
import type { SshHop } from './ssh-settings.ts';
import type { Channel } from './transport.ts';

// The only file that knows ssh2's callbacks and events.

/** How far a handshake had come. `greeting`: connected, and the server has not said that it speaks SSH. */
export type HandshakePhase = 'reaching' | 'greeting' | 'negotiating' | 'authenticating';

export interface HandshakeFailure {
  readonly phase: HandshakePhase;
  readonly cause: Error & { readonly level?: string };
  /** What the server said instead of an SSH banner. */
  readonly said: string;
  /** What the server offers, as far as it said. */
  readonly offer: ServerOffer | undefined;
  /** Methods that the server would accept, as far as it told. */
  readonly accepted: readonly string[];
  /** Things that went wrong on the way and did not end it. */
  readonly notes: readonly string[];
}

export interface HandshakeOptions {
  /** A socket that is connecting, or a channel through another server. Destroyed when the handshake fails. */
  readonly stream: Duplex;
  readonly user: string;
  readonly identities: readonly Identity[];
  readonly algorithms: Algorithms;
  /** `address` is the server's, where we are connected to it ourselves. */
  readonly acceptsHostKey: (key: Buffer, address: string | undefined) => boolean;
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

const keepaliveIntervalMs = 15_000;
/** Output that is held for a reader, beyond which the command has to wait. */
const heldBytes = 256 * 1024;

/** Begins to connect; `handshake` waits for it. Small messages are the rule here, so none waits for another. */
export function openSocket({ host, port, family }: Pick<SshHop, 'host' | 'port' | 'family'>): Duplex {
  return new Socket().setNoDelay(true).connect({ host, port, family });
}

/** Negotiates keys, checks the host key and logs in. */
export function handshake(options: HandshakeOptions): Promise<Result<Client, HandshakeFailure>> {
  const { stream, user, signal } = options;
  const client = new ssh2.Client();
  client.setMaxListeners(0); // every channel listens for the end of the connection
  let phase: HandshakePhase = stream instanceof Socket ? 'reaching' : 'greeting';
  let said = '';
  let heard = Buffer.alloc(0);
  let accepted: readonly string[] = [];
  const notes: string[] = [];
  return new Promise((resolve) => {
    const fail = (cause: Error): void => {
      signal?.removeEventListener('abort', onAbort);
      resolve(err({ phase, cause, said, offer: readServerOffer(heard), accepted, notes }));
      stream.destroy();
    };
    const onAbort = (): void => fail(signal?.reason as Error);
    signal?.addEventListener('abort', onAbort, { once: true });
    const listen = (chunk: Buffer): void => {
      heard = Buffer.concat([heard, chunk]);
      said = heard.toString('latin1', 0, 1000);
      if (phase === 'greeting' && /^SSH-/m.test(said)) phase = 'negotiating';
      if (readServerOffer(heard) !== undefined || heard.length > longestOffer) stream.off('data', listen);
    };
    client.on('connect', () => {
      phase = 'greeting';
    });
    client.on('handshake', () => {
      phase = 'authenticating'; // also after the keys are renewed, when nobody asks any more
    });
    client.on('error', (cause: Error & { readonly level?: string }) => {
      // ssh2 tells of a key that could not sign and goes on to the next one.
      if (cause.level === 'agent' || cause.message.startsWith('Error signing')) notes.push(cause.message);
      else fail(cause);
    });
    client.on('close', () => fail(new Error('the connection was closed')));
    client.on('ready', () => {
      signal?.removeEventListener('abort', onAbort);
      resolve(ok(client));
    });
    const methods = options.identities.map(
      (identity): AnyAuthMethod =>
        identity.kind === 'key'
          ? { type: 'publickey', username: user, key: identity.key }
          : { type: 'agent', username: user, agent: identity.agent },
    );
    try {
      signal?.throwIfAborted();
      client.connect({
        sock: stream,
        username: user,
        readyTimeout: options.deadlineMs,
        keepaliveInterval: keepaliveIntervalMs,
        algorithms: {
          kex: [...options.algorithms.kex],
          cipher: [...options.algorithms.cipher],
          hmac: [...options.algorithms.mac],
          serverHostKey: [...ourHostKeys(options.algorithms.hostKey)],
          compress: ['none'], // before the login it would be another parser for whoever answers
        },
        hostVerifier: (key: Buffer) =>
          options.acceptsHostKey(key, stream instanceof Socket ? stream.remoteAddress : undefined),
        // A key at once, without asking by `none` which methods there are: one round trip less.
        authHandler: (left: readonly string[] | null): AnyAuthMethod | false => {
          accepted = left ?? accepted;
          return methods.shift() ?? false;
        },
      });
    } catch (cause) {
      fail(cause as Error);
      return;
    }
    stream.on('data', listen); // after ssh2 has paused the stream: nothing flows before it listens too
  });
}

/** Opens a way to another server through this one. */
export function forward(
  client: Client,
  to: { readonly host: string; readonly port: number },
  deadlineMs: number,
): Promise<Duplex> {
  return withDeadline(deadlineMs, 'opening a connection to the next server', (done) =>
    client.forwardOut('127.0.0.1', 0, to.host, to.port, done),
  );
}

/** Runs a script with the server's `sh`, whatever the login shell is and prints. */
export function execute(client: Client, script: string, deadlineMs: number): Promise<Channel> {
  const mark = `assay-${randomBytes(16).toString('hex')}`;
  return withDeadline(deadlineMs, 'starting a command', (done) =>
    client.exec(toShellLine(script, mark), (error, channel) => {
      // Here and not later: the end of a short command may come in the same packet.
      if (error === undefined) done(undefined, toChannel(channel, mark));
      else done(error);
    }),
  );
}

/** Ends a connection; after a second also one whose other side does not answer, or that has ended already. */
export function disconnect(client: Client): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      client.destroy();
      resolve();
    };
    const timer = setTimeout(end, 1000);
    client.once('close', end);
    client.end();
  });
}

function withDeadline<T extends { destroy?: () => unknown } | Channel>(
  deadlineMs: number,
  what: string,
  start: (done: (error: Error | undefined, value?: T) => void) => unknown,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      reject(new Error(`no answer within ${deadlineMs / 1000} s to ${what}`));
    }, deadlineMs);
    const done = (error: Error | undefined, value?: T): void => {
      clearTimeout(timer);
      if (value === undefined) reject(error ?? new Error(`no answer to ${what}`));
      else if (isLate) close(value);
      else resolve(value);
    };
    try {
      start(done); // throws at once on a connection that has ended
    } catch (cause) {
      done(cause as Error);
    }
  });
}

function close(value: object): void {
  if ('close' in value && typeof value.close === 'function') (value as Channel).close();
  else if ('destroy' in value) (value as Duplex).destroy();
}

function toChannel(stream: ClientChannel, mark: string): Channel {
  let exitCode: number | undefined;
  stream.on('exit', (code: number | null) => {
    exitCode = code ?? undefined;
  });
  stream.on('error', () => undefined); // a write after the end: reported by `ended`
  const stdout = relay(stream, createNoiseDropper(mark, heldBytes));
  const stderr = relay(stream.stderr, new PassThrough({ highWaterMark: heldBytes }));
  const closed = Promise.all([once(stream, 'close'), once(stream.stderr, 'close')]);
  const dropped = Promise.withResolvers<undefined>();
  return {
    stdin: stream,
    stdout,
    stderr,
    ended: Promise.race([closed, dropped.promise])
      .then(() => Promise.all([taken(stdout), taken(stderr)]))
      .then(() => ({ exitCode })),
    close: () => {
      stream.close();
      // sshd answers only when the process has ended, and nobody waits for that any more.
      for (const [source, target] of [
        [stream, stdout],
        [stream.stderr, stderr],
      ] as const) {
        source.unpipe(target);
        source.resume();
        if (!target.writableEnded) target.end(); // one that has ended makes an error of it
      }
      dropped.resolve(undefined);
    },
  };
}

/**
 * Moves a stream of a channel out of it. ssh2 tells the end of a channel only when both its streams were read to
 * theirs; so what nobody reads must not stay in there.
 */
function relay<T extends Duplex>(source: Readable, target: T): T {
  target.on('close', () => source.resume()); // destroyed by its reader: the rest goes nowhere
  return source.pipe(target);
}

/** Resolves when a stream's reader has all of it; at once when it has none. */
function taken(stream: Readable): Promise<void> {
  const isRead = stream.readableFlowing !== null || stream.listenerCount('readable') > 0;
  return isRead
    ? new Promise((resolve) => finished(stream, { writable: false }, () => resolve()))
    : Promise.resolve();
}

const once = (emitter: Readable, event: string): Promise<void> =>
  new Promise((resolve) => emitter.once(event, () => resolve()));

import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { parseJson } from '../../workloads/kit/parse-json.ts';
import { encodeLine } from '../protocol/framing.ts';
import type { Hello } from '../protocol/messages.ts';
import { Answer, createChallenge, isProof, prove } from './handshake.ts';

/**
 * Carries lines between a coordinator and the keeper of its run, which another process is, after each has proven itself to
 * the other. It holds no state; it may die at any moment.
 */
export async function bridge(stream: Duplex, socket: Socket, hello: Hello, token: string): Promise<void> {
  await shakeHands(socket, hello.run, token).catch((cause: unknown) => {
    socket.destroy();
    throw cause;
  });
  const closed = once(socket, 'close');
  for (const each of [socket, stream]) each.on('error', () => socket.destroy());
  stream.on('close', () => socket.destroy());
  socket.write(encodeLine(hello));
  socket.pipe(stream).pipe(socket);
  await closed;
}

/** Proves to the keeper that we may speak to it, after it has proven to be this run's keeper. */
async function shakeHands(socket: Socket, run: string, token: string): Promise<void> {
  const challenge = createChallenge();
  socket.write(encodeLine({ run, challenge }));
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  const deadline = AbortSignal.any([AbortSignal.timeout(20_000), gone.signal]);
  let line = '';
  while (!line.includes('\n') && line.length <= maxAnswer) {
    const [chunk] = (await once(socket, 'data', { signal: deadline }).catch((cause: unknown) => {
      throw new AssayError('AGENT_LOST', 'the keeper of this run does not answer', { cause });
    })) as [Buffer];
    line += chunk.toString('latin1');
  }
  socket.pause();
  const answer = Answer.safeParse(parseJson(line.split('\n', 1)[0] ?? ''));
  if (!answer.success || !isProof(answer.data.proof, token, 'keeper', challenge))
    throw new AssayError('AGENT_LOST', 'who is at the door of this run has not proven to be its keeper');
  socket.write(encodeLine({ proof: prove(token, 'bridge', answer.data.challenge) }));
}

/** A proof and a challenge are 170 characters. */
const maxAnswer = 512;

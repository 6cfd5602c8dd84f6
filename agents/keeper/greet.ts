import type { Socket } from 'node:net';
import { parseJson } from '../../workloads/kit/parse-json.ts';

/** What a connection may take of us before it has proven itself. */
export interface GreetLimits {
  readonly bytes: number;
  readonly ms: number;
  readonly connections: number;
}

export const greetLimits: GreetLimits = { bytes: 512, ms: 5_000, connections: 32 };

/**
 * Lets connections speak line by line until `hear` says that they have proven themselves, within limits; from then on what
 * comes is handed on. `hear` answers `no` to be rid of one.
 */
export function createGreeter(limits: GreetLimits) {
  const waiting = new Set<Socket>();
  return (
    socket: Socket,
    hear: (json: unknown) => 'more' | 'proven' | 'no',
    onProven: (chunk: Buffer) => void,
  ): void => {
    if (waiting.size >= limits.connections) return void socket.destroy();
    waiting.add(socket);
    const late = setTimeout(() => socket.destroy(), limits.ms);
    const settle = (): void => {
      clearTimeout(late);
      waiting.delete(socket);
    };
    socket.once('close', settle);
    let [heard, rest] = [0, Buffer.alloc(0)];
    const onData = (chunk: Buffer): void => {
      rest = Buffer.concat([rest, chunk]);
      for (;;) {
        const end = rest.indexOf('\n');
        if (heard + (end < 0 ? rest.length : end + 1) > limits.bytes) return void socket.destroy();
        if (end < 0) return;
        const answer = hear(parseJson(rest.toString('utf8', 0, end)));
        heard += end + 1;
        rest = rest.subarray(end + 1);
        if (answer === 'no') return void socket.destroy();
        if (answer === 'more') continue;
        settle();
        socket.off('data', onData).on('data', onProven);
        if (rest.length > 0) onProven(rest);
        return;
      }
    };
    socket.on('data', onData);
  };
}

import type { Socket } from 'node:net';
import { encodeLine } from '../protocol/framing.ts';
import type { FromAgent } from '../protocol/messages.ts';

/** One connection, seen from the keeper. What is sent on a link that has gone is dropped: the journal has it. */
export interface Link {
  /** Resolves when the other side can take more. */
  readonly send: (message: FromAgent) => Promise<void>;
  readonly end: () => void;
  readonly drop: () => void;
  readonly onClose: (listener: () => void) => void;
}

export function createLink(socket: Socket): Link {
  return {
    end: () => void socket.end(),
    drop: () => void socket.destroy(),
    onClose: (listener) => void socket.once('close', listener),
    send: async (message) => {
      if (socket.destroyed || !socket.writable || socket.write(encodeLine(message))) return;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          socket.off('drain', done);
          socket.off('close', done);
          resolve();
        };
        socket.on('drain', done);
        socket.on('close', done);
      });
    },
  };
}

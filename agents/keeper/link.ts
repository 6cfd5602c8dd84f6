import type { Duplex } from 'node:stream';
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

export function createLink(stream: Duplex): Link {
  let room: Promise<void> | undefined;
  /** However many wait, each event is listened to once. */
  const waitForRoom = (): Promise<void> =>
    (room ??= new Promise((resolve) => {
      const done = (): void => {
        stream.off('drain', done).off('close', done);
        room = undefined;
        resolve();
      };
      stream.on('drain', done).on('close', done);
    }));
  return {
    end: () => void stream.end(),
    drop: () => void stream.destroy(),
    onClose: (listener) => void stream.once('close', listener),
    send: async (message) => {
      if (stream.destroyed || !stream.writable || stream.write(encodeLine(message))) return;
      await waitForRoom();
    },
  };
}

import type { Socket } from 'node:net';
import type { LaunchAnswer } from '../../workloads/kit/seat.ts';
import type { LocalSocket } from '../local-socket.ts';
import { listenIn } from '../local-socket.ts';
import { LaunchWords } from '../protocol/messages.ts';

/** Name of the socket in the step's private directory for temporary files, where launchers look for it. */
const doorName = 'launch';
/** A launcher's words are a few kilobytes; what is longer is none. */
const maxRequestBytes = 256 * 1024;
/** A launcher says all of its words at once. */
const maxRequestMs = 10_000;

/**
 * Where the launcher of a group's leader knocks: a socket in the step's private directory (0700), so that only
 * processes of this user get there. A request is a count, then length and bytes of every word; the answer an exit code,
 * then length and bytes of a text; all numbers are 32-bit big-endian. The answer is sent when what was asked for has
 * ended; `signal` tells that the launcher has gone and waits no more. Beyond `most` launchers at a time nobody is let in.
 */
export async function openLaunchDoor(
  directory: string,
  most: number,
  onLaunch: (words: readonly string[], signal: AbortSignal) => Promise<LaunchAnswer>,
): Promise<LocalSocket> {
  const sockets = new Set<Socket>();
  const door = await listenIn(directory, doorName, (socket) => {
    if (sockets.size >= most) return void socket.destroy();
    sockets.add(socket);
    const gone = new AbortController();
    socket.on('error', () => undefined); // told by `close`
    socket.on('close', () => {
      sockets.delete(socket);
      gone.abort();
    });
    answer(socket, (words) => onLaunch(words, gone.signal));
  });
  return {
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await door.close();
    },
  };
}

function answer(socket: Socket, launch: (words: readonly string[]) => Promise<LaunchAnswer>): void {
  let received = Buffer.alloc(0);
  const late = setTimeout(() => socket.destroy(), maxRequestMs);
  socket.once('close', () => clearTimeout(late));
  const onData = (chunk: Buffer): void => {
    received = Buffer.concat([received, chunk]);
    const words = readWords(received);
    if (words === 'more' && received.length <= maxRequestBytes) return;
    clearTimeout(late);
    socket.off('data', onData);
    socket.resume();
    const outcome =
      // What the coordinator would not take must not cost the session: it is this launcher's failure alone.
      typeof words !== 'string' && LaunchWords.safeParse(words).success
        ? launch(words)
        : Promise.resolve({ exitCode: 1, text: 'a launch request that cannot be read' });
    void outcome.then(({ exitCode, text }) => {
      const bytes = Buffer.from(text);
      const head = Buffer.alloc(8);
      head.writeUInt32BE(exitCode, 0);
      head.writeUInt32BE(bytes.length, 4);
      socket.end(Buffer.concat([head, bytes]));
    });
  };
  socket.on('data', onData);
}

function readWords(bytes: Buffer): readonly string[] | 'more' | 'unreadable' {
  if (bytes.length < 4) return 'more';
  const count = bytes.readUInt32BE(0);
  if (count > 512) return 'unreadable';
  const words: string[] = [];
  let at = 4;
  while (words.length < count) {
    if (bytes.length < at + 4) return 'more';
    const end = at + 4 + bytes.readUInt32BE(at);
    if (bytes.length < end) return 'more';
    words.push(bytes.toString('utf8', at + 4, end));
    at = end;
  }
  return words;
}

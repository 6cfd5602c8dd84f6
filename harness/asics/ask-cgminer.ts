import { connect } from 'node:net';
import type { AsicAnswer } from '../../reports/verdict/asic-answer.ts';
import type { CgminerCommand } from './read-cgminer.ts';
import { commands, readCgminer } from './read-cgminer.ts';

/** cgminer.c: the port of its interface. */
const usualPort = 4028;
/** Replies of machines with four boards have some kB. */
const mostBytes = 256 * 1024;

/**
 * Asks the interface of one ASIC what it is and what it does: three commands that only read, a connection and at most `deadlineMs` each.
 * Nothing is set, and nothing is logged in to. Never throws: what did not answer is unknown, with the reason.
 */
export async function askCgminer(host: string, deadlineMs: number): Promise<AsicAnswer> {
  const [name = '', port] = host.split(':');
  const replies: Record<CgminerCommand, string | undefined> = {
    version: undefined,
    summary: undefined,
    stats: undefined,
  };
  for (const command of commands) {
    const reply = await ask(
      { host: name, port: port === undefined ? usualPort : Number(port) },
      command,
      deadlineMs,
    );
    if ('reply' in reply) replies[command] = reply.reply;
    // What says nothing of itself is not asked on; of statistics nothing depends.
    else if (command !== 'stats') return { unknown: `${command}: ${reply.why}` };
  }
  return readCgminer(replies);
}

type Reply = { readonly reply: string } | { readonly why: string };

function ask(
  to: { readonly host: string; readonly port: number },
  command: CgminerCommand,
  deadlineMs: number,
): Promise<Reply> {
  const { promise, resolve } = Promise.withResolvers<Reply>();
  const socket = connect(to);
  const pieces: Buffer[] = [];
  let bytes = 0;
  const end = (reply: Reply): void => {
    clearTimeout(timer);
    socket.destroy();
    resolve(reply);
  };
  const answered = (): void => end({ reply: Buffer.concat(pieces).toString('utf8') });
  const timer = setTimeout(() => {
    const what = bytes === 0 ? 'no answer' : `no end of its answer, of which ${bytes} bytes came`;
    end({ why: `${what} within ${deadlineMs / 1000} s` });
  }, deadlineMs);
  socket.once('connect', () => socket.write(JSON.stringify({ command, parameter: '' })));
  socket.on('data', (piece: Buffer) => {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > mostBytes) end({ why: `more than ${mostBytes} bytes` });
    else if (piece.includes(0)) answered();
  });
  // It closes behind a reply; some firmware leaves out the byte that ends one.
  socket.once('end', () => (bytes === 0 ? end({ why: 'it hung up without an answer' }) : answered()));
  socket.once('error', (cause: NodeJS.ErrnoException) =>
    end({ why: `it cannot be reached: ${cause.code ?? 'error'}` }),
  );
  return promise;
}

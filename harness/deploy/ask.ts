import type { Readable } from 'node:stream';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Deadlines, Question } from '../transport/deadlines.ts';
import type { Channel, Transport } from '../transport/transport.ts';

/** What is said when a line has no answer. */
export interface Unanswered {
  readonly expected: string;
  readonly hint: string;
}

/** Where the node's shell is what should have answered. */
export const unanswered: Unanswered = {
  expected: "an answer from the node's shell",
  hint: 'Log in by hand and see whether `sh -c true` works there.',
};

export interface ShellQuestion extends Unanswered {
  /** Of the node, for messages. */
  readonly name: string;
  readonly deadlines: Deadlines;
  /** Answers begin with it. */
  readonly nonce: string;
  readonly signal?: AbortSignal | undefined;
}

export interface ShellAnswer {
  /** The line, without the nonce. */
  readonly answer: string;
  /** On standard error so far. */
  readonly said: string;
}

const maxNoiseBytes = 1_000_000;

/** What a line is asked, and what it reads. */
export interface Asking extends Omit<ShellQuestion, 'name' | 'nonce'> {
  readonly question: Question;
  readonly input?: Readable;
}

/** Runs a line with this input and returns its answer. Throws NODE_SILENT; INTERRUPTED once `signal` is aborted. */
export async function ask(
  transport: Transport,
  line: string,
  nonce: string,
  { question, input, ...around }: Asking,
): Promise<string> {
  const channel = await transport.exec(line);
  input?.on('error', () => channel.close()); // then there is no answer
  let bytes = 0;
  if (input === undefined) channel.stdin.end();
  else
    input
      .on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      })
      .pipe(channel.stdin);
  try {
    const asked = { ...around, name: transport.name, nonce };
    return (await nextAnswer(channel, question, asked, () => bytes)).answer;
  } finally {
    input?.destroy(); // the line may have ended without reading it all
    channel.close();
  }
}

/**
 * The next line that begins with the nonce. What follows that line stays in the channel, both outputs of which are paused.
 * `bytes` tells how much was sent so far. Throws `AssayError`: AGENT_LOST without an answer before the end, NODE_SILENT
 * without one in time; INTERRUPTED once `signal` is aborted.
 */
export async function nextAnswer(
  channel: Channel,
  question: Question,
  asked: ShellQuestion,
  bytes?: () => number,
): Promise<ShellAnswer> {
  const over = new AbortController();
  try {
    const answer = findAnswer(channel, asked, over.signal);
    return await asked.deadlines.within(question, answer, { node: asked.name, bytes });
  } finally {
    over.abort();
  }
}

/** `over` aborted: nobody waits for the answer any more. */
function findAnswer(
  { stdout, stderr, ended }: Channel,
  { name, nonce, signal, expected, hint }: ShellQuestion,
  over: AbortSignal,
): Promise<ShellAnswer> {
  if (signal?.aborted === true) return Promise.reject(interrupted());
  let [seen, said, isSettled] = [Buffer.alloc(0), '', false];
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      if (isSettled) return; // the end comes after every answer, and somebody else reads by then
      isSettled = true;
      stdout.off('data', onData).pause();
      stderr.off('data', onError).pause();
      signal?.removeEventListener('abort', onAbort);
      act();
    };
    const lost = (): void => {
      const found = `${seen.toString('utf8')}${said}`.trim().slice(0, 200);
      const text = `expected ${expected}, got \`${found}\``;
      settle(() => reject(new AssayError('AGENT_LOST', text, { node: name, hint })));
    };
    const onData = (chunk: Buffer): void => {
      seen = Buffer.concat([seen, chunk]);
      for (let end = seen.indexOf('\n'); end >= 0; end = seen.indexOf('\n')) {
        const line = seen.toString('utf8', 0, end);
        seen = seen.subarray(end + 1);
        if (!line.startsWith(`${nonce} `)) continue;
        settle(() => resolve({ answer: line.slice(nonce.length + 1), said }));
        if (seen.length > 0) stdout.unshift(seen);
        return;
      }
      if (seen.length > maxNoiseBytes) lost();
    };
    const onError = (chunk: Buffer): void => {
      said = (said + chunk.toString('utf8')).slice(-2000);
    };
    const onAbort = (): void => settle(() => reject(interrupted()));
    signal?.addEventListener('abort', onAbort, { once: true });
    over.addEventListener('abort', lost, { once: true });
    // Both are paused by the answer before.
    stderr.on('data', onError).resume();
    stdout.on('data', onData).resume();
    void ended.then(() => lost());
  });
}

const interrupted = (): AssayError => new AssayError('INTERRUPTED', 'interrupted');

import type { Readable } from 'node:stream';
import { AssayError } from '../../workloads/kit/assay-error.ts';
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

/** Runs a line with this input and returns its answer. INTERRUPTED once `signal` is aborted. */
export async function ask(
  transport: Transport,
  line: string,
  nonce: string,
  { input, ...question }: Omit<ShellQuestion, 'name' | 'nonce'> & { readonly input?: Readable },
): Promise<string> {
  const channel = await transport.exec(line);
  input?.on('error', () => channel.close()); // then there is no answer
  if (input === undefined) channel.stdin.end();
  else input.pipe(channel.stdin);
  try {
    return (await nextAnswer(channel, { ...question, name: transport.name, nonce })).answer;
  } finally {
    input?.destroy(); // the line may have ended without reading it all
    channel.close();
  }
}

/**
 * The next line that begins with the nonce. What follows that line stays in the channel, both outputs of which are paused.
 * Throws `AssayError`: AGENT_LOST without an answer before the end, or `withinMs`; INTERRUPTED once `signal` is aborted.
 */
export function nextAnswer(
  { stdout, stderr, ended }: Channel,
  { name, nonce, signal, expected, hint }: ShellQuestion,
  withinMs?: number,
): Promise<ShellAnswer> {
  if (signal?.aborted === true) return Promise.reject(interrupted());
  let [seen, said, isSettled] = [Buffer.alloc(0), '', false];
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      if (isSettled) return; // the end comes after every answer, and somebody else reads by then
      isSettled = true;
      clearTimeout(late);
      stdout.off('data', onData).pause();
      stderr.off('data', onError).pause();
      signal?.removeEventListener('abort', onAbort);
      act();
    };
    const lost = (within = ''): void => {
      const found = `${seen.toString('utf8')}${said}`.trim().slice(0, 200);
      const text = `expected ${expected}${within}, got \`${found}\``;
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
    const late =
      withinMs === undefined ? undefined : setTimeout(() => lost(` in ${withinMs / 1000} s`), withinMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    // Both are paused by the answer before.
    stderr.on('data', onError).resume();
    stdout.on('data', onData).resume();
    void ended.then(() => lost());
  });
}

const interrupted = (): AssayError => new AssayError('INTERRUPTED', 'interrupted');

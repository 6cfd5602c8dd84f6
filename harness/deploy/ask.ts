import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Transport } from '../transport/transport.ts';

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

export interface AskOptions extends Unanswered {
  readonly input?: Readable;
  readonly signal?: AbortSignal | undefined;
}

/** Runs a line with this input and returns what follows the nonce in its answer. INTERRUPTED once `signal` is aborted. */
export async function ask(
  transport: Transport,
  line: string,
  nonce: string,
  { expected, hint, input, signal }: AskOptions,
): Promise<string> {
  const channel = await transport.exec(line);
  const drop = (): void => channel.close(); // then there is no answer
  input?.on('error', drop);
  signal?.addEventListener('abort', drop, { once: true });
  if (signal?.aborted === true) drop();
  if (input === undefined) channel.stdin.end();
  else input.pipe(channel.stdin);
  const [stdout, stderr] = await Promise.all([text(channel.stdout), text(channel.stderr), channel.ended]);
  input?.destroy(); // the line may have ended without reading it all
  signal?.removeEventListener('abort', drop);
  const answer = stdout.split('\n').find((candidate) => candidate.startsWith(`${nonce} `));
  if (answer !== undefined) return answer.slice(nonce.length + 1);
  if (signal?.aborted === true) throw new AssayError('INTERRUPTED', 'interrupted');
  const found = stderr.trim().slice(0, 200);
  throw new AssayError('AGENT_LOST', `${transport.name}: expected ${expected}, got \`${found}\``, { hint });
}

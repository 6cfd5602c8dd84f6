import { randomBytes } from 'node:crypto';
import { encodeLine } from '../../agents/protocol/framing.ts';
import type { Hello } from '../../agents/protocol/messages.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Channel, Transport } from '../transport/transport.ts';
import { unanswered } from './ask.ts';
import type { Bundle } from './bundle.ts';
import { loadBundle } from './bundle.ts';
import { openLine } from './command-lines.ts';
import { deployRuntime, loadRuntimeHashes } from './runtime.ts';

/** Where an agent is to be started. */
export interface AgentPlace {
  readonly transport: Transport;
  /** Directories that the agent may use there, tried before the usual ones. */
  readonly stateDirectories: readonly string[];
  /** Path of a Node.js runtime there; `undefined`: the pinned one is brought. */
  readonly runtime: string | undefined;
}

/** Looking takes a second; what is brought may have to pass a slow link. */
const answerMs = 60_000;

/**
 * Starts the agent with its first message, in one command that brings what is missing; every file is verified there by
 * its hash. What the channel's standard output says is the agent's from its first byte on; it is paused.
 *
 * Throws `AssayError`: STATE_DIRECTORY_UNUSABLE, RUNTIME_UNSUPPORTED, AGENT_LOST, HOST_UNREACHABLE; INTERRUPTED when
 * `signal` is aborted.
 */
export async function startAgent(
  place: AgentPlace,
  hello: Hello,
  signal?: AbortSignal,
  bundle?: Bundle,
): Promise<Channel> {
  const agent = bundle ?? (await loadBundle());
  const runtime = place.runtime ?? (await loadRuntimeHashes());
  const { transport, stateDirectories: candidates } = place;
  // The runtime is brought by commands of its own, and then everything is looked at again.
  for (let isFirst = true; ; isFirst = false) {
    const nonce = randomBytes(16).toString('hex');
    const { hash } = agent;
    const text = encodeLine(hello).trimEnd();
    const channel = await transport.exec(
      openLine({ nonce, hash, candidates, run: hello.run, runtime, hello: text }),
    );
    const answer = await bring(channel, agent, { name: transport.name, nonce, signal });
    if (answer === 'started') return channel;
    channel.close();
    const [kind = '', machine = '', ...state] = answer.split(' ');
    if (kind !== 'runtime' || !isFirst) throw explain(transport.name, kind, answer);
    await deployRuntime(transport, { state: state.join(' '), machine });
  }
}

interface Asking {
  readonly name: string;
  readonly nonce: string;
  readonly signal: AbortSignal | undefined;
}

/** Sends the bundle if it is asked for; returns the answer that says how it went. */
async function bring(channel: Channel, bundle: Bundle, asking: Asking): Promise<string> {
  try {
    const answer = await nextAnswer(channel, asking);
    if (answer !== 'push') return answer;
    const packed = await bundle.packed();
    channel.stdin.write(`${packed.length}\n`);
    channel.stdin.write(packed);
    return await nextAnswer(channel, asking);
  } catch (cause) {
    channel.close();
    throw cause;
  }
}

/** The next line that begins with the nonce, without it. What follows that line stays in the channel. */
function nextAnswer(channel: Channel, { name, nonce, signal }: Asking): Promise<string> {
  const { stdout, stderr } = channel;
  let [seen, said] = [Buffer.alloc(0), ''];
  return new Promise<string>((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(late);
      stdout.off('data', onData);
      stderr.off('data', onError);
      signal?.removeEventListener('abort', onAbort);
      act();
    };
    const lost = (expected: string, found: string): void => {
      const message = `${name}: expected ${expected}, got \`${found.trim().slice(0, 200)}\``;
      settle(() => reject(new AssayError('AGENT_LOST', message, { hint: unanswered.hint })));
    };
    const onData = (chunk: Buffer): void => {
      seen = Buffer.concat([seen, chunk]);
      for (let end = seen.indexOf('\n'); end >= 0; end = seen.indexOf('\n')) {
        const line = seen.toString('utf8', 0, end);
        seen = seen.subarray(end + 1);
        if (!line.startsWith(`${nonce} `)) continue;
        stdout.pause();
        if (seen.length > 0) stdout.unshift(seen);
        settle(() => resolve(line.slice(nonce.length + 1)));
        return;
      }
      if (seen.length > 1_000_000) lost(unanswered.expected, seen.toString('utf8', 0, 200));
    };
    const onError = (chunk: Buffer): void => {
      said = (said + chunk.toString('utf8')).slice(-2000);
    };
    const onAbort = (): void => settle(() => reject(new AssayError('INTERRUPTED', 'interrupted')));
    const late = setTimeout(
      () => lost(`${unanswered.expected} in ${answerMs / 1000} s`, `${seen.toString('utf8')}${said}`),
      answerMs,
    );
    if (signal?.aborted === true) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    stderr.on('data', onError);
    stdout.on('data', onData).resume(); // paused by the answer before
    void channel.ended.then(() => lost(unanswered.expected, `${seen.toString('utf8')}${said}`));
  });
}

function explain(name: string, kind: string, answer: string): AssayError {
  const found = answer.slice(0, 500);
  if (kind === 'none')
    return new AssayError(
      'STATE_DIRECTORY_UNUSABLE',
      `${name}: expected a local, private, executable directory with room; found ${found.slice(kind.length + 1)}`,
      { hint: 'Name one in the inventory (stateDir), or make /var/tmp executable for this user.' },
    );
  if (kind === 'runtime')
    return new AssayError(
      'AGENT_LOST',
      `${name}: expected the Node.js runtime where it was put, found none`,
      {
        hint: 'Look whether something there removes or changes files of the state directory.',
      },
    );
  return new AssayError('AGENT_LOST', `${name}: the agent did not arrive intact (${found})`, {
    hint: 'Check free space in the state directory, and that gzip is there, then try again.',
  });
}

import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { encodeLine } from '../../agents/protocol/framing.ts';
import type { Hello } from '../../agents/protocol/messages.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Deadlines } from '../transport/deadlines.ts';
import type { Channel, Transport } from '../transport/transport.ts';
import type { ShellAnswer, ShellQuestion } from './ask.ts';
import { nextAnswer, unanswered } from './ask.ts';
import type { Bundle } from './bundle.ts';
import { loadBundle } from './bundle.ts';
import { openLine } from './command-lines.ts';
import { deployRuntime, loadRuntimeHashes } from './runtime.ts';

/** Where an agent is to be started. */
export interface AgentPlace {
  readonly transport: Transport;
  /** How long the node is waited for. */
  readonly deadlines: Deadlines;
  /** Directories that the agent may use there, tried before the usual ones. */
  readonly stateDirectories: readonly string[];
  /** Path of a Node.js runtime there; `undefined`: the pinned one is brought. */
  readonly runtime: string | undefined;
}

/** The bundle may have to share a slow link with many others, so it is handed over piece by piece. */
const pieceBytes = 64 * 1024;

export interface StartOptions {
  /** Ours when not given. */
  readonly bundle?: Bundle;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts the agent with its first message, in one command that brings what is missing; every file is verified there by
 * its hash. What the channel's standard output says is the agent's from its first byte on; both outputs are paused.
 *
 * Throws `AssayError`: STATE_DIRECTORY_UNUSABLE, RUNTIME_UNSUPPORTED, AGENT_LOST, NODE_SILENT, HOST_UNREACHABLE; INTERRUPTED
 * when `signal` is aborted.
 */
export async function startAgent(
  place: AgentPlace,
  hello: Hello,
  { bundle, signal }: StartOptions = {},
): Promise<Channel> {
  const agent = bundle ?? (await loadBundle());
  const runtime = place.runtime ?? (await loadRuntimeHashes());
  const { transport, deadlines, stateDirectories: candidates } = place;
  // The runtime is brought by commands of its own, and then everything is looked at again.
  for (let isFirst = true; ; isFirst = false) {
    const nonce = randomBytes(16).toString('hex');
    const { hash } = agent;
    const text = encodeLine(hello).trimEnd();
    const channel = await transport.exec(
      openLine({ nonce, hash, candidates, run: hello.run, runtime, hello: text }),
    );
    const { answer, said } = await bring(channel, agent, {
      ...unanswered,
      name: transport.name,
      deadlines,
      nonce,
      signal,
    });
    if (answer === 'started') return channel;
    channel.close();
    const [kind = '', machine = '', ...state] = answer.split(' ');
    if (kind !== 'runtime' || !isFirst) throw explain(transport.name, answer, said);
    await deployRuntime(transport, { state: state.join(' '), machine }, { deadlines, signal });
  }
}

/** Sends the bundle if it is asked for; returns the answer that says how it went. */
async function bring(channel: Channel, bundle: Bundle, question: ShellQuestion): Promise<ShellAnswer> {
  try {
    const first = await nextAnswer(channel, 'answer', question);
    if (first.answer !== 'push') return first;
    const packed = await bundle.packed();
    channel.stdin.write(`${packed.length}\n`);
    let sent = 0;
    const pieces = function* (): Generator<Uint8Array> {
      for (; sent < packed.length; sent += pieceBytes) yield packed.subarray(sent, sent + pieceBytes);
    };
    // What follows is the agent's to read.
    const input = Readable.from(pieces(), { objectMode: false, highWaterMark: pieceBytes });
    input.pipe(channel.stdin, { end: false });
    try {
      return await nextAnswer(channel, 'push', question, () => sent);
    } finally {
      input.destroy();
    }
  } catch (cause) {
    channel.close();
    throw cause;
  }
}

function explain(name: string, answer: string, said: string): AssayError {
  const [kind = ''] = answer.split(' ');
  if (kind === 'none')
    return new AssayError(
      'STATE_DIRECTORY_UNUSABLE',
      `expected a local, private, executable directory with room; found ${answer.slice(kind.length + 1, 500)}`,
      {
        node: name,
        hint: 'Name one in the inventory (stateDir), or make /var/tmp executable for this user.',
      },
    );
  if (kind === 'runtime')
    return new AssayError('AGENT_LOST', 'expected the Node.js runtime where it was put, found none', {
      node: name,
      hint: 'Look whether something there removes or changes files of the state directory.',
    });
  const why = said.trim() === '' ? answer : `${answer}: ${said.trim()}`;
  return new AssayError('AGENT_LOST', `the agent did not arrive intact (${why.slice(0, 300)})`, {
    node: name,
    hint: 'Check free space in the state directory, and that gzip is there, then try again.',
  });
}

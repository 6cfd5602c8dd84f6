import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { encodeLine } from '../../agents/protocol/framing.ts';
import type { Hello } from '../../agents/protocol/messages.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { LoadedToolpack, ToolpackName } from '../config/toolpack.ts';
import type { Deadlines } from '../transport/deadlines.ts';
import type { Channel, Transport } from '../transport/transport.ts';
import type { ShellAnswer, ShellQuestion } from './ask.ts';
import { nextAnswer, unanswered } from './ask.ts';
import type { Bundles } from './bundle.ts';
import { bundleFor, loadBundles } from './bundle.ts';
import { openLine } from './command-lines.ts';
import { deployRuntime, loadRuntimeHashes } from './runtime.ts';
import { sendToolpack } from './toolpack.ts';

/** Where an agent is to be started. */
export interface AgentPlace {
  readonly transport: Transport;
  /** How long the node is waited for. */
  readonly deadlines: Deadlines;
  /** Directories that the agent may use there, tried before the usual ones. */
  readonly stateDirectories: readonly string[];
  /** Path of a Node.js runtime there; `undefined`: the pinned one is brought. */
  readonly runtime: string | undefined;
  /** What has to lie there for tools to use, if its processor is the one that it is for. */
  readonly toolpack?: ToolpackName | undefined;
}

/** The bundle may have to share a slow link with many others, so it is handed over piece by piece. */
const pieceBytes = 64 * 1024;

export interface StartOptions {
  /** Ours when not given. */
  readonly bundles?: Bundles;
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
  options: StartOptions = {},
): Promise<Channel> {
  const bring = ({ name, found }: MissingToolpack): Promise<never> => {
    const isThere = found !== 'absent';
    throw new AssayError(
      isThere ? 'TOOLPACK_DAMAGED' : 'TOOLPACK_MISSING',
      isThere
        ? `expected the tool pack ${name} as it was built, found \`${found.slice(0, 200)}\` changed or gone`
        : `expected the tool pack ${name} of the inventory, found none`,
      {
        node: place.transport.name,
        hint: `Bring it there: assay toolpack push <folder of ${name}> <the inventory, or this machine>`,
      },
    );
  };
  return (await open(place, encodeLine(hello).trimEnd(), hello.run, bring, options)).channel;
}

/**
 * Makes sure that a node has all that a run needs there, this pack included, and starts nothing. Returns whether the pack had to be
 * brought; `foreign` where the node has another processor than it is for. Throws like `startAgent`.
 */
export async function bringToolpack(
  place: Omit<AgentPlace, 'toolpack'>,
  pack: LoadedToolpack,
  options: StartOptions = {},
): Promise<'there' | 'brought' | 'foreign'> {
  const { document, digest } = pack;
  const { deadlines, transport } = place;
  const bring = ({ state }: MissingToolpack): Promise<void> =>
    sendToolpack(transport, pack, { state, deadlines, signal: options.signal });
  const toolpack = { name: document.name, machine: document.machine, digest };
  const { channel, machine, brought } = await open({ ...place, toolpack }, undefined, 'none', bring, options);
  channel.close();
  if (machine !== document.machine) return 'foreign';
  return brought.has('toolpack') ? 'brought' : 'there';
}

/** What a node lacks of its tool pack: all of it (`absent`), or one file; and the state directory that it belongs in. */
interface MissingToolpack {
  readonly name: string;
  readonly found: string;
  readonly state: string;
}

/** Opens a node as the agent needs it. `bring` sends its tool pack there, or says that nobody does. */
async function open(
  place: AgentPlace,
  hello: string | undefined,
  run: string,
  bring: (missing: MissingToolpack) => Promise<void>,
  { bundles: given, signal }: StartOptions,
): Promise<{ readonly channel: Channel; readonly machine: string; readonly brought: ReadonlySet<string> }> {
  const bundles = given ?? (await loadBundles());
  const runtime = place.runtime ?? (await loadRuntimeHashes());
  const { transport, deadlines, stateDirectories: candidates, toolpack } = place;
  // What is brought by commands of its own is brought once, and then everything is looked at again.
  const brought = new Set<string>();
  for (;;) {
    const nonce = randomBytes(16).toString('hex');
    const channel = await transport.exec(
      openLine({ nonce, bundles, candidates, run, runtime, toolpack, hello }),
    );
    const { answer, said } = await receive(channel, bundles, {
      ...unanswered,
      name: transport.name,
      deadlines,
      nonce,
      signal,
    });
    const [kind = '', machine = '', ...rest] = answer.split(' ');
    if (kind === 'started' || kind === 'ready') return { channel, machine, brought };
    channel.close();
    if (brought.has(kind)) throw explain(transport.name, answer, said);
    brought.add(kind);
    if (kind === 'runtime')
      await deployRuntime(transport, { state: rest.join(' '), machine }, { deadlines, signal });
    else if (kind === 'toolpack' && toolpack !== undefined)
      await bring({ name: toolpack.name, found: rest[0] ?? '', state: rest.slice(1).join(' ') });
    else throw explain(transport.name, answer, said);
  }
}

/** Sends the bundle if it is asked for; returns the answer that says how it went. */
async function receive(channel: Channel, bundles: Bundles, question: ShellQuestion): Promise<ShellAnswer> {
  try {
    const first = await nextAnswer(channel, 'answer', question);
    const [kind, machine = ''] = first.answer.split(' ');
    if (kind !== 'push') return first;
    const packed = await bundleFor(bundles, machine).packed();
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
  if (kind === 'runtime' || kind === 'toolpack')
    return new AssayError(
      'AGENT_LOST',
      `expected the ${kind === 'runtime' ? 'Node.js runtime' : 'tool pack'} where it was put, found none`,
      {
        node: name,
        hint: 'Look whether something there removes or changes files of the state directory.',
      },
    );
  const why = said.trim() === '' ? answer : `${answer}: ${said.trim()}`;
  return new AssayError('AGENT_LOST', `the agent did not arrive intact (${why.slice(0, 300)})`, {
    node: name,
    hint: 'Check free space in the state directory, and that gzip is there, then try again.',
  });
}

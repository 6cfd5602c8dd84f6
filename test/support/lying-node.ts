import { mkdtempSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerChannel } from 'ssh2';
import ssh2 from 'ssh2';
import { sha256 } from '../../agents/protocol/chain.ts';
import type { Hello } from '../../agents/protocol/messages.ts';
import type { CapturedOutput, StepRequest, StepResult } from '../../agents/protocol/step.ts';
import { protocolVersion } from '../../agents/protocol/version.ts';
import { toJson } from '../../harness/store/read-document.ts';
import type { StepOutputs } from '../../workloads/kit/tool.ts';
import { loadCase } from './case.ts';
import { keepStep } from './constructed/step-evidence.ts';
import { createKey } from './sshd.ts';
import { removeFolder } from './temporary.ts';

/** What a lying node can do on a connection, honest or not. */
export interface Liar {
  readonly hello: Hello;
  readonly node: string;
  readonly send: (message: object) => void;
  /** As it stands, without a line feed or any sense. */
  readonly raw: (text: string | Buffer) => void;
  /** Sends what `make` gives, again and again, as fast as it is taken. */
  readonly flood: (make: () => string | Buffer, stream?: 'stdout' | 'stderr') => void;
  /** Appends a record to the journal that it shows. */
  readonly record: (entry: object) => void;
  /** Shows this as the evidence of a step and returns the digest of its exit.json, which `change` may change first. */
  readonly keep: (request: Request, left?: LeftBehind, change?: (result: StepResult) => object) => string;
  /** Looks at itself, and sees the machine that a node of this name is. */
  readonly look: (step: string, node: string) => void;
  /** Does what an honest node would. */
  readonly honestly: (message: Message) => void;
  /** Breaks the connection. */
  readonly drop: () => void;
  /** True for the first time that it is asked on this node. */
  readonly once: (what?: string) => boolean;
}

export type Request = Omit<StepRequest, 'budgetMs'>;
export type Message = Readonly<Record<string, unknown>>;

/** Outputs by command, and how the step ended. */
interface LeftBehind {
  readonly outputs?: StepOutputs;
  readonly execution?: StepResult['execution'];
}

/** What a node does with a message instead of what an honest one does; `exec` is the command line before any message. */
export type Lies = Readonly<Record<string, (liar: Liar, message: Message) => void>>;

/** An SSH server of ours that lets everybody in and speaks the agent's protocol: honestly, but for its lies. */
export interface LyingNode {
  readonly port: number;
  /** As a known_hosts line has it, without the name. */
  readonly hostKey: string;
  readonly stop: () => Promise<void>;
}

const machine = readFileSync(
  new URL('../../workloads/kit/facts/fixtures/virtual-machine.json', import.meta.url),
  'utf8',
);
/** What a real agent kept of the one tool that is asked for here. */
const recorded = loadCase('sha256', 'openssl-3.0.19').outputs;

/** A machine of its own: no two have one boot, and the names of the hardware are theirs. */
export function probesOf(node: string): string {
  const own = sha256(node);
  const uuid = own.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/, '$1-$2-4$3-8$4-$5');
  return machine
    .replace('00000000-1111-4222-8333-444444444444', uuid)
    .replace('00112233445566778899aabbccddeeff', own.slice(0, 32));
}

/** What a node has, whoever is connected: the journal, the files, and what it has still to do. */
class NodeState {
  readonly lines: string[] = [];
  readonly files = new Map<string, Buffer>();
  readonly todo: (() => void)[] = [];
  readonly seen = new Set<string>();
  prev: string | undefined;
}

export async function startLyingNode(lies: Lies): Promise<LyingNode> {
  // Not by ssh2, whose keys of this type are now and then malformed.
  const folder = mkdtempSync(join(tmpdir(), 'assay-liar-'));
  createKey(join(folder, 'key'), 'ed25519');
  const privateKey = readFileSync(join(folder, 'key'));
  const hostKey = readFileSync(join(folder, 'key.pub'), 'utf8').split(' ').slice(0, 2).join(' ');
  removeFolder(folder);
  const clients = new Set<{ end: () => unknown }>();
  const state = new NodeState();
  const server = new ssh2.Server({ hostKeys: [privateKey] }, (client) => {
    clients.add(client);
    client.on('error', () => undefined); // a client that has gone
    client.on('close', () => clients.delete(client));
    client.on('authentication', (attempt) => attempt.accept());
    client.on('session', (accept) => {
      accept().on('exec', (acceptExec, _reject, { command }) => {
        const channel = acceptExec();
        channel.on('error', () => undefined);
        speak({ channel, command, lies, state, drop: () => void client.end() });
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server has one
  return {
    port,
    hostKey,
    stop: async () => {
      for (const client of clients) client.end();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** One command of the coordinator: the agent is there already, and answers the first message. */
function speak(around: {
  readonly channel: ServerChannel;
  readonly command: string;
  readonly lies: Lies;
  readonly state: NodeState;
  readonly drop: () => void;
}): void {
  const { channel, command, lies, state } = around;
  const [mark = ''] = /assay-[0-9a-f]{32}/.exec(command) ?? [];
  const [, nonce = ''] = /nonce=([0-9a-f]{32})/.exec(command) ?? [];
  const unquoted = command.replaceAll(
    /'([^']*)'|\\(.)/gs,
    (_, quoted?: string, escaped?: string) => quoted ?? escaped ?? '',
  );
  const [text] = /\{"type":"hello"[^}]*\}/.exec(unquoted) ?? [];
  const hello = JSON.parse(text ?? '{}') as Hello; // written by the coordinator under test
  state.prev ??= hello.head;
  let [isGone, isStarted] = [false, false];
  channel.on('close', () => {
    isGone = true;
  });
  const raw = (said: string | Buffer): void => {
    if (!isGone) channel.write(said);
  };
  const send = (message: object): void => raw(`${JSON.stringify(message)}\n`);
  const record = (entry: object): void => {
    const head = { seq: state.lines.length, prev: state.prev, at: new Date(0).toISOString() };
    const line = JSON.stringify({ ...head, ...entry });
    state.prev = sha256(line);
    state.lines.push(line);
    send({ type: 'record', line });
  };
  const keep: Liar['keep'] = (request, left = {}, change = (result) => result) => {
    const { outputs = {}, execution = 'completed' } = left;
    const { files } = keepStep(request, outputs, { execution });
    const said = toJson(change(JSON.parse(String(files.get('exit.json'))) as StepResult)); // written just now
    for (const [file, bytes] of files) state.files.set(`steps/${request.step}/${file}`, bytes);
    state.files.set(`steps/${request.step}/exit.json`, Buffer.from(said));
    return sha256(said);
  };
  const handle = (message: Message): void => {
    const type = String(message['type']);
    if (isGone) return;
    (lies[type] ?? ((each: Liar) => each.honestly(message)))(liar, message);
  };
  const proceed = (): void => {
    while (!isGone && state.todo.length > 0) state.todo.shift()?.();
  };
  const liar: Liar = {
    hello,
    node: hello.node,
    send,
    raw,
    record,
    keep,
    flood: (make, stream = 'stdout') => {
      const target = stream === 'stdout' ? channel : channel.stderr;
      const go = (): void => {
        for (let count = 0; !isGone && count < 64; count += 1)
          if (!target.write(make())) return void target.once('drain', go);
        if (!isGone) setImmediate(go);
      };
      go();
    },
    look: (step, node) => {
      record({ type: 'step-started', step });
      const request = { step, workload: 'facts', tool: 'probe', params: {}, repetition: 1, session: 1 };
      const said = Buffer.from(probesOf(node));
      state.files.set(`steps/${step}/probes.json`, said);
      const file = 'probes.json';
      const output = { output: file, file, bytes: said.length, sha256: sha256(said), capped: false };
      const result = keep(request, {}, (exit) => ({ ...exit, commands: [commandOf('probes', [output])] }));
      record({ type: 'step-ended', step, execution: 'completed', result });
    },
    honestly: (message) => {
      honest[String(message['type'])]?.(liar, message);
      proceed();
    },
    drop: () => {
      isGone = true;
      around.drop();
    },
    once: (what = 'it') => {
      const isFirst = !state.seen.has(what);
      state.seen.add(what);
      return isFirst;
    },
  };
  const honest: Lies = {
    exec: () => {
      if (text === undefined) return raw(`${mark}\n${nonce} cleaned\n`);
      isStarted = true;
      raw(`${mark}\n${nonce} started\n`);
      handle({ ...hello });
    },
    hello: () => {
      if (hello.mode === 'stop') return;
      const { run, node } = hello;
      send({ type: 'welcome', version: protocolVersion, nonce: hello.nonce, records: state.lines.length });
      for (const line of state.lines.slice(hello.from)) send({ type: 'record', line });
      const here = { run, node, protocol: protocolVersion, bundle: 'x', bootId: 'liar', directory: '/' };
      if (state.lines.length === 0) record({ type: 'opened', ...here });
    },
    stop: () => {
      send({ type: 'stopped' });
      channel.end();
    },
    probe: (_, { step }) => liar.look(String(step), hello.node),
    batch: (_, { batch, plan, steps }) => {
      const asked = steps as readonly StepRequest[]; // sent by the coordinator under test
      record({ type: 'plan', digest: plan });
      record({ type: 'batch-started', batch, steps: asked.map(({ step }) => step) });
      for (const { budgetMs: _budget, ...request } of asked)
        state.todo.push(
          () => record({ type: 'step-started', step: request.step }),
          () => {
            const result = keep(request, { outputs: recorded });
            record({ type: 'step-ended', step: request.step, execution: 'completed', result });
          },
        );
      state.todo.push(() => record({ type: 'batch-ended', batch, execution: 'completed' }));
    },
    fetch: (_, { path }) => {
      const bytes = state.files.get(String(path)) ?? Buffer.alloc(0);
      for (let offset = 0; ; offset += chunkBytes) {
        const part = bytes.subarray(offset, offset + chunkBytes);
        const last = part.length < chunkBytes;
        send({ type: 'chunk', path, offset, data: part.toString('base64'), last });
        if (last) return;
      }
    },
    ping: () => send({ type: 'pong' }),
    clock: () => send({ type: 'clock', atMs: 0 }),
    finish: () => {
      send({ type: 'finished' });
      channel.exit(0);
      channel.end();
    },
  };
  let rest = '';
  channel.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    if (!isStarted) return; // it may be the agent that is sent
    for (const line of lines) handle(JSON.parse(line) as Message); // written by the coordinator under test
  });
  handle({ type: 'exec', mark, nonce, command });
}

const chunkBytes = 64 * 1024;

/** A command as it stands in a result. */
export const commandOf = (id: string, outputs: readonly CapturedOutput[]): object => ({
  id,
  file: id,
  args: [],
  env: {},
  directory: '/',
  execution: 'completed',
  exitCode: 0,
  startedAt: new Date(0).toISOString(),
  durationMs: 1,
  outputs,
});

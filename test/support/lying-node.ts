import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerChannel } from 'ssh2';
import ssh2 from 'ssh2';
import type { Hello } from '../../agents/protocol/messages.ts';
import type { StepRequest } from '../../agents/protocol/step.ts';
import { protocolVersion } from '../../agents/protocol/version.ts';
import type { LeftStep } from './constructed/step-evidence.ts';
import { writeStep } from './constructed/step-evidence.ts';
import { createKey } from './sshd.ts';

/** What a session of a lying node can say, honest or not. */
export interface Liar {
  readonly hello: Hello;
  readonly send: (message: object) => void;
  /** Appends a record to the journal that it shows. */
  readonly record: (entry: object) => void;
  /** Shows this as the evidence of a step and returns the digest of its exit.json. */
  readonly keep: (...step: LeftStep) => string;
}

/** What a node does with a message instead of what an honest one does. */
export type Lies = Readonly<Record<string, (liar: Liar, message: Readonly<Record<string, unknown>>) => void>>;

/** An SSH server of ours that lets everybody in and speaks the agent's protocol: honestly, but for its lies. */
export interface LyingNode {
  readonly port: number;
  /** As a known_hosts line has it, without the name. */
  readonly hostKey: string;
  readonly stop: () => Promise<void>;
}

const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

const machine = readFileSync(
  new URL('../../workloads/kit/facts/fixtures/virtual-machine.json', import.meta.url),
  'utf8',
);

export async function startLyingNode(lies: Lies): Promise<LyingNode> {
  // Not by ssh2, whose keys of this type are now and then malformed.
  const folder = mkdtempSync(join(tmpdir(), 'assay-liar-'));
  createKey(join(folder, 'key'), 'ed25519');
  const privateKey = readFileSync(join(folder, 'key'));
  const hostKey = readFileSync(join(folder, 'key.pub'), 'utf8').split(' ').slice(0, 2).join(' ');
  const clients = new Set<{ end: () => unknown }>();
  const server = new ssh2.Server({ hostKeys: [privateKey] }, (client) => {
    clients.add(client);
    client.on('error', () => undefined); // a client that has gone
    client.on('close', () => clients.delete(client));
    client.on('authentication', (attempt) => attempt.accept());
    client.on('session', (accept) => {
      accept().on('exec', (acceptExec, _reject, { command }) => {
        const channel = acceptExec();
        channel.on('error', () => undefined);
        speak(channel, command, lies, folder);
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
      rmSync(folder, { recursive: true });
    },
  };
}

/** One command of the coordinator: the agent is there already, and answers the first message. */
function speak(channel: ServerChannel, command: string, lies: Lies, folder: string): void {
  const [mark = ''] = /assay-[0-9a-f]{32}/.exec(command) ?? [];
  const [, nonce = ''] = /nonce=([0-9a-f]{32})/.exec(command) ?? [];
  const unquoted = command.replaceAll(
    /'([^']*)'|\\(.)/gs,
    (_, quoted?: string, escaped?: string) => quoted ?? escaped ?? '',
  );
  const [text = ''] = /\{"type":"hello"[^}]*\}/.exec(unquoted) ?? [];
  const hello = JSON.parse(text) as Hello; // written by the coordinator under test
  let [seq, prev] = [0, hello.head];
  const send = (message: object): void => void channel.write(`${JSON.stringify(message)}\n`);
  const record = (entry: object): void => {
    const line = JSON.stringify({ seq, prev, at: new Date(0).toISOString(), ...entry });
    [seq, prev] = [seq + 1, sha256(line)];
    send({ type: 'record', line });
  };
  const keep: Liar['keep'] = (...step) => writeStep(folder, ...step);
  const liar: Liar = { hello, send, record, keep };
  const honest: Lies = {
    hello: () => {
      send({ type: 'welcome', version: protocolVersion, nonce: hello.nonce, records: 0 });
      const { run, node } = hello;
      record({
        type: 'opened',
        run,
        node,
        protocol: protocolVersion,
        bundle: 'x',
        bootId: 'liar',
        directory: '/',
      });
    },
    probe: (_, { step }) => {
      record({ type: 'step-started', step });
      const looked = {
        exitCode: 0,
        durationMs: 1,
        stdout: '',
        stderr: '',
        artifacts: { 'probes.json': machine },
      };
      const request = { step: String(step), workload: 'facts', tool: 'probe', params: {} };
      const result = keep({ ...request, repetition: 1, session: 1 }, { probes: looked });
      record({ type: 'step-ended', step, execution: 'completed', result });
    },
    batch: (_, { batch, plan, steps }) => {
      const asked = steps as readonly StepRequest[]; // sent by the coordinator under test
      record({ type: 'plan', digest: plan });
      record({ type: 'batch-started', batch, steps: asked.map(({ step }) => step) });
      for (const { budgetMs: _, ...request } of asked) {
        record({ type: 'step-started', step: request.step });
        const result = keep(request, {}, { execution: 'error', reason: 'not done' });
        record({ type: 'step-ended', step: request.step, execution: 'error', result });
      }
      record({ type: 'batch-ended', batch, execution: 'completed' });
    },
    fetch: (_, { path }) => {
      const data = readFileSync(join(folder, String(path))).toString('base64');
      send({ type: 'chunk', path, offset: 0, data, last: true });
    },
    ping: () => send({ type: 'pong' }),
    finish: () => {
      send({ type: 'finished' });
      channel.exit(0);
      channel.end();
    },
  };
  const handle = (message: Readonly<Record<string, unknown>>): void => {
    const type = String(message['type']);
    (lies[type] ?? honest[type])?.(liar, message);
  };
  let rest = '';
  channel.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) handle(JSON.parse(line) as Record<string, unknown>);
  });
  channel.write(`${mark}\n${nonce} started\n`);
  handle({ ...hello });
}

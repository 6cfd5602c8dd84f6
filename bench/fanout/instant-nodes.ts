import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerChannel } from 'ssh2';
import ssh2 from 'ssh2';
import { keepProbes } from '../../agents/keeper/probe-step.ts';
import { sha256 } from '../../agents/protocol/chain.ts';
import { protocolVersion } from '../../agents/protocol/version.ts';
import { ProbeDocument } from '../../workloads/kit/facts/probe-output.ts';
import { startRelay } from './round-trips.ts';

// Machines that answer at once: an SSH server on every address of this machine, which says that the agent has been
// started, welcomes the coordinator, gives it the recorded facts of a virtual machine, and has a `true`. What is then left is the
// client's own cost. A relay on a second port holds every byte back, in both directions, for half of a round trip.
// Arguments: host key, port, port of the relay, round trip in milliseconds. Says `ready` when it listens.

const [hostKey = '', port = '', farPort = '', roundTripMs = ''] = process.argv.slice(2);

/** What a coordinator says, as far as it is answered here. */
interface Message {
  readonly type: string;
  readonly step?: string;
  readonly path?: string;
}

const machine = new URL('../../workloads/kit/facts/fixtures/virtual-machine.json', import.meta.url);
const place = mkdtempSync(join(tmpdir(), 'assay-instant-'));
const result = await keepProbes(
  place,
  'facts',
  ProbeDocument.parse(JSON.parse(readFileSync(machine, 'utf8'))),
  {
    startedAt: new Date(0).toISOString(),
    durationMs: 1,
    agentCpuSeconds: 0,
  },
);
const files = new Map(
  readdirSync(join(place, 'steps/facts')).map((name) => {
    const path = `steps/facts/${name}`;
    return [path, readFileSync(join(place, path), 'base64')] as const;
  }),
);
rmSync(place, { recursive: true });

const server = new ssh2.Server({ hostKeys: [readFileSync(hostKey)] }, (client) => {
  client.on('error', () => undefined); // a client that has gone
  client.on('authentication', (attempt) => attempt.accept());
  client.on('session', (accept) => {
    accept().on('exec', (acceptExec, _reject, { command }) => {
      const channel = acceptExec();
      channel.on('error', () => undefined);
      if (command === 'true') end(channel);
      else speak(channel, command);
    });
  });
});

function end(channel: ServerChannel): void {
  channel.exit(0);
  channel.end();
}

/** Answers the first line that a coordinator sends, its greeting, which stands in the command. */
function speak(channel: ServerChannel, command: string): void {
  const [mark = ''] = /assay-[0-9a-f]{32}/.exec(command) ?? [];
  const [, nonce = ''] = /nonce=([0-9a-f]{32})/.exec(command) ?? [];
  const unquoted = command.replaceAll(
    /'([^']*)'|\\(.)/gs,
    (_, quoted?: string, escaped?: string) => quoted ?? escaped ?? '',
  );
  const [text = '{}'] = /\{"type":"hello"[^}]*\}/.exec(unquoted) ?? [];
  const hello = JSON.parse(text) as Readonly<Record<'nonce' | 'run' | 'node' | 'head', string>>; // of our own client
  const send = (message: object): void => void channel.write(`${JSON.stringify(message)}\n`);
  const { run, node, head } = hello;
  const id = sha256(node).slice(0, 32);
  channel.write(`${mark}\n${nonce} started\n`);
  send({ type: 'welcome', version: protocolVersion, nonce: hello.nonce, records: 0 });
  const opened = { run, node, protocol: protocolVersion, bundle: 'instant', bootId: id, directory: '/' };
  let [seq, prev] = [0, head];
  const record = (entry: object): void => {
    const line = JSON.stringify({ seq, prev, at: new Date(0).toISOString(), ...entry });
    [seq, prev] = [seq + 1, sha256(line)];
    send({ type: 'record', line });
  };
  record({ type: 'opened', ...opened });
  const answers: Readonly<Record<string, (message: Message) => void>> = {
    ping: () => send({ type: 'pong' }),
    clock: () => send({ type: 'clock', atMs: 0 }),
    probe: ({ step }) => {
      record({ type: 'step-started', step });
      record({ type: 'step-ended', step, execution: 'completed', result });
    },
    fetch: ({ path = '' }) => {
      send({ type: 'chunk', path, offset: 0, data: files.get(path) ?? '', last: true });
    },
    finish: () => {
      send({ type: 'finished' });
      end(channel);
    },
  };
  let rest = '';
  channel.on('data', (chunk: Buffer) => {
    const lines = `${rest}${chunk.toString('utf8')}`.split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) {
      const message = JSON.parse(text) as Message; // of our own client
      answers[message.type]?.(message);
    }
  });
  channel.on('end', () => end(channel));
}

await new Promise<void>((resolve) => server.listen(Number(port), '0.0.0.0', resolve));
await startRelay(
  { host: '127.0.0.1', port: Number(port) },
  { host: '0.0.0.0', port: Number(farPort) },
  Number(roundTripMs),
);
process.stdout.write('ready\n');

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ServerChannel } from 'ssh2';
import ssh2 from 'ssh2';
import { protocolVersion } from '../../agents/protocol/version.ts';
import { startRelay } from './round-trips.ts';

// Machines that answer at once: an SSH server on every address of this machine, which says that the agent has been
// started, welcomes the coordinator, shows one record, and has a `true`. What is then left is the client's own cost. A relay on
// a second port holds every byte back, in both directions, for half of a round trip.
// Arguments: host key, port, port of the relay, round trip in milliseconds. Says `ready` when it listens.

const [hostKey = '', port = '', farPort = '', roundTripMs = ''] = process.argv.slice(2);

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
  const { run, node, head: prev } = hello;
  const id = createHash('sha256').update(node).digest('hex').slice(0, 32);
  channel.write(`${mark}\n${nonce} started\n`);
  send({ type: 'welcome', version: protocolVersion, nonce: hello.nonce, records: 0 });
  const opened = { run, node, protocol: protocolVersion, bundle: 'instant', bootId: id, directory: '/' };
  const line = JSON.stringify({ seq: 0, prev, at: new Date(0).toISOString(), type: 'opened', ...opened });
  send({ type: 'record', line });
  channel.on('data', (chunk: Buffer) => {
    if (chunk.includes('"ping"')) send({ type: 'pong' });
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

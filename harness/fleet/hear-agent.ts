import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLineSplitter } from '../../agents/protocol/framing.ts';
import { FromAgent } from '../../agents/protocol/messages.ts';
import { protocolVersion } from '../../agents/protocol/version.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { parseJson } from '../../workloads/kit/parse-json.ts';
import type { Channel } from '../transport/transport.ts';

/** How long the end of a process is waited for after its last word. */
const lastWordsMs = 1_000;

/** A chunk of evidence is 64 KiB before base64, and a node holds no more of us than that at a time. */
const mostOfLine = 512 * 1024;

/**
 * Gives every message of the agent on a channel, and then why there are no more: it spoke otherwise, or was lost. Nothing
 * more is read while a message is dealt with, so a node that sends without end fills its own buffers.
 */
export function hearAgent(
  channel: Channel,
  options: {
    readonly node: string;
    /** Of the hello that the agent was started with. */
    readonly nonce: string;
    /** How the run is named on a command line. */
    readonly run: string;
    readonly onMessage: (message: FromAgent) => Promise<void> | undefined;
    readonly onEnd: (cause: unknown) => void;
  },
): void {
  const { node, nonce, run, onMessage, onEnd } = options;
  const { stdout, stderr } = channel;
  const split = createLineSplitter(mostOfLine);
  let said = '';
  const readLine = (line: string): FromAgent => {
    const message = FromAgent.safeParse(parseJson(line)).data;
    if (message === undefined || (message.type === 'welcome' && message.nonce !== nonce))
      throw new AssayError(
        'PROTOCOL_MISMATCH',
        `the agent sent a message that does not fit protocol ${protocolVersion}: \`${line.slice(0, 80)}\``,
        { node },
      );
    return message;
  };
  const hear = async (chunk: Buffer): Promise<void> => {
    for (const line of split(chunk)) await onMessage(readLine(line));
  };
  stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-2000);
  });
  let heard = Promise.resolve();
  const onData = (chunk: Buffer): void => {
    stdout.pause();
    heard = hear(chunk).then(
      () => void stdout.resume(),
      (cause: unknown) => {
        // Nothing that comes now counts, and whoever is told closes the channel.
        stdout.off('data', onData).resume();
        onEnd(
          cause instanceof RangeError
            ? new AssayError('PROTOCOL_MISMATCH', cause.message, { node, cause })
            : cause,
        );
      },
    );
  };
  stdout.on('data', onData);
  // Both are paused by what started the agent.
  for (const stream of [stdout, stderr]) stream.resume();
  // A keeper that lets go of a connection lives on; of one that ends it is told how.
  const letGo = finished(stdout, { writable: false })
    .catch(() => undefined)
    .then(() => sleep(lastWordsMs, { exitCode: undefined }, { ref: false }));
  void Promise.race([channel.ended, letGo]).then(async ({ exitCode }) => {
    await heard;
    const words = said.trim().slice(0, 300);
    onEnd(
      new AssayError(
        'AGENT_LOST',
        `the connection to the agent ended (exit code ${exitCode ?? 'unknown'})${words === '' ? '' : `: ${words}`}`,
        { node, hint: `The run may still go on there. Continue with: assay resume ${run}` },
      ),
    );
  });
}

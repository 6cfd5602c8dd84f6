import { createLineSplitter } from '../../agents/protocol/framing.ts';
import { FromAgent } from '../../agents/protocol/messages.ts';
import { protocolVersion } from '../../agents/protocol/version.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { parseJson } from '../../workloads/kit/parse-json.ts';
import type { Channel } from '../transport/transport.ts';

/** Gives every message of the agent on a channel, and then why there are no more: it spoke otherwise, or was lost. */
export function hearAgent(
  channel: Channel,
  options: {
    readonly node: string;
    /** Of the hello that the agent was started with. */
    readonly nonce: string;
    readonly run: string;
    readonly onMessage: (message: FromAgent) => void;
    readonly onEnd: (cause: unknown) => void;
  },
): void {
  const { node, nonce, run, onMessage, onEnd } = options;
  const split = createLineSplitter();
  let stderr = '';
  const onLine = (line: string): void => {
    const message = FromAgent.safeParse(parseJson(line)).data;
    if (message === undefined || (message.type === 'welcome' && message.nonce !== nonce))
      throw new AssayError(
        'PROTOCOL_MISMATCH',
        `the agent sent a message that does not fit protocol ${protocolVersion}: \`${line.slice(0, 80)}\``,
        { node },
      );
    onMessage(message);
  };
  channel.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-2000);
  });
  channel.stdout.on('data', (chunk: Buffer) => {
    try {
      split(chunk).forEach(onLine);
    } catch (cause) {
      onEnd(
        cause instanceof RangeError
          ? new AssayError('PROTOCOL_MISMATCH', cause.message, { node, cause })
          : cause,
      );
    }
  });
  // Both are paused by what started the agent.
  for (const stream of [channel.stdout, channel.stderr]) stream.resume();
  void channel.ended.then(({ exitCode }) => {
    const said = stderr.trim().slice(0, 300);
    onEnd(
      new AssayError(
        'AGENT_LOST',
        `the connection to the agent ended (exit code ${exitCode ?? 'unknown'})${said === '' ? '' : `: ${said}`}`,
        { node, hint: `The run may still go on there. Continue with: assay resume ${run}` },
      ),
    );
  });
}

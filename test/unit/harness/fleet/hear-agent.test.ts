import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { encodeLine } from '../../../../agents/protocol/framing.ts';
import { hearAgent } from '../../../../harness/fleet/hear-agent.ts';
import type { Channel } from '../../../../harness/transport/transport.ts';
import { AssayError } from '../../../../workloads/kit/assay-error.ts';

/** What is heard on a channel whose process ends when it is told to. */
function hear() {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const { promise: ended, resolve: end } = Promise.withResolvers<{ exitCode: number | undefined }>();
  const channel: Channel = { stdin: new PassThrough(), stdout, stderr, ended, close: () => undefined };
  const heard: string[] = [];
  const over = new Promise<unknown>((onEnd) => {
    const onMessage = ({ type }: { readonly type: string }): undefined => void heard.push(type);
    hearAgent(channel, { node: 'n', nonce: 'x'.repeat(16), run: 'run', onMessage, onEnd });
  });
  return { stdout, stderr, end, heard, over };
}

it('is over when the agent lets go of the connection and lives on', async () => {
  const { stdout, heard, over } = hear();
  stdout.end(encodeLine({ type: 'pong' }));
  expect(await over).toMatchObject({ code: 'AGENT_LOST' });
  expect(heard).toEqual(['pong']);
});

it('tells how the process ended that said nothing more', async () => {
  const { stdout, stderr, end, over } = hear();
  stderr.end('out of memory\n');
  stdout.end();
  end({ exitCode: 134 });
  const cause = await over;
  expect(cause).toBeInstanceOf(AssayError);
  expect(String(cause)).toContain('(exit code 134): out of memory');
});

import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Hello } from '../../../../agents/protocol/messages.ts';
import { createBundle } from '../../../../harness/deploy/bundle.ts';
import type { AgentPlace } from '../../../../harness/deploy/start-agent.ts';
import { startAgent } from '../../../../harness/deploy/start-agent.ts';
import { createLocalTransport } from '../../../../harness/transport/local.ts';
import { patient as deadlines } from '../../../support/patient.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const hello: Hello = {
  type: 'hello',
  version: 1,
  nonce: '0123456789abcdef',
  run: 'run-1',
  node: 'node',
  head: 'ab'.repeat(32),
  beacon: 'b'.repeat(32),
  at: 'a'.repeat(64),
  from: 0,
  mode: 'open',
};
const bundle = createBundle(new Map([['agent.js', Buffer.from('// the agent\n')]]));
const bundles = { '*': bundle };

let folder: string;
let state: string;
beforeEach(() => {
  folder = temporaryDirectory();
  state = join(folder, 'state');
  mkdirSync(join(folder, 'bin'));
});

/** A program in front of the others on the PATH of the node. */
const addProgram = (name: string, script: string): void =>
  writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

/** A node whose runtime is this script. */
function createPlace(script: string, stateDirectories = [state]): AgentPlace {
  addProgram('node', script);
  const transport = createLocalTransport({ PATH: `${folder}/bin:${process.env['PATH'] ?? ''}` });
  return { transport, deadlines, stateDirectories, runtime: join(folder, 'bin/node') };
}

describe('startAgent', () => {
  it('brings the bundle once, and hands over all that the agent says and hears', async () => {
    const place = createPlace(
      'for last; do :; done; printf "%s\\n" "$last"; echo woe >&2; head -c 5; exit 7',
    );
    for (let round = 0; round < 2; round += 1) {
      const channel = await startAgent(place, hello, { bundles });
      channel.stdin.write('12345');
      const [said, error] = await Promise.all([text(channel.stdout), text(channel.stderr)]);
      expect([said, error]).toEqual([`${JSON.stringify(hello)}\n12345`, 'woe\n']);
      expect(await channel.ended).toEqual({ exitCode: 7 });
    }
    const check = 'cd "$1" && sha256sum -c --status manifest';
    expect(spawnSync('sh', ['-c', check, 'sh', join(state, 'cache', bundle.hash)]).status).toBe(0);
  });

  it('says what the node said when the bundle does not arrive', async () => {
    addProgram('gzip', 'echo "gzip: cannot allocate" >&2; exit 1');
    await expect(startAgent(createPlace(''), hello, { bundles })).rejects.toMatchObject({
      code: 'AGENT_LOST',
      message: expect.stringContaining('(damaged: gzip: cannot allocate') as unknown,
    });
    expect(readdirSync(join(state, 'cache'))).toEqual([]);
  });

  it('says why no directory will do', async () => {
    addProgram('mkdir', 'exit 1');
    addProgram('id', 'echo 4242'); // whose directories are not there yet
    await expect(startAgent(createPlace('', ['/a b']), hello, { bundles })).rejects.toMatchObject({
      code: 'STATE_DIRECTORY_UNUSABLE',
      message: expect.stringMatching(/found \/a b:cannot-be-created \/var\/tmp\/assay-\d+:/) as unknown,
    });
  });

  it('says what came instead of an answer', async () => {
    addProgram('id', 'echo "no such user" >&2; kill "$PPID"');
    await expect(startAgent(createPlace(''), hello, { bundles })).rejects.toMatchObject({
      code: 'AGENT_LOST',
      message: "local: expected an answer from the node's shell, got `no such user`",
    });
  });

  it.each([
    ['before it began', 0],
    ['while it waits for an answer', 300],
  ])('ends when it is given up %s', async (_title, afterMs) => {
    addProgram('id', 'sleep 60');
    const controller = new AbortController();
    if (afterMs === 0) controller.abort();
    else setTimeout(() => controller.abort(), afterMs);
    await expect(
      startAgent(createPlace(''), hello, { bundles, signal: controller.signal }),
    ).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});

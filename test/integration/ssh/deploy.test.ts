import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadBundle } from '../../../harness/deploy/bundle.ts';
import { deploy } from '../../../harness/deploy/deploy.ts';
import { deployRuntime, loadRuntime } from '../../../harness/deploy/runtime.ts';
import { NodeSession } from '../../../harness/run/node-session.ts';
import { RunDirectory } from '../../../harness/store/run-directory.ts';
import { createSshTransport } from '../../../harness/transport/ssh.ts';
import { createSshConnector } from '../../../harness/transport/ssh-connector.ts';
import { loadSshSettings } from '../../../harness/transport/ssh-settings.ts';
import type { Transport } from '../../../harness/transport/transport.ts';
import { AssayError } from '../../../workloads/kit/assay-error.ts';
import { createClientHome, hasSshd, startSshd } from '../../support/sshd.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

/** A machine whose login shell prints before every answer, without a line break at the end. */
async function noisyMachine(): Promise<{ transport: Transport; lines: () => number }> {
  const server = await startSshd({
    login: {
      shell: '/bin/bash',
      files: { '.bashrc': 'echo Welcome to rack 7; printf "disk almost full"\n' },
    },
  });
  onTestFinished(() => server.stop());
  const client = createClientHome(temporaryDirectory(), {
    config: [`IdentityFile ${server.identity}`],
    knownHosts: [`[127.0.0.1]:${server.port} ${server.hostKey()}`],
  });
  const transport = createSshTransport(
    await loadSshSettings(`127.0.0.1:${server.port}`, client.surroundings),
    createSshConnector({ random: Math.random }),
  );
  onTestFinished(() => transport.close());
  let lines = 0;
  const exec: Transport['exec'] = (line) => {
    lines += 1;
    return transport.exec(line);
  };
  return { transport: { ...transport, exec }, lines: () => lines };
}

const newRun = (): Promise<RunDirectory> =>
  RunDirectory.create(
    join(temporaryDirectory(), 'run'),
    {
      schema: 'assay/run',
      schemaVersion: 1,
      id: `test-${randomUUID()}`,
      nonce: randomUUID(),
      assay: 'test',
      purpose: 'survey',
      startedAt: '2026-01-01T00:00:00Z',
      profile: 'survey',
    },
    new Map(),
  );

/** This machine has one lease, which another test may hold for a moment. */
async function openWhenFree(...args: Parameters<typeof NodeSession.open>): Promise<NodeSession> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await NodeSession.open(...args);
    } catch (cause) {
      if (!(cause instanceof AssayError) || cause.code !== 'LEASE_HELD' || attempt === 60) throw cause;
      await sleep(1000);
    }
  }
}

describe.skipIf(!hasSshd)('a machine behind SSH', () => {
  it('gets agent and runtime once, is probed, and keeps nothing but the cache', {
    timeout: 180_000,
  }, async () => {
    const { transport, lines } = await noisyMachine();
    const state = join(temporaryDirectory(), 'state');
    const bundle = await loadBundle();
    const deployment = await deploy(transport, bundle, [state]);
    const runtime = await deployRuntime(transport, deployment);
    expect(deployment.state).toBe(state);
    expect(runtime).toBe(`${state}/cache/${(await loadRuntime(deployment.machine, '')).hash}/node`);
    expect(statSync(runtime).mode & 0o777).toBe(0o700);
    expect(lines()).toBe(4);

    const run = await newRun();
    const session = await openWhenFree(transport, deployment, {
      run,
      node: 'rack7',
      runtime,
      mode: 'open',
      onRecord: () => undefined,
    });
    const step = session.progress.nextFacts;
    session.send({ type: 'probe', step });
    await session.stepEnded(step);
    expect(JSON.parse((await run.read(`nodes/rack7/steps/${step}/probes.json`)).toString('utf8'))).toBeTypeOf(
      'object',
    );
    await session.finish();
    await expect
      .poll(() => (existsSync(join(state, 'runs')) ? readdirSync(join(state, 'runs')) : []))
      .toEqual([]);

    const before = lines();
    await deploy(transport, bundle, [state]);
    expect(await deployRuntime(transport, deployment)).toBe(runtime);
    expect(lines() - before).toBe(2); // nothing is pushed again
  });

  it('gets a damaged runtime replaced, and never runs it', async () => {
    const { transport } = await noisyMachine();
    const state = join(temporaryDirectory(), 'state');
    const runtime = await deployRuntime(transport, {
      state,
      machine: process.arch === 'arm64' ? 'aarch64' : 'x86_64',
    });
    const size = statSync(runtime).size;
    appendFileSync(runtime, 'x');
    await deployRuntime(transport, { state, machine: process.arch === 'arm64' ? 'aarch64' : 'x86_64' });
    expect(statSync(runtime).size).toBe(size);
    expect(readdirSync(join(state, 'cache'))).toHaveLength(1);
  });
});

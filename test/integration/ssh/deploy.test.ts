import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { deployRuntime, loadRuntime } from '../../../harness/deploy/runtime.ts';
import type { NodeSession } from '../../../harness/fleet/node-session.ts';
import type { Target } from '../../../harness/fleet/open-session.ts';
import { openSession } from '../../../harness/fleet/open-session.ts';
import { readStep } from '../../../harness/store/kept-steps.ts';
import { RunDirectory } from '../../../harness/store/run-directory.ts';
import { createSshTransport } from '../../../harness/transport/ssh.ts';
import { createSshConnector } from '../../../harness/transport/ssh-connector.ts';
import { loadSshSettings } from '../../../harness/transport/ssh-settings.ts';
import type { Transport } from '../../../harness/transport/transport.ts';
import { AssayError } from '../../../workloads/kit/assay-error.ts';
import { bareEvidence } from '../../support/bare-evidence.ts';
import { patient as deadlines } from '../../support/patient.ts';
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
    (await loadSshSettings(client.surroundings))(`127.0.0.1:${server.port}`),
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
async function openWhenFree(run: RunDirectory, target: Target): Promise<NodeSession> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await openSession(target, {
        evidence: await bareEvidence(run, target.node),
        mode: 'open',
      });
    } catch (cause) {
      if (!(cause instanceof AssayError) || cause.code !== 'LEASE_HELD' || attempt === 60) throw cause;
      await sleep(1000);
    }
  }
}

const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';

describe.skipIf(!hasSshd)('a machine behind SSH', () => {
  it('gets agent and runtime once, is probed, keeps nothing but the cache, and is reached by one line after that', {
    timeout: 180_000,
  }, async () => {
    const { transport, lines } = await noisyMachine();
    const state = join(temporaryDirectory(), 'state');
    const target: Target = {
      node: 'rack7',
      transport,
      deadlines,
      stateDirectories: [state],
      runtime: undefined,
    };
    const run = await newRun();
    const session = await openWhenFree(run, target);
    const runtime = `${state}/cache/${(await loadRuntime(machine, '')).hash}/node`;
    expect(statSync(runtime).mode & 0o777).toBe(0o700);
    // Agent pushed; runtime looked for, pushed; started.
    expect(lines() % 4).toBe(0);

    const step = session.progress.nextFacts;
    await session.probe(step, { scratch: undefined, watchMs: 0, now: () => new Date() });
    const probes =
      (await readStep(run, { node: 'rack7', step, most: Infinity }))
        .get('probes.json')
        ?.bytes.toString('utf8') ?? '';
    expect(JSON.parse(probes)).toBeTypeOf('object');
    await session.finish();
    await expect
      .poll(() => (existsSync(join(state, 'runs')) ? readdirSync(join(state, 'runs')) : []))
      .toEqual([]);

    const before = lines();
    const again = await openWhenFree(await newRun(), target);
    expect(lines() - before).toBe(1);
    await again.finish();
  });

  it('does not start a runtime of its cache that is not what it should be', {
    timeout: 120_000,
  }, async () => {
    const { transport, lines } = await noisyMachine();
    const state = join(temporaryDirectory(), 'state');
    const runtime = await deployRuntime(transport, { state, machine }, { deadlines });
    appendFileSync(runtime, 'x');
    const before = lines();
    const target: Target = {
      node: 'rack7',
      transport,
      deadlines,
      stateDirectories: [state],
      runtime: undefined,
    };
    const session = await openWhenFree(await newRun(), target);
    expect(lines() - before).toBeGreaterThan(1);
    expect(statSync(runtime).size).toBe((await loadRuntime(machine, '')).bytes);
    await session.finish();
  });

  it('gets a damaged runtime replaced, and never runs it', async () => {
    const { transport } = await noisyMachine();
    const state = join(temporaryDirectory(), 'state');
    const runtime = await deployRuntime(transport, { state, machine }, { deadlines });
    const size = statSync(runtime).size;
    appendFileSync(runtime, 'x');
    await deployRuntime(transport, { state, machine }, { deadlines });
    expect(statSync(runtime).size).toBe(size);
    expect(readdirSync(join(state, 'cache'))).toHaveLength(1);
  });
});

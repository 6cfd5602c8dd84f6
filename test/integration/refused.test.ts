import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Finished } from '../support/run-assay.ts';
import { fakeTool, quickHash, runAssay, startAssay, writeSuite } from '../support/run-assay.ts';
import { createClientHome, hasSshd, startSshd } from '../support/sshd.ts';
import { temporaryDirectory } from '../support/temporary.ts';

// A run that is refused before its first measuring step leaves nothing, here or on a machine.

let cwd: string;
let suite: string;
let options: Parameters<typeof startAssay>[1];

beforeEach(() => {
  cwd = temporaryDirectory();
  mkdirSync(join(cwd, 'runs'));
  suite = writeSuite(cwd, [quickHash({ repetitions: 1, budgetSeconds: 20 })]);
  const env = { HOME: cwd, SSH_AUTH_SOCK: '', XDG_STATE_HOME: join(cwd, 'state') };
  options = { cwd, env, path: [join(cwd, 'bin')] };
});

const assay = (...args: readonly string[]): Promise<Finished> => runAssay(args, options);
const survey = (...args: readonly string[]): Promise<Finished> =>
  assay('survey', ...args, '--suite', suite, '--out', 'runs/run');
/** This machine, with a state directory that no other test uses. */
const here = (more: object = {}) => ({ name: 'local', stateDir: join(cwd, 'node'), ...more });
const local = (): string => writeInventory({ nodes: [here()] });

function writeInventory(inventory: object): string {
  const path = join(cwd, 'rack.yaml');
  writeFileSync(path, JSON.stringify({ schema: 'assay/inventory', schemaVersion: 1, ...inventory }));
  return path;
}

/** Names of files in a folder; none when there is no such folder. */
const list = (path: string): readonly string[] => (existsSync(path) ? readdirSync(path) : []);

/** Runs that the agent holds on this machine, by their ids. */
function heldRuns(): readonly string[] {
  const runs = join(cwd, 'node/runs');
  return list(runs).flatMap((boot) => list(join(runs, boot)));
}

function expectNothingLeft(): void {
  expect(list(join(cwd, 'runs'))).toEqual([]);
  expect(existsSync(join(cwd, 'assay-runs'))).toBe(false);
  expect(list(join(cwd, 'state/assay/runs'))).toEqual([]);
  expect(list(join(cwd, 'state/assay/locks'))).toEqual([]);
  expect(heldRuns()).toEqual([]);
}

describe('a run that is refused', () => {
  it('for who is at work on the machine', async () => {
    fakeTool(join(cwd, 'bin'), 'openssl', 'sleep 600');
    const first = startAssay(['survey', local(), '--suite', suite, '--out', 'first'], options);
    await first.says('[1/1]');
    const held = heldRuns();
    const notes = list(join(cwd, 'state/assay/runs'));
    expect([held.length, notes.length]).toEqual([1, 1]);
    const { exitCode, stderr } = await survey(local());
    expect(stderr).toContain('✖ LEASE_HELD');
    expect(exitCode).toBe(3);
    expect(heldRuns()).toEqual(held);
    expect(list(join(cwd, 'state/assay/runs'))).toEqual(notes);
    expect(list(join(cwd, 'runs'))).toEqual([]);
    expect((await assay('stop', 'first', '--now')).exitCode).toBe(0);
    await first.finished;
    await assay('stop', 'first', '--abandon');
  });

  it.each([
    ['certify', '--suite', 'suite.yaml', '--out', 'runs/run'],
    ['plan', '--suite', 'suite.yaml'],
  ])('for who uses the machine (%s)', async (command, ...more) => {
    fakeTool(join(cwd, 'bin'), 'xmrig', 'sleep 600; :');
    const miner = spawn(join(cwd, 'bin/xmrig'), { stdio: 'ignore', detached: true });
    onTestFinished(() => void process.kill(-(miner.pid ?? 0), 'SIGKILL'));
    const inventory = writeInventory({ nodes: [here()] });
    const { exitCode, stderr } = await assay(command, inventory, '--profile', 'storage', ...more);
    expect(stderr).toContain('✖ NODE_OCCUPIED');
    expect(exitCode).toBe(64);
    expectNothingLeft();
  });

  it.each([
    ['certify', '--suite', 'survey', '--out', 'runs/run'],
    ['plan', '--suite', 'survey'],
  ])('for the power that its machines would draw (%s)', async (command, ...more) => {
    const inventory = writeInventory({
      powerDomains: [{ id: 'pdu', limitKw: 1, nodes: 'local' }],
      nodes: [here({ maxWatts: 2000 })],
    });
    const args = [command, inventory, '--profile', 'storage', '--exclusive-confirmed', ...more];
    const { exitCode, stderr } = await assay(...args);
    expect(stderr).toContain('✖ POWER_LIMIT');
    expect(exitCode).toBe(64);
    expectNothingLeft();
  });

  it('for a folder of reports that is another run’s', async () => {
    mkdirSync(join(cwd, 'runs/run.report'));
    const mark = JSON.stringify({ schema: 'assay/reports', schemaVersion: 1, run: 'another' });
    writeFileSync(join(cwd, 'runs/run.report/run.json'), mark);
    const { exitCode, stderr } = await survey(local());
    expect(stderr).toContain('✖ RUN_EXISTS');
    expect(exitCode).toBe(64);
    expect(list(join(cwd, 'runs'))).toEqual(['run.report']);
    expect(heldRuns()).toEqual([]);
  });

  it.each([
    ['a file that there is none of', ['--ssh-config', 'nowhere'], 64],
    ['an option that is not supported', ['--ssh-config', 'proxy'], 64],
  ])('for an ssh_config with %s', async (_, more, expected) => {
    writeFileSync(join(cwd, 'proxy'), 'ProxyCommand true\n');
    const { exitCode, stderr } = await survey('node7', ...more);
    expect(stderr).toContain('✖ CONFIG_INVALID');
    expect(exitCode).toBe(expected);
    expectNothingLeft();
  });

  it.runIf(hasSshd)('for machines that nobody knows or that let nobody in', async () => {
    const server = await startSshd({ isAuthorized: false });
    onTestFinished(() => server.stop());
    const host = `Host node7 node8\n HostName 127.0.0.1\n Port ${server.port}\n IdentityFile ${server.identity}`;
    createClientHome(cwd, {
      config: [host, 'Host node8\n UserKnownHostsFile none'],
      knownHosts: [`[127.0.0.1]:${server.port} ${server.hostKey()}`],
    });
    for (const [targets, code] of [
      [['node7'], 'AUTH_FAILED'],
      [['node8'], 'HOST_KEY_UNKNOWN'],
      [['node7', 'node8'], 'AUTH_FAILED'],
    ] as const) {
      const { exitCode, stderr } = await survey(...targets, '--ssh-config', join(cwd, '.ssh/config'));
      expect(stderr).toContain(`✖ ${code}`);
      expect(exitCode).toBe(3);
      expectNothingLeft();
    }
  });

  it('for a place where notes about runs cannot be kept', async () => {
    writeFileSync(join(cwd, 'state'), '');
    const { exitCode, stderr } = await survey(local());
    expect(stderr).toContain('XDG_STATE_HOME');
    expect(exitCode).toBe(64);
    expect(list(join(cwd, 'runs'))).toEqual([]);
    expect(heldRuns()).toEqual([]);
  });
});

describe('a run that was let go of before anything was planned', () => {
  it('is kept where machines may hold something of it, and goes on', async () => {
    const first = startAssay(['survey', local(), '--suite', suite, '--out', 'runs/run'], options);
    await expect.poll(heldRuns, { timeout: 20_000, interval: 1 }).toHaveLength(1);
    first.signal('SIGINT');
    const { exitCode, stderr } = await first.finished;
    expect(exitCode).toBe(130);
    expect(stderr).toContain(`assay resume ${join(cwd, 'runs/run')}`);
    // Who was killed between writing the plan and noting it leaves one that nobody has been told.
    writeFileSync(join(cwd, 'runs/run/plan.json'), '{}\n');
    const resumed = await assay('resume', 'runs/run');
    expect(resumed.stderr).not.toContain('✖');
    expect(resumed.exitCode).toBe(2);
    expect(heldRuns()).toEqual([]);
  });
});

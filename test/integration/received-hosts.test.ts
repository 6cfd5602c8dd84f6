import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Finished } from '../support/run-assay.ts';
import { quickHash, runAssay, writeSuite } from '../support/run-assay.ts';
import { createKey } from '../support/sshd.ts';
import { removeFolder, temporaryDirectory } from '../support/temporary.ts';

// Whom a run directory names may be somebody who waits for a login.

let parent: string;
let base: string;
let senderState: string;

// An honest run of this machine by somebody else: his notes lie elsewhere.
beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), 'assay-hosts-'));
  base = join(parent, 'base');
  senderState = join(parent, 'state');
  const suite = writeSuite(parent, [quickHash({ repetitions: 1, budgetSeconds: 10 })]);
  const args = ['survey', 'local', '--suite', suite, '--out', base];
  const ended = await runAssay(args, { cwd: parent, env: { XDG_STATE_HOME: senderState } });
  expect(ended.stderr).not.toContain('✖');
});

afterAll(() => removeFolder(parent));

let cwd: string;
let run: string;
let port: number;
let visits: number;

beforeEach(async () => {
  cwd = temporaryDirectory();
  run = join(cwd, 'run');
  cpSync(base, run, { recursive: true });
  visits = 0;
  const server = createServer((socket) => {
    visits += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  ({ port } = server.address() as AddressInfo); // a TCP server has one
});

const assay = (...args: readonly string[]): Promise<Finished> =>
  runAssay(args, {
    cwd,
    env: { HOME: cwd, SSH_AUTH_SOCK: '', XDG_STATE_HOME: join(cwd, 'state') },
  });

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
const told = ({ stderr }: Finished): string => stderr.replaceAll(/\s+/g, ' ');

/** Another inventory in the directory, as its author would write it: the header has its digest. */
function writeReceivedInventory(inventory: object): void {
  const text = JSON.stringify({ schema: 'assay/inventory', schemaVersion: 1, ...inventory });
  writeFileSync(join(run, 'inputs/inventory.json'), text);
  const header = readJson(join(run, 'run.json')) as { inputs: { path: string; sha256: string }[] };
  for (const input of header.inputs)
    if (input.path === 'inputs/inventory.json')
      input.sha256 = createHash('sha256').update(text).digest('hex');
  writeFileSync(join(run, 'run.json'), JSON.stringify(header));
}

/** An inventory of the reader's own. */
function writeInventory(inventory: object): string {
  const path = join(cwd, 'own.yaml');
  writeFileSync(path, JSON.stringify({ schema: 'assay/inventory', schemaVersion: 1, ...inventory }));
  return path;
}

function writeConfig(path: string, more = ''): string {
  writeFileSync(
    path,
    `Host *\n GlobalKnownHostsFile none\n HostName 127.0.0.1\n Port ${port}\n User author\n${more}`,
  );
  return path;
}

describe.each(['resume', 'stop'])('%s', (command) => {
  it('contacts nobody whom a directory from somebody else names, and says who that would be', async () => {
    writeReceivedInventory({
      ssh: { config: writeConfig(join(run, 'config')) },
      nodes: [
        { name: 'n1', host: 'other@node1', claims: {}, stateDir: '/srv/state' },
        { name: 'local', claims: {} },
      ],
    });
    const refused = await assay(command, 'run');
    expect(refused.exitCode).toBe(64);
    expect(told(refused)).toContain('RUN_RECEIVED');
    expect(told(refused)).toContain('--inventory FILE');
    expect(told(refused)).toContain('n1: other@node1, state directory /srv/state');
    expect(told(refused)).toContain('local: this machine');
    expect(told(refused)).toContain(`ssh_config ${run}/config`);
    expect(visits).toBe(0);
  });

  it('shows how the reader would have logged in', async () => {
    const config = writeConfig(
      join(cwd, 'config'),
      ` UserKnownHostsFile ${cwd}/known\nHost node1\n ProxyJump gate\n`,
    );
    writeReceivedInventory({ ssh: { config }, nodes: [{ name: 'n1', host: 'admin@node1', claims: {} }] });
    const refused = await assay(command, 'run');
    expect(refused.exitCode).toBe(64);
    expect(told(refused)).toContain(
      `n1: author@127.0.0.1:${port} (known by ${cwd}/known), then admin@127.0.0.1:${port}`,
    );
    expect(visits).toBe(0);
  });

  it('knows a run of this user by its header, not by its name', async () => {
    const [id] = [(readJson(join(run, 'run.json')) as { id: string }).id];
    cpSync(senderState, join(cwd, 'state'), { recursive: true });
    writeReceivedInventory({ nodes: [{ name: 'n1', host: `127.0.0.1:${port}`, claims: {} }] });
    expect((readJson(join(run, 'run.json')) as { id: string }).id).toBe(id);
    expect(told(await assay(command, 'run'))).toContain('RUN_RECEIVED');
    expect(visits).toBe(0);
  });

  it('goes on with a run that its own user has moved or copied', async () => {
    cpSync(senderState, join(cwd, 'state'), { recursive: true });
    mkdirSync(join(cwd, 'elsewhere'));
    renameSync(run, join(cwd, 'elsewhere/renamed'));
    const ended = await assay(command, 'elsewhere/renamed');
    expect(ended.stderr).not.toContain('✖');
    expect(ended.exitCode).toBe(command === 'stop' ? 0 : 2);
  });

  it('goes on by an inventory of the reader', async () => {
    const ended = await assay(command, 'run', '--inventory', writeInventory({ nodes: [{ name: 'local' }] }));
    expect(ended.stderr).not.toContain('✖');
    expect(ended.exitCode).toBe(command === 'stop' ? 0 : 2);
  });

  it.each([
    ['another name', { nodes: [{ name: 'n1' }] }, 'nodes: expected local, found no such node'],
    [
      'a node more',
      { nodes: [{ name: 'local' }, { name: 'n1' }] },
      'expected the nodes of the run, found n1',
    ],
    ['another scratch', { nodes: [{ name: 'local', scratch: '/etc' }] }, 'node local: expected'],
    ['a golden node', { golden: 'local', nodes: [{ name: 'local' }] }, 'golden: expected null'],
  ])('refuses an inventory with %s', async (_, inventory, message) => {
    const refused = await assay(command, 'run', '--inventory', writeInventory(inventory));
    expect(refused.exitCode).toBe(64);
    expect(told(refused)).toContain('CONFIG_INVALID');
    expect(told(refused)).toContain(message);
  });

  it('takes no inventory out of a run directory, also not through a link', async () => {
    symlinkSync(join(run, 'inputs'), join(cwd, 'way'));
    for (const path of ['run/inputs/inventory.json', 'way/inventory.json', 'run/../way/inventory.json']) {
      const refused = await assay(command, 'run', '--inventory', path);
      expect(refused.exitCode).toBe(64);
      expect(told(refused)).toContain('expected an inventory outside of run directories');
    }
  });

  it('uses no file in a run directory of those that say whom to trust', async () => {
    symlinkSync(join(run, 'inputs'), join(cwd, 'way'));
    mkdirSync(join(cwd, 'keys'));
    writeReceivedInventory({ nodes: [{ name: 'n1', claims: {} }] });
    const cases: readonly (readonly [string, string])[] = [
      ['an ssh_config', ` Include ${cwd}/keys/../run/in*.cfg\n`],
      ['known_hosts', ` UserKnownHostsFile ${cwd}/way/known\n`],
      ['a key', ` IdentityFile ${cwd}/way/../key\n`],
      ['the socket of an agent', ` IdentityAgent ${run}/agent\n`],
    ];
    writeFileSync(join(run, 'inner.cfg'), '');
    for (const [what, line] of cases) {
      const config = writeConfig(join(cwd, 'config'), line);
      const own = writeInventory({ ssh: { config }, nodes: [{ name: 'n1' }] });
      const refused = await assay(command, 'run', '--inventory', own);
      expect(told(refused)).toContain(`expected ${what} outside of run directories`);
      expect(refused.exitCode).toBe(64);
    }
    const own = writeInventory({ nodes: [{ name: 'n1', host: 'local', stateDir: join(run, 'state') }] });
    expect(told(await assay(command, 'run', '--inventory', own))).toContain(
      'expected a state directory outside',
    );
    expect(visits).toBe(0);
  });
});

describe('any command', () => {
  it('takes no ssh_config and no inventory out of a run directory or a folder of reports', async () => {
    cpSync(`${base}.report`, join(cwd, 'run.report'), { recursive: true });
    writeConfig(join(run, 'config'));
    writeConfig(join(cwd, 'run.report/config'));
    symlinkSync('run.report', join(cwd, 'way'));
    writeFileSync(
      join(run, 'rack.yaml'),
      JSON.stringify({ schema: 'assay/inventory', schemaVersion: 1, nodes: [{ name: 'n1' }] }),
    );
    for (const args of [
      ['survey', 'n1', '--ssh-config', 'run/config'],
      ['survey', 'n1', '--ssh-config', 'way/config'],
      ['nodes', 'clean', 'n1', '--ssh-config', 'run/config'],
      ['survey', 'run/rack.yaml'],
      ['certify', 'run/rack.yaml', '--profile', 'cpu-cluster'],
      ['plan', 'run/rack.yaml', '--profile', 'cpu-cluster'],
    ]) {
      const refused = await assay(...args);
      expect(told(refused)).toContain('outside of run directories');
      expect(refused.exitCode).toBe(64);
    }
    expect(existsSync(join(cwd, 'assay-runs')) ? readdirSync(join(cwd, 'assay-runs')) : []).toEqual([]);
    expect(visits).toBe(0);
  });

  it('takes nothing out of the folder of reports beside a run, whatever lies in it', async () => {
    mkdirSync(`${run}.report`);
    writeConfig(join(`${run}.report`, 'config'));
    const refused = await assay('survey', 'n1', '--ssh-config', 'run.report/config');
    expect(told(refused)).toContain('outside of run directories');
    expect([refused.exitCode, visits]).toEqual([64, 0]);
  });

  it('keeps its notes for its user alone, and none of a run that never began', async () => {
    const notes = join(senderState, 'assay/runs');
    expect(statSync(notes).mode & 0o777).toBe(0o700);
    expect(readdirSync(notes)).toHaveLength(1);
    expect(readdirSync(join(senderState, 'assay/locks'))).toEqual([]);
    const config = writeConfig(join(cwd, 'config'));
    const keyless = await assay('survey', 'n1', '--ssh-config', config);
    expect(keyless.stderr).toContain('✖ AUTH_FAILED');
    expect(readdirSync(join(cwd, 'state/assay/runs'))).toEqual([]);
    createKey(join(cwd, 'key'), 'ed25519');
    writeConfig(config, ` IdentityFile ${cwd}/key\n`);
    // A verdict follows, that says that the machine was not reached.
    expect((await assay('survey', 'n1', '--ssh-config', config)).exitCode).toBe(3);
    expect(visits).toBeGreaterThan(0);
    expect(readdirSync(join(cwd, 'state/assay/runs'))).toHaveLength(1);
  });
});

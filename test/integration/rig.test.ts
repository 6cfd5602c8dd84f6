import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { findObstacle } from '../rig/check-machine.ts';
import type { Answer } from '../rig/clients.ts';
import { downloadRate, openSession, openSocket, orStillOpen, run, ssh, uploadRate } from '../rig/clients.ts';
import { findMarked } from '../rig/marked-processes.ts';
import type { Rig } from '../rig/rig.ts';
import { createRig } from '../rig/rig.ts';
import type { RigNode } from '../rig/rig-node.ts';
import { removeFolder, temporaryDirectory } from '../support/temporary.ts';

const obstacle = findObstacle();
if (obstacle !== undefined && process.env['CI'] === 'true') throw obstacle;

const main = fileURLToPath(new URL('../rig/main.ts', import.meta.url));

const command = (...args: readonly string[]): Promise<Answer> => run(process.execPath, main, ...args);

async function bootId(node: RigNode): Promise<string> {
  return node.readFile('/proc/sys/kernel/random/boot_id');
}

/** What this machine still has of a rig: processes, namespaces that they are in, interfaces, mounts. */
async function remains(directory: string, id: string, namespaces: readonly string[]): Promise<object> {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const read = (path: string): string => {
    try {
      return readFileSync(path, 'latin1');
    } catch {
      return ''; // gone, or closed to root
    }
  };
  return {
    processes: pids.filter((pid) => read(`/proc/${pid}/environ`).includes(`ASSAY_RIG=${id}`)),
    namespaces: pids.filter((pid) => namespaces.includes(namespaceOf(pid, 'net'))),
    interfaces: (await run('ip', 'link')).stdout.split('\n').filter((line) => line.includes(id)),
    names: (await run('ip', 'netns', 'list')).stdout.split('\n').filter((line) => line.includes('rig')),
    mounts: read('/proc/mounts')
      .split('\n')
      .filter((line) => line.includes(directory)),
    files: existsSync(directory),
  };
}
const nothing = { processes: [], namespaces: [], interfaces: [], names: [], mounts: [], files: false };

function namespaceOf(pid: number | string, kind: string): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/${kind}`);
  } catch {
    return ''; // gone, or closed to root
  }
}

/** Where a test may build a rig: what is left of it is taken down when the test has finished. */
function placeFor(name: string): string {
  const directory = join(temporaryDirectory(), name);
  onTestFinished(async () => {
    await command('down', '--directory', directory);
  });
  return directory;
}

const idOf = (directory: string): string =>
  (JSON.parse(readFileSync(join(directory, 'rig.json'), 'utf8')) as { id: string }).id;

describe.skipIf(obstacle !== undefined)('a rig', () => {
  let rig: Rig;
  let node1: RigNode;
  let node2: RigNode;
  let node3: RigNode;
  let parent: string;

  beforeAll(async () => {
    parent = mkdtempSync(join(tmpdir(), 'assay-test-'));
    rig = await createRig({ directory: join(parent, 'rig'), nodes: 3, shape: { node3: '1gbit' } });
    [node1, node2, node3] = ['node1', 'node2', 'node3'].map((name) => rig.node(name)) as [
      RigNode,
      RigNode,
      RigNode,
    ]; // three names, three nodes
  });

  afterAll(async () => {
    await rig.remove();
    rmdirSync(parent);
  });

  it('has nodes that are machines of their own', async () => {
    const words =
      'hostname; cat /proc/sys/kernel/random/boot_id /etc/machine-id; ls /sys/class/net /tmp /var/tmp';
    const answers = await Promise.all(rig.nodes.map((node) => ssh(rig, node, words)));
    expect(answers.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual(
      Array(3).fill({ exitCode: 0, stderr: '' }),
    );
    const said = answers.map(({ stdout }) => stdout.split('\n'));
    expect(said.map(([name]) => name)).toEqual(['node1', 'node2', 'node3']);
    const identities = [...said.flatMap(([, boot, machine]) => [boot, machine]), await ownIdentity()].flat();
    expect(new Set(identities).size).toBe(8);
    expect(said[0]?.slice(3)).toEqual(['/sys/class/net:', 'fabric0', 'lo', '', '/tmp:', '', '/var/tmp:', '']);
  });

  async function ownIdentity(): Promise<readonly string[]> {
    return (await run('cat', '/proc/sys/kernel/random/boot_id', '/etc/machine-id')).stdout.trim().split('\n');
  }

  it('shows a node only its own processes, and never the key of the client', async () => {
    // Without a program of its own, the shell alone is there to see.
    const words = 'for it in /proc/[0-9]*/comm; do read -r name < "$it" && echo "$name"; done';
    const { stdout } = await ssh(rig, node1, words);
    expect([...new Set(stdout.trim().split('\n'))].toSorted()).toEqual(['bash', 'sh', 'sleep', 'sshd']);
    const own = node1.processes();
    expect(own.find(({ pid }) => pid === 1)?.machinePid).toBe(node1.machinePid);
    expect(own.map(({ commandLine }) => commandLine)).toContain('sleep infinity');
    expect(statSync(rig.files.identity).mode & 0o777).toBe(0o600);
    expect(await node1.exec(['cat', rig.files.identity])).toMatchObject({ exitCode: 1, stdout: '' });
    expect(readdirSync(join(rig.directory, 'nodes/node1/root/.ssh'))).toEqual(['authorized_keys']);
    // Also where the rig's directory is not below one of the node's own places.
    const elsewhere = await createRig({ directory: `/var/lib/assay-test-${process.pid}`, nodes: 1 });
    onTestFinished(elsewhere.remove);
    const [node] = elsewhere.nodes;
    expect(await node?.exec(['ls', '-A', elsewhere.directory])).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('connects each node to each other', async () => {
    for (const from of rig.nodes) {
      for (const to of rig.nodes) {
        const script = `exec 3<> /dev/tcp/${to.name}/22; head -n 1 <&3`;
        expect((await from.exec(['bash', '-c', script])).stdout).toMatch(/^SSH-2\.0-/);
      }
    }
    const { stdout } = await node1.exec(['ip', 'route']);
    expect(stdout.trim().split('\n')).toHaveLength(1); // its own network and nothing beyond
  });

  it('passes input, environment and exit code to a program in a node', async () => {
    const script = 'cat; echo "$WORD" >&2; exit 7';
    expect(await node1.exec(['sh', '-c', script], { input: 'in', env: { WORD: 'out' } })).toEqual({
      exitCode: 7,
      stdout: 'in',
      stderr: 'out\n',
    });
    expect(await node1.exec(['sh', '-c', 'kill -9 $$'])).toMatchObject({ exitCode: undefined });
    await expect(node1.exec(['sleep', '9'], { timeoutMs: 100 })).rejects.toThrow('within 100 ms');
  });

  it('limits a link in both directions, as asked when it was built and later', async () => {
    expect(await uploadRate(rig, node3, 48)).toBeLessThan(0.125e9);
    expect(await downloadRate(rig, node3, 48)).toBeLessThan(0.125e9);
    await node3.shape('100mbit');
    const [up, down] = [await uploadRate(rig, node3, 6), await downloadRate(rig, node3, 6)];
    expect(Math.max(up, down)).toBeLessThan(0.0125e9 * 1.05); // the burst of 256 KB is 4 % of these 6 MB
    await node3.shape(undefined);
    expect(await uploadRate(rig, node3, 48)).toBeGreaterThan(2 * up);
    expect(await downloadRate(rig, node3, 48)).toBeGreaterThan(2 * down);
    await node3.shape('1gbit');
  });

  it('boots a node again: other boot id, no process, empty /tmp and /run; the rest stays', async () => {
    const before = await bootId(node3);
    const script =
      'setsid sleep 1234 > /dev/null 2>&1 & touch /tmp/t /run/r /var/tmp/v; echo h > "$HOME/h"; mkdir /tmp/.d';
    await node3.exec(['sh', '-c', script]);
    const [session, { end }] = [await openSession(rig, node3), await openSocket(node3)];
    await node3.reboot();
    expect(await session.ended).toMatchObject({ exitCode: 255 });
    expect(await end).toBe('FIN');
    expect(await bootId(node3)).not.toBe(before);
    expect(node3.processes().map(({ commandLine }) => commandLine)).not.toContain('sleep 1234');
    const { stdout, exitCode } = await ssh(rig, node3, 'ls -A /tmp; ls /run /var/tmp; cat h');
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: '/run:\nlock\nmount\nsshd\nsshd.pid\n\n/var/tmp:\nv\nh\n',
    });
    expect(await uploadRate(rig, node3, 48)).toBeLessThan(0.125e9); // it is the link that is slow
  });

  it('boots a node again without a word to its clients, as when its power fails', async () => {
    const { socket, end } = await openSocket(node2);
    await node2.reboot({ isSilent: true });
    expect(await orStillOpen(end)).toBe('still open');
    socket.write('SSH-2.0-anybody\r\n');
    expect(await end).toBe('ECONNRESET');
    expect((await ssh(rig, node2, 'true')).exitCode).toBe(0);
  });

  it('collects the orphans of a node', async () => {
    await node1.exec(['sh', '-c', '(sleep 0.1 &) ; exit 0']);
    await expect
      .poll(() => node1.processes().filter(({ commandLine }) => /^\[|^sleep 0/.test(commandLine)))
      .toEqual([]);
  });

  it('lets all packets of a node vanish, and come back', async () => {
    const session = await openSession(rig, node2);
    await node2.blackHole(true);
    const socket = connect({ host: node2.address, port: 22 });
    const events: string[] = [];
    socket.on('connect', () => events.push('connect')).on('error', ({ message }) => events.push(message));
    onTestFinished(() => {
      socket.destroy();
    });
    session.send('into the dark\n');
    expect(await orStillOpen(session.ended)).toBe('still open');
    await setTimeout(1500);
    expect(events).toEqual([]);
    expect(await node2.readFile('/sys/class/net/fabric0/carrier')).toBe('1\n');
    expect((await ssh(rig, node1, 'true')).exitCode).toBe(0);
    await node2.blackHole(false);
    await session.says('into the dark');
    await expect.poll(() => events, { timeout: 30_000 }).toEqual(['connect']);
  });

  it('resets connections that are established, and takes new ones', async () => {
    const [session, { end }] = [await openSession(rig, node1), await openSocket(node1)];
    await node1.resetConnections();
    expect(await end).toBe('ECONNRESET');
    expect(await session.ended).toMatchObject({ exitCode: 255 });
    expect((await ssh(rig, node1, 'true')).exitCode).toBe(0);
  });

  it('stops and starts sshd, with and without its sessions', async () => {
    const session = await openSession(rig, node1);
    await node1.stopSshd();
    expect((await ssh(rig, node1, 'true')).stderr).toContain('refused');
    session.send('still here\n');
    await session.says('still here');
    await node1.startSshd();
    expect((await ssh(rig, node1, 'true')).exitCode).toBe(0);
    await node1.restartSshd({ sessions: true });
    expect(await session.ended).toMatchObject({ exitCode: 255 });
    expect((await ssh(rig, node1, 'true')).exitCode).toBe(0);
  });

  it('takes further lines of sshd_config, and says what sshd thinks of wrong ones', async () => {
    const settings = async (): Promise<string> => (await node1.exec(['/usr/sbin/sshd', '-T'])).stdout;
    expect(await settings()).toContain('maxstartups 10:30:100');
    await node1.sshdConfig(['MaxStartups 1:50:2']);
    expect(await settings()).toContain('maxstartups 1:50:2');
    await expect(node1.sshdConfig(['Nonsense yes'])).rejects.toThrow('Nonsense');
    await node1.sshdConfig([]);
    expect((await ssh(rig, node1, 'true')).exitCode).toBe(0);
  });

  it('changes the host key of a node, and lets nobody in', async () => {
    const known = readFileSync(rig.files.knownHosts, 'utf8');
    const key = await node1.changeHostKey();
    expect((await ssh(rig, node1, 'true')).stderr).toContain('HOST IDENTIFICATION HAS CHANGED');
    writeFileSync(rig.files.knownHosts, known.replace(/^(node1,\S+) .*$/m, `$1 ${key}`));
    expect((await ssh(rig, node1, 'true')).exitCode).toBe(0);
    await node1.authorize(false);
    expect((await ssh(rig, node1, 'true')).stderr).toContain('Permission denied (publickey)');
    await node1.authorize(true);
    expect((await ssh(rig, node1, 'true')).exitCode).toBe(0);
  });

  it.skipIf(!existsSync('/bin/csh'))('gives root another shell, and one that talks', async () => {
    await node1.loginShell('/bin/csh');
    await node1.writeHome({ '.cshrc': 'echo noise\n', 'below/it': 'text' });
    expect((await ssh(rig, node1, 'echo $shell; cat below/it')).stdout).toBe('noise\n/bin/csh\ntext');
    await node1.loginShell('/bin/bash');
    await node1.writeHome({ '.bashrc': 'echo noise\n' });
    expect((await ssh(rig, node1, 'echo "$SHELL"')).stdout).toBe('noise\n/bin/bash\n');
    await node1.writeHome({ '.bashrc': '' });
  });

  it('has a disk that is full, and one without programs', async () => {
    await node1.mountSmall('/var/tmp', 4_194_304);
    await node1.fillDisk('/var/tmp');
    const write = 'head -c 65536 /dev/zero > /var/tmp/more';
    expect(await ssh(rig, node1, write)).toMatchObject({ exitCode: 1 });
    await node1.freeDisk('/var/tmp');
    expect((await ssh(rig, node1, write)).exitCode).toBe(0);
    await node1.unmount('/var/tmp');
    await expect(node1.fillDisk('/var/tmp')).rejects.toThrow('expected a tmpfs');

    const runIt = 'cp /bin/true /var/tmp/true && /var/tmp/true';
    await node1.mountNoexec('/var/tmp');
    expect((await ssh(rig, node1, runIt)).exitCode).toBe(126);
    await node1.unmount('/var/tmp');
    expect((await ssh(rig, node1, runIt)).exitCode).toBe(0);
  });

  it.skipIf(!existsSync('/usr/bin/bindfs'))('has a disk that is not local', async () => {
    const runIt = 'cp /bin/true /var/tmp/true && /var/tmp/true';
    const type = async (): Promise<string> => (await ssh(rig, node1, 'stat -f -c %T /var/tmp')).stdout;
    await node1.mountNetworkLike('/var/tmp');
    expect(await type()).toBe('fuseblk\n');
    expect((await ssh(rig, node1, runIt)).exitCode).toBe(0);
    await node1.unmount('/var/tmp');
    expect(await type()).not.toBe('fuseblk\n');
  });

  it.skipIf(!existsSync('/usr/bin/gcc'))('has a clock that is wrong, until it boots again', async () => {
    const offset = async (line: string): Promise<number> =>
      Math.round((Number((await ssh(rig, node2, line)).stdout) - Date.now() / 1000) / 60) + 0; // -0 is no 0
    await node2.skewClock(600);
    expect(await offset('date +%s')).toBe(10);
    expect(await offset('env -i /bin/date +%s')).toBe(10);
    await node2.skewClock(-600);
    expect(await offset('date +%s')).toBe(-10);
    await node2.skewClock(0);
    expect(await offset('date +%s')).toBe(0);
    await node2.skewClock(600);
    await node2.loginShell('/bin/sh'); // what is set later still counts
    expect((await ssh(rig, node2, 'echo "$0"; hostname')).stdout).toBe('sh\nnode2\n');
    await node2.reboot();
    expect(await offset('date +%s')).toBe(0);
    expect(existsSync('/etc/ld.so.preload')).toBe(false);
  });

  it('leaves nothing behind, whoever takes it down', async () => {
    const directory = placeFor('second');
    const built = await command('up', '--nodes', '2', '--directory', directory, '--shape', 'node2=1gbit');
    expect(built).toMatchObject({ exitCode: 0, stderr: '' });
    expect(built.stdout).toContain(
      `npx --no -- assay certify ${directory}/rack.yaml --suite ${directory}/suite.yaml --profile cpu-cluster`,
    );
    expect(built.stdout).toContain(`down --directory ${directory}`);
    const hosts = await run('ssh', '-F', join(directory, 'ssh_config'), 'node1', 'cat /etc/hosts');
    expect(hosts.exitCode).toBe(0);
    expect(hosts.stdout).not.toContain(node1.address); // two rigs, two networks
    expect(readFileSync(join(directory, 'rack.yaml'), 'utf8')).toBe(`schema: assay/inventory
schemaVersion: 1
ssh: { config: ssh_config }
fabric: { interface: fabric0 }
nodes:
  - { name: node1, rack: R1, slot: U1 }
  - { name: node2, rack: R1, slot: U2 }
`);
    expect(await command('up', '--directory', directory)).toMatchObject({
      exitCode: 64,
      stderr: expect.stringContaining('expected no rig here yet, found one that is up') as string,
    });
    const id = idOf(directory);
    const namespaces = [...new Set(findMarked(id).map((pid) => namespaceOf(pid, 'net')))];
    expect(namespaces).toHaveLength(3); // two nodes and the switch
    expect(await remains(directory, id, namespaces)).not.toEqual(nothing);
    expect(await command('down', '--directory', directory)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await remains(directory, id, namespaces)).toEqual(nothing);
    expect(await command('down', '--directory', directory)).toMatchObject({ exitCode: 0, stderr: '' });
    expect((await ssh(rig, node1, 'true')).exitCode).toBe(0); // the other one stands
  });

  it('can be taken down after whoever built it died', async () => {
    const directory = placeFor('crashed');
    const child = spawn(process.execPath, [main, 'up', '--nodes', '20', '--directory', directory]);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await expect
      .poll(() => existsSync(join(directory, 'nodes/node3')), { interval: 5, timeout: 30_000 })
      .toBe(true);
    child.kill('SIGKILL');
    await ended;
    const id = idOf(directory);
    expect(findMarked(id)).not.toEqual([]);
    expect((await command('down', '--directory', directory)).exitCode).toBe(0);
    expect(await remains(directory, id, [])).toEqual(nothing);
  });

  it('can be taken down after somebody removed its directory', async () => {
    const directory = placeFor('removed');
    await createRig({ directory, nodes: 1 });
    const id = idOf(directory);
    removeFolder(directory);
    expect((await command('down', '--directory', directory)).stdout).toContain('is gone');
    expect(await remains(directory, id, [])).toEqual(nothing);
  });

  it('takes down what it built when it is interrupted or cannot go on', async () => {
    const directory = placeFor('failing');
    const child = spawn(process.execPath, [main, 'up', '--nodes', '20', '--directory', directory]);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await expect
      .poll(() => existsSync(join(directory, 'nodes/node2')), { interval: 5, timeout: 30_000 })
      .toBe(true);
    const id = idOf(directory);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(await remains(directory, id, [])).toEqual(nothing);
    await expect(createRig({ directory, nodes: 2, sshdConfig: ['Nonsense yes'] })).rejects.toThrow(
      'Nonsense',
    );
    expect(existsSync(directory)).toBe(false);
  });

  it('refuses what it cannot build', async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'precious'), '');
    for (const [changes, message] of [
      [{}, 'expected an empty directory or none'],
      [{ directory: join(directory, 'precious') }, 'expected an empty directory or none'],
      [{ directory: join(directory, 'a b') }, 'expected a directory of letters'],
      [{ nodes: 0 }, 'expected 1 to 200 nodes, got 0'],
      [{ shape: { node9: '1gbit' } }, 'expected one of node1, node2 to shape, got `node9`'],
      [{ shape: { node1: 'fast' } }, 'expected a rate for node1, got `fast`'],
    ] as const) {
      await expect(createRig({ directory, nodes: 2, ...changes })).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining(message) as string,
      });
    }
    expect(readdirSync(directory)).toEqual(['precious']);
  });

  it('says in one line, and one with what to do, why it refuses', async () => {
    const directory = temporaryDirectory();
    // Nobody who may read everything: a checkout can lie where others must not look.
    const asNobody = [
      '--reuid=65534',
      '--clear-groups',
      '--inh-caps=+dac_read_search',
      '--ambient-caps=+dac_read_search',
      process.execPath,
      main,
      'up',
      '--directory',
      directory,
    ];
    for (const [answer, message] of [
      [await command('up', '--sideways'), "USAGE Unknown option '--sideways'"],
      [await command('up'), 'USAGE --directory is missing'],
      [await run('setpriv', ...asNobody), 'PRIVILEGE_MISSING expected root, found uid 65534'],
    ] as const) {
      expect(answer).toMatchObject({ exitCode: 64, stdout: '' });
      expect(answer.stderr).toMatch(/^✖ .+\n {2}.+\n$/);
      expect(answer.stderr).toContain(message);
    }
  });
});

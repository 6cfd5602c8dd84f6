import type { ChildProcess } from 'node:child_process';
import { execFile, execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../test/support/sshd.ts';
import { kernelOf, packInitrd, unpackSystem } from '../guest/initrd.ts';

const names = ['guest1', 'guest2'] as const;
export type GuestName = (typeof names)[number];

/** Two guests that run, as ssh reaches them. */
export interface Guests {
  /** What ssh reads (`-F`). */
  readonly sshConfig: string;
  /** What a shell there says to a line, both streams; whatever it ends with. */
  readonly ask: (guest: GuestName, line: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

const bootMs = 5 * 60_000;

/**
 * Boots two guests from Debian's packages in a folder: `rails` interfaces with soft-RoCE each, every one joined to that of the other guest
 * by itself, and one interface by which the coordinator reaches sshd. Nothing of this host is changed: QEMU's own network for users, and
 * sockets in `folder`.
 */
export async function startGuests(folder: string, packages: string, rails: number): Promise<Guests> {
  const initrd = prepare(folder, packages);
  const started: ChildProcess[] = [];
  const ports = { guest1: await freePort(), guest2: await freePort() };
  const sshConfig = writeConfig(folder, ports);
  for (const [index, name] of names.entries()) {
    const args = argsOf({ folder, initrd, place: index + 1, port: ports[name], rails });
    const log = openSync(join(folder, `${name}.log`), 'w');
    started.push(spawn('qemu-system-x86_64', args, { stdio: ['ignore', log, log], cwd: folder }));
    // The second one connects to sockets of the first one when it begins.
    for (let tries = 0; tries < 100 && !existsSync(railPath(folder, rails - 1)); tries += 1) await delay(100);
  }
  const ask = (guest: GuestName, line: string): Promise<string> =>
    new Promise((resolve) => {
      execFile('ssh', ['-F', sshConfig, guest, line], { timeout: bootMs }, (_, stdout, stderr) =>
        resolve(`${stdout}${stderr}`),
      );
    });
  const stop = async (): Promise<void> => {
    const running = started.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
    const ended = running.map((child) => new Promise((resolve) => child.once('close', resolve)));
    for (const child of running) child.kill('SIGKILL');
    await Promise.all(ended);
  };
  const deadline = performance.now() + bootMs;
  for (const name of names)
    while ((await ask(name, 'echo is there')).trim() !== 'is there') {
      if (performance.now() > deadline || started.some(({ exitCode }) => exitCode !== null)) {
        await stop();
        throw new Error(
          `${name} does not answer:\n${readFileSync(join(folder, `${name}.log`), 'utf8').slice(-3000)}`,
        );
      }
      await delay(1000);
    }
  return { sshConfig, ask, stop };
}

/** What both guests boot from: sshd with keys that are made here and go with the folder. */
function prepare(folder: string, packages: string): string {
  const system = join(folder, 'system');
  unpackSystem(packages, system, 'rails.sh');
  mkdirSync(join(system, 'guest'));
  for (const key of ['host', 'user'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', join(folder, key)]);
  for (const [from, to] of [
    ['host', 'guest/host'],
    ['user.pub', 'guest/authorized'],
  ] as const)
    copyFileSync(join(folder, from), join(system, to));
  const files = {
    'etc/passwd': 'root:x:0:0:root:/root:/bin/bash\nsshd:x:100:65534::/run/sshd:/bin/false\n',
    'etc/group': 'root:x:0:\nnogroup:x:65534:\n',
    'guest/sshd_config': [
      ...['HostKey /guest/host', 'AuthorizedKeysFile /guest/authorized', 'PermitRootLogin yes'],
      ...['PasswordAuthentication no', 'StrictModes no', 'UsePAM no', ''],
    ].join('\n'),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(system, name), text);
  const initrd = join(folder, 'initrd');
  packInitrd(system, initrd);
  return initrd;
}

function writeConfig(folder: string, ports: Readonly<Record<GuestName, number>>): string {
  const path = join(folder, 'ssh_config');
  const known = join(folder, 'known_hosts');
  const [type, key] = readFileSync(join(folder, 'host.pub'), 'utf8').split(' ');
  for (const name of names) {
    appendFileSync(known, `[127.0.0.1]:${ports[name]} ${type} ${key?.trim()}\n`);
    appendFileSync(path, `Host ${name}\n  HostName 127.0.0.1\n  Port ${ports[name]}\n`);
  }
  const all = [
    ...['User root', `IdentityFile ${join(folder, 'user')}`, 'IdentitiesOnly yes'],
    ...[`UserKnownHostsFile ${known}`, 'ConnectTimeout 5', 'BatchMode yes', 'LogLevel ERROR'],
  ];
  appendFileSync(path, `Host *\n${all.map((line) => `  ${line}\n`).join('')}`);
  return path;
}

const railPath = (folder: string, rail: number): string => join(folder, `rail${rail}`);

function argsOf(guest: {
  readonly folder: string;
  readonly initrd: string;
  readonly place: number;
  readonly port: number;
  readonly rails: number;
}): readonly string[] {
  const { folder, initrd, place, port, rails } = guest;
  const mac = (index: number): string => `mac=52:54:00:77:0${index}:0${place}`;
  const cards = Array.from({ length: rails }, (_, rail) => [
    '-netdev',
    // A stream holds back who sends, where datagrams would be lost.
    `stream,id=rail${rail},server=${place === 1 ? 'on' : 'off'},addr.type=unix,addr.path=${railPath(folder, rail)}`,
    '-device',
    `virtio-net-pci,netdev=rail${rail},rx_queue_size=1024,${mac(rail + 1)}`,
  ]);
  return [
    // Emulated, as bench/guest.ts: nested virtualisation is not everywhere.
    ...['-machine', 'q35', '-cpu', 'max', '-accel', 'tcg,thread=multi', '-smp', '2', '-m', '4G'],
    ...[
      '-uuid',
      `00000000-0000-4000-8000-00000000000${place}`,
      '-nodefaults',
      '-nographic',
      '-serial',
      'stdio',
    ],
    ...['-no-reboot', '-kernel', kernelOf(join(folder, 'system')), '-initrd', initrd],
    ...['-append', `console=ttyS0 quiet panic=-1 net.ifnames=0 guest=${place}`],
    ...['-netdev', `user,id=user,restrict=on,hostfwd=tcp:127.0.0.1:${port}-:22`],
    ...['-device', `virtio-net-pci,netdev=user,${mac(0)}`],
    ...cards.flat(),
  ];
}

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { bootNode } from './boot-node.ts';
import type { Port } from './fabric.ts';
import { connectPort, disconnectPort, setBlackHole, shapePort } from './fabric.ts';
import { endProcess } from './marked-processes.ts';
import { writeAll, writeAuthorizedKey, writeBootId, writeHostKey, writeLoginShell } from './node-files.ts';
import type { NodeProcess } from './node-processes.ts';
import { listNodeProcesses } from './node-processes.ts';
import type { NodeSite } from './node-site.ts';
import { resetSshConnections, startSshd, stopSshd, writeSshdConfig } from './node-sshd.ts';
import type { NodeAnswer, RunInNodeOptions } from './run-in-node.ts';
import { runInNode } from './run-in-node.ts';
import { skewClock } from './skew-clock.ts';

/** What a node is made with; all of it can be changed later. */
export interface NodeSettings {
  /** Public line of the client's key. */
  readonly clientKey: string;
  readonly rate: string | undefined;
  readonly sshdLines: readonly string[];
}

/** A node that runs, and everything that a test can do to it. */
export class RigNode {
  readonly site: NodeSite;
  readonly #clientKey: string;
  #init: number;
  #rate: string | undefined;
  #isBlackHole = false;
  /** Of this boot. */
  #hasOwnEtc = false;

  /** What else a machine has from its power button on: done at every boot, before anybody can log in. */
  atBoot: (() => Promise<void>) | undefined;

  /** Use `startNode`. */
  constructor(site: NodeSite, settings: NodeSettings, init: number) {
    this.site = site;
    this.#init = init;
    this.#clientKey = settings.clientKey;
    this.#rate = settings.rate;
  }

  get name(): string {
    return this.site.name;
  }

  get address(): string {
    return this.site.address;
  }

  /** Its process 1, as this machine knows it: whose namespaces are the node's. */
  get machinePid(): number {
    return this.#init;
  }

  /** Runs a program in the node, as its root and not through sshd. */
  exec(argv: readonly string[], options?: RunInNodeOptions): Promise<NodeAnswer> {
    return runInNode(this.#init, argv, options);
  }

  processes(): readonly NodeProcess[] {
    return listNodeProcesses(this.#init);
  }

  /** A file as the node sees it. */
  async readFile(path: string): Promise<string> {
    return (await this.#succeed(['cat', '--', path])).stdout;
  }

  /** Writes files below root's home. */
  writeHome(files: Readonly<Record<string, string>>): Promise<void> {
    return writeAll(join(this.site.directory, 'root'), files);
  }

  /** Limits the node's link in both directions, as `tc` takes a rate (`1gbit`); undefined: no limit. */
  async shape(rate: string | undefined): Promise<void> {
    await shapePort(this.site.fabric, this.#port, rate);
    this.#rate = rate;
  }

  /** All packets from and to this node vanish; its interface notices nothing. */
  async blackHole(isOn: boolean): Promise<void> {
    await setBlackHole(this.site.fabric, this.name, isOn);
    this.#isBlackHole = isOn;
  }

  /** Clients of established ssh connections get a TCP reset; sshd and new connections are not concerned. */
  resetConnections(): Promise<void> {
    return resetSshConnections(this.#init);
  }

  /** New connections are refused; established ones go on, unless `sessions`. */
  stopSshd({ sessions = false }: { readonly sessions?: boolean } = {}): Promise<void> {
    return stopSshd(this.#init, { sessions });
  }

  startSshd(): Promise<void> {
    return startSshd(this.#init);
  }

  async restartSshd(options: { readonly sessions?: boolean } = {}): Promise<void> {
    await this.stopSshd(options);
    await this.startSshd();
  }

  /** Restarts sshd with these lines before its own, in place of those that were given before. */
  async sshdConfig(lines: readonly string[]): Promise<void> {
    await writeSshdConfig(this.site.directory, lines);
    await this.restartSshd();
  }

  /** Restarts sshd with another host key, which no known_hosts file has; returns its type and key. */
  async changeHostKey(): Promise<string> {
    const key = await writeHostKey(this.site);
    await this.restartSshd();
    return key;
  }

  /** Whether the client's key may log in. */
  authorize(isOn: boolean): Promise<void> {
    return writeAuthorizedKey(this.site.directory, isOn ? this.#clientKey : undefined);
  }

  /** What root gets when logging in; for lines on its standard output, see `writeHome`. */
  loginShell(path: string): Promise<void> {
    return writeLoginShell(this.site.directory, path);
  }

  /**
   * Shifts the wall clock of every program that starts from now on until the node boots again; 0: as it was. Static
   * programs keep the machine's time.
   */
  async skewClock(seconds: number): Promise<void> {
    await skewClock((argv, options) => this.#succeed(argv, options), this.#hasOwnEtc, seconds);
    this.#hasOwnEtc = true;
  }

  /** Puts an empty tmpfs of this size at a path: a disk that can be filled. It hides what is there. */
  async mountSmall(path: string, bytes: number): Promise<void> {
    await this.#succeed(['mount', '-t', 'tmpfs', '-o', `size=${bytes},mode=1777`, 'tmpfs', path]);
  }

  /** Fills what `mountSmall` put there, to the last byte. */
  async fillDisk(path: string): Promise<void> {
    const { stdout: type } = await this.#succeed(['stat', '-f', '-c', '%T', path]);
    const found = type.trim();
    // Anything else is the disk of this machine.
    if (found !== 'tmpfs')
      throw new Error(`${path} in ${this.name}: expected a tmpfs of mountSmall, found ${found}`);
    await this.exec(['dd', 'if=/dev/zero', `of=${join(path, fillName)}`, 'bs=1M']); // ends when there is no room
  }

  async freeDisk(path: string): Promise<void> {
    await this.#succeed(['rm', join(path, fillName)]);
  }

  /** The same files, but no program can be started there. */
  async mountNoexec(path: string): Promise<void> {
    await this.#succeed(['mount', '--bind', path, path]);
    await this.#succeed(['mount', '-o', 'remount,bind,noexec', path]);
  }

  /** The same files through FUSE: `stat -f` says `fuseblk`, as it does for sshfs and other network file systems. */
  async mountNetworkLike(path: string): Promise<void> {
    await this.#succeed(['bindfs', '-o', 'nonempty', path, path]);
  }

  /** Shows a file or folder of the node at another place, until the node boots again. */
  async bind(from: string, to: string): Promise<void> {
    await this.#succeed(['mount', '--bind', from, to]);
  }

  /** Undoes the last of the mounts at this path. */
  async unmount(path: string): Promise<void> {
    await this.#succeed(['umount', path]);
  }

  /**
   * All processes end, /run and /tmp are empty, mounts are gone; address, host key, home, /var/tmp and /var/log stay.
   * Clients see their connections end, as when a machine shuts down; `isSilent`: as when its power fails, they see
   * nothing until they send something to the machine that is up again.
   */
  async reboot({ isSilent = false }: { readonly isSilent?: boolean } = {}): Promise<void> {
    const { directory, fabric } = this.site;
    if (!isSilent) await this.#shutDown();
    await disconnectPort(fabric, this.name);
    await endProcess(this.#init);
    for (const name of await readdir(join(directory, 'tmp')))
      await rm(join(directory, 'tmp', name), { recursive: true });
    await writeBootId(directory);
    this.#init = await bootNode(this.site);
    this.#hasOwnEtc = false;
    await this.atBoot?.();
    await this.connect();
  }

  /** Plugs a node in that has booted, and starts its sshd. */
  async connect(): Promise<void> {
    await connectPort(this.site.fabric, this.#port);
    if (this.#rate !== undefined) await this.shape(this.#rate);
    if (this.#isBlackHole) await this.blackHole(true);
    await this.startSshd();
  }

  /** Ends everything but process 1, and gives clients a second to hear of it while there is a network. */
  async #shutDown(): Promise<void> {
    for (const { pid, machinePid } of this.processes()) if (pid !== 1) await endProcess(machinePid);
    const unheard = 'ss --no-header --tcp --numeric state fin-wait-1 state closing state last-ack';
    const wait = `while [ -n "$(${unheard})" ]; do sleep 0.01; done`;
    await this.exec(['timeout', '1', 'sh', '-c', wait]); // a client that is out of reach does not hear of it
  }

  get #port(): Port {
    const { name, address, macAddress } = this.site;
    return { name, address, macAddress, pid: this.#init };
  }

  async #succeed(argv: readonly string[], options?: RunInNodeOptions): Promise<NodeAnswer> {
    const answer = await this.exec(argv, options);
    const { exitCode, stderr } = answer;
    if (exitCode === 0) return answer;
    throw new AssayError(
      'RUNTIME_UNSUPPORTED',
      `expected \`${argv.join(' ')}\` to succeed in ${this.name}, found exit code ${exitCode ?? 'none'}: ${stderr.trim()}`,
    );
  }
}

const fillName = '.fill';

/** Boots a node whose files are written, plugs it in, and lets the client's key in. */
export async function startNode(site: NodeSite, settings: NodeSettings): Promise<RigNode> {
  await writeAuthorizedKey(site.directory, settings.clientKey);
  await writeSshdConfig(site.directory, settings.sshdLines);
  const node = new RigNode(site, settings, await bootNode(site));
  await node.connect();
  return node;
}

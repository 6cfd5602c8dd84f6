import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RigNode } from '../../rig/rig-node.ts';
import { buildCublasLt, buildNccl, buildStandIn } from './build-stand-in.ts';
import { buildManagementLibrary } from './record-played.ts';

const sourceOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Where the loader's place is on this machine: what is bound over it is what programs find. */
function loaderPath(): string {
  const listed = execFileSync('ldconfig', ['-p'], { encoding: 'utf8' });
  const path = /libOpenCL\.so\.1 .*=> (\/\S+)/.exec(listed)?.[1];
  if (path === undefined) throw new Error('expected libOpenCL.so.1 (ocl-icd-libopencl1) on this machine');
  return path;
}

/** GeForce RTX 3090 in a slot of its own. */
const onBus = {
  vendor: '0x10de',
  device: '0x2204',
  class: '0x030000',
  current_link_width: '16',
  max_link_width: '16',
  current_link_speed: '16.0 GT/s PCIe',
  max_link_speed: '16.0 GT/s PCIe',
};
export type Bus = Readonly<Record<string, Partial<typeof onBus>>>;

/** Of one device in the state that all processes share (`struct happened`): where its counters are. */
const happened = { bytes: 32, launches: 0, volatileErrors: 8, aggregateErrors: 16 } as const;

/** What has happened to the devices of a machine, by their place in the scenario, whoever did it. */
export class PlayedState {
  readonly #path: string;
  readonly #count: number;

  constructor(path: string, count: number) {
    this.#path = path;
    this.#count = count;
  }

  launchesOf(index: number): number {
    return existsSync(this.#path)
      ? Number(readFileSync(this.#path).readBigInt64LE(happened.bytes * index + happened.launches))
      : 0;
  }

  /** A memory error that cannot be corrected. */
  raiseError(index: number): void {
    for (const counter of ['volatileErrors', 'aggregateErrors'] as const) this.#write(index, counter, 1n);
  }

  /** A driver that is loaded again, as at every boot: it forgets what is volatile. */
  reloadDriver(): void {
    for (let index = 0; index < this.#count; index += 1) this.#write(index, 'volatileErrors', 0n);
  }

  #write(index: number, counter: 'volatileErrors' | 'aggregateErrors', value: bigint): void {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    const file = openSync(this.#path, 'r+');
    writeSync(file, bytes, 0, 8, happened.bytes * index + happened[counter]);
    closeSync(file);
  }
}

/** A machine with accelerators that are played. */
export interface PlayedMachine {
  /** What a command has to be started with to be on that machine. */
  readonly wrapper: readonly string[];
  /** Folders that have to be first on its PATH. */
  readonly path: readonly string[];
  /** What its kernel says from now on is added here. */
  readonly kernelLog: string;
  readonly state: PlayedState;
}

/** NVIDIA's libraries as they are played: the driver alone, or with the one of matrix products, of sums, or both. */
export type Libraries = 'driver' | 'cublaslt' | 'nccl' | 'all';

interface Played {
  readonly bus: Bus;
  readonly scenario: readonly string[];
  readonly hasDriver: boolean;
  readonly libraries?: Libraries | undefined;
  /** Of the slots that all of them are in; without it nothing is known of these. */
  readonly slot?: { readonly max_link_width: string; readonly max_link_speed: string };
}

/**
 * Writes what a machine with such accelerators has to a folder that it sees as `seenAs`, and returns what of it belongs where: the
 * addresses on its PCI bus with their attributes, an OpenCL loader that follows the scenario (scenario.h), a kernel log; with a
 * driver, which the cards are bound to then, an nvidia-smi that tells of the same devices.
 */
function writeMachine(folder: string, seenAs: string, { bus, scenario, hasDriver, libraries, slot }: Played) {
  mkdirSync(join(folder, 'bin'), { recursive: true });
  for (const [address, attributes] of Object.entries(bus)) {
    const card = join(folder, 'pci', address);
    mkdirSync(card, { recursive: true });
    for (const [name, value] of Object.entries({ ...onBus, ...attributes }))
      writeFileSync(join(card, name), `${value}\n`);
    if (hasDriver) symlinkSync('../../../bus/pci/drivers/nvidia', join(card, 'driver'));
  }
  // What a card hangs on is the folder above its own.
  for (const [name, value] of Object.entries(slot ?? {}))
    writeFileSync(join(folder, 'pci', name), `${value}\n`);
  writeFileSync(join(folder, 'scenario'), scenario.map((line) => `${line}\n`).join(''));
  writeFileSync(join(folder, 'kmsg'), '');
  // Whatever the tests run in: a container need not have been given all cards of its host.
  writeFileSync(join(folder, 'bin/systemd-detect-virt'), '#!/bin/sh\necho none\nexit 1\n', { mode: 0o755 });
  const compile = (...args: readonly string[]): void => {
    const place = `-DSCENARIO=${JSON.stringify(join(seenAs, 'scenario'))}`;
    const strict = ['-std=gnu11', '-O1', '-Wall', '-Wextra', '-Werror'];
    execFileSync('gcc', [...strict, place, ...args], { timeout: 60_000 });
  };
  compile('-shared', '-fPIC', '-o', join(folder, 'libOpenCL.so.1'), sourceOf('opencl.c'), '-ldl');
  const played = join(folder, 'lib');
  const built = { scenario: join(seenAs, 'scenario') };
  if (hasDriver) {
    compile('-o', join(folder, 'bin/nvidia-smi'), sourceOf('nvidia-smi.c'));
    buildManagementLibrary(played, built.scenario);
  }
  if (libraries !== undefined) buildStandIn(played, built);
  if (libraries === 'cublaslt' || libraries === 'all') buildCublasLt(played, built);
  if (libraries === 'nccl' || libraries === 'all') buildNccl(played, built);
  return {
    binds: [
      [join(seenAs, 'pci'), '/sys/bus/pci/devices'],
      [join(seenAs, 'libOpenCL.so.1'), loaderPath()],
      [join(seenAs, 'kmsg'), '/dev/kmsg'],
      // Nothing of a test lies there, and every node has it.
      ...(hasDriver || libraries !== undefined ? ([[join(seenAs, 'lib'), '/usr/local/lib']] as const) : []),
    ] as const,
    state: new PlayedState(join(folder, 'scenario.state'), Object.keys(bus).length),
  };
}

/** This machine, as a command sees it that is started so. */
export function playAccelerators(directory: string, played: Played): PlayedMachine {
  const { binds, state } = writeMachine(directory, directory, played);
  const mounts = binds.map((pair) => `mount --bind ${pair.join(' ')}`);
  return {
    wrapper: ['unshare', '--mount', 'sh', '-ec', [...mounts, 'exec "$@"'].join('\n'), 'sh'],
    path: [join(directory, 'bin')],
    kernelLog: join(directory, 'kmsg'),
    state,
  };
}

/** A node of the rig, from now on and after each of its boots. */
export async function playOnNode(node: RigNode, played: Played): Promise<PlayedState> {
  const seenAs = '/root/played';
  const { binds, state } = writeMachine(join(node.site.directory, 'root/played'), seenAs, played);
  const plugIn = async (): Promise<void> => {
    for (const [from, to] of [...binds, [join(seenAs, 'bin'), '/usr/local/bin'] as const])
      await node.bind(from, to);
  };
  node.atBoot = async () => {
    state.reloadDriver();
    await plugIn();
  };
  await plugIn();
  return state;
}

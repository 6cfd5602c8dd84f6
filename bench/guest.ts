import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { resource } from '../harness/resources.ts';
import { kernelOf, packInitrd, unpackSystem } from './guest/initrd.ts';

// Boots a guest with three emulated NVMe drives, two NUMA nodes, a mirror (md) and a device-mapper node, and prints what Assay sees
// of it: facts, and the health of its drives by smartctl. No network, and no image of anybody: kernel and programs are Debian's
// packages, Node.js is the pinned one.
//
//   node bench/guest.ts --arch x86_64|aarch64 --packages FOLDER --node FILE [--keep FILE]
//
// FOLDER has the packages, by `apt-get download` (for another architecture with APT::Architecture): the kernel's
// linux-image-6…-cloud-…, busybox-static, libc6, libstdc++6, libgcc-s1, util-linux, smartmontools, dmidecode, mdadm, dmsetup, and the libraries
// that they need. `--keep` writes all that came back.

const { values } = parseArgs({
  options: {
    arch: { type: 'string', default: 'x86_64' },
    packages: { type: 'string' },
    node: { type: 'string', default: process.execPath },
    keep: { type: 'string' },
  },
});
const { arch, packages, node, keep } = values;
const bootMs = 10 * 60_000;
const machines: Readonly<
  Record<string, { readonly program: string; readonly args: readonly string[]; readonly console: string }>
> = {
  x86_64: {
    program: 'qemu-system-x86_64',
    // Emulated: nested virtualisation is not everywhere, and refuses some of these processors.
    args: ['-machine', 'q35', '-cpu', 'max', '-accel', 'tcg'],
    console: 'ttyS0',
  },
  aarch64: {
    program: 'qemu-system-aarch64',
    args: ['-machine', 'virt', '-cpu', 'max', '-accel', 'tcg'],
    console: 'ttyAMA0',
  },
};
const machine = machines[arch];
if (machine === undefined || packages === undefined)
  throw new Error('usage: guest.ts --arch x86_64|aarch64 --packages FOLDER --node FILE [--keep FILE]');

const folder = mkdtempSync(join(tmpdir(), 'assay-guest-'));
try {
  const answer = JSON.parse(boot(await makeInitrd(), machine)) as Answer;
  if (keep !== undefined) writeFileSync(keep, `${JSON.stringify(answer, undefined, 1)}\n`);
  const { facts, health } = answer;
  process.stdout.write(
    `${JSON.stringify({ cpu: facts['cpu'], drives: facts['drives'], health }, undefined, 1)}\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

interface Answer {
  readonly facts: Readonly<Record<string, unknown>>;
  readonly health: unknown;
}

/** What the guest's memory begins with: the packages, Node.js, and the program that looks. */
async function makeInitrd(): Promise<string> {
  const system = join(folder, 'system');
  unpackSystem(packages ?? '', system, 'init.sh');
  cpSync(node, join(system, 'usr/bin/node'));
  const look = resource('bench/guest/look.ts');
  await build({
    entryPoints: [look],
    bundle: true,
    platform: 'node',
    // What the probes need is awaited at the top of the file.
    format: 'esm',
    outfile: join(system, 'look.mjs'),
    logLevel: 'error',
  });
  const initrd = join(folder, 'initrd');
  packInitrd(system, initrd);
  return initrd;
}

/** Runs the guest to its end and returns what it wrote to its disk. */
function boot(initrd: string, { program, args, console: device }: NonNullable<typeof machine>): string {
  const disk = (name: string, bytes: number): string => {
    const file = join(folder, name);
    writeFileSync(file, '');
    truncateSync(file, bytes);
    return file;
  };
  const answer = disk('answer', 16 * 2 ** 20);
  const drives = [0, 1, 2].flatMap((index) => [
    ...['-drive', `file=${disk(`nvme${index}`, 64 * 2 ** 20)},if=none,id=d${index},format=raw`],
    ...['-device', `nvme,serial=ASSAY000${index},drive=d${index}`],
  ]);
  const nodes = [0, 1].flatMap((index) => [
    ...['-object', `memory-backend-ram,id=m${index},size=1G`],
    ...['-numa', `node,nodeid=${index},memdev=m${index},cpus=${2 * index}-${2 * index + 1}`],
  ]);
  const kernel = kernelOf(join(folder, 'system'));
  const log = join(folder, 'log');
  execFileSync(
    program,
    [
      ...[
        ...args,
        '-smp',
        '4',
        '-m',
        '2G',
        ...nodes,
        '-nographic',
        '-no-reboot',
        '-nic',
        'user,model=virtio-net-pci,restrict=on',
      ],
      ...['-kernel', kernel, '-initrd', initrd, '-append', `console=${device} quiet panic=-1`],
      ...[
        '-drive',
        `file=${answer},if=none,id=answer,format=raw`,
        '-device',
        'virtio-blk-pci,drive=answer,serial=answer',
      ],
      ...drives,
    ],
    { timeout: bootMs, stdio: ['ignore', openSync(log, 'w'), 'inherit'], cwd: dirname(log) },
  );
  const written = readFileSync(answer);
  const bytes = Number(written.subarray(0, 16).toString('latin1'));
  if (!(bytes > 0)) throw new Error(`the guest wrote no answer:\n${readFileSync(log, 'utf8').slice(-3000)}`);
  return written.subarray(16, 16 + bytes).toString('utf8');
}

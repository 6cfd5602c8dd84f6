import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, globSync, mkdirSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { resource } from '../../harness/resources.ts';

/** Drivers of what no guest of ours has. */
const idle = [
  'gpu',
  'hid',
  'iio',
  'infiniband/hw',
  'input',
  'media',
  'net/ethernet',
  'net/wireless',
  'scsi',
  'staging',
  'usb',
];

/**
 * Unpacks Debian's packages (a folder of .deb files, one of them a kernel's) to a folder, which then has what a guest's memory begins
 * with: their programs, modules of the kernel, and `init`, a script of bench/guest.
 */
export function unpackSystem(packages: string, system: string, init: string): void {
  mkdirSync(system);
  for (const file of globSync(join(resolve(packages), '*.deb')))
    execFileSync('dpkg-deb', ['-x', file, system], { timeout: 60_000 });
  // Packages of today have no links for the folders that were merged.
  for (const name of ['bin', 'sbin', 'lib']) {
    const own = join(system, name);
    mkdirSync(join(system, 'usr', name), { recursive: true });
    if (existsSync(own))
      execFileSync('cp', ['-a', `${own}/.`, join(system, 'usr', name)], { timeout: 60_000 });
    rmSync(own, { recursive: true, force: true });
    execFileSync('ln', ['-s', `usr/${name}`, own]);
  }
  const [modules = ''] = globSync(join(system, 'usr/lib/modules/*'));
  for (const name of ['sound', 'kernel/sound', ...idle.map((each) => `kernel/drivers/${each}`)])
    rmSync(join(modules, name), { recursive: true, force: true });
  execFileSync('depmod', ['-b', join(system, 'usr'), basename(modules)], { timeout: 60_000 });
  rmSync(join(system, 'usr/share'), { recursive: true, force: true });
  if (!existsSync(join(system, 'usr/bin/busybox')))
    throw new Error('expected busybox-static among the packages');
  for (const name of ['proc', 'sys', 'dev', 'run', 'tmp', 'etc', 'root'])
    mkdirSync(join(system, name), { recursive: true });
  cpSync(resource('bench/guest/begin.sh'), join(system, 'begin.sh'));
  cpSync(resource(`bench/guest/${init}`), join(system, 'init'));
  chmodSync(join(system, 'init'), 0o755);
}

/** Packs what a system has, but for its kernel, into an initrd. */
export function packInitrd(system: string, initrd: string): void {
  const script = 'find . -path ./boot -prune -o -print0 | cpio --null -o -H newc --quiet | gzip -1 > "$0"';
  execFileSync('sh', ['-c', script, initrd], { cwd: system, timeout: 120_000 });
}

/** The kernel of a system. */
export function kernelOf(system: string): string {
  const [kernel] = globSync(join(system, 'boot/vmlinuz-*'));
  if (kernel === undefined) throw new Error('expected a kernel among the packages');
  return kernel;
}

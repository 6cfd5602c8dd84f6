import type { Drive } from '../kit/facts/host-facts.ts';
import type { CommandOutput } from '../kit/tool.ts';

/** What has to be read around a run to tell what it moved. */
export const counterFiles = ['/proc/diskstats', '/proc/self/io'] as const;

/** `/proc/diskstats` counts sectors of 512 bytes whatever the drive's own block size is (iostats.rst). */
const sectorBytes = 512;
/** Of the bytes that the tool says it moved, this share must have passed the drive. */
const leastShare = 0.95;

/** A drive, with the kernel names of all paths to it where there are several. */
interface MeasuredDrive extends Pick<Drive, 'name' | 'majorMinor'> {
  readonly paths?: readonly string[];
}

/**
 * Why the kernel's counters do not bear out that `bytes` were read from or written to `drive` by this command;
 * `undefined` when they do. A number from the page cache, a sparse file or another drive ends here.
 */
export function whyNotMoved(
  { counters }: CommandOutput,
  drive: MeasuredDrive,
  direction: 'read' | 'write',
  bytes: number,
): string | undefined {
  const word = direction === 'read' ? 'read' : 'written';
  const onDrive = difference(counters, '/proc/diskstats', (text) => driveBytes(text, drive, direction));
  if (onDrive === undefined) return `drive ${drive.majorMinor} is not in /proc/diskstats`;
  if (onDrive < leastShare * bytes)
    return `the drive moved ${percent(onDrive, bytes)} of the bytes that were ${word} (expected at least 95 %)`;
  const byProcess = difference(counters, '/proc/self/io', (text) => processBytes(text, direction));
  if (byProcess === undefined) return '/proc/self/io around the run was not readable';
  if (byProcess < leastShare * bytes) {
    return `the process moved ${percent(byProcess, bytes)} of the bytes that were ${word} to or from a device (expected at least 95 %)`;
  }
  return undefined;
}

function difference(
  counters: CommandOutput['counters'],
  file: (typeof counterFiles)[number],
  read: (text: string) => number | undefined,
): number | undefined {
  const before = read(counters?.before[file] ?? '');
  const after = read(counters?.after[file] ?? '');
  return before === undefined || after === undefined ? undefined : after - before;
}

/** Fields of a line: major, minor, name, reads, merged, sectors read, ms, writes, merged, sectors written, … */
function driveBytes(
  diskstats: string,
  drive: MeasuredDrive,
  direction: 'read' | 'write',
): number | undefined {
  const lines = diskstats.split('\n').map((line) => line.trim().split(/\s+/));
  const sectors = (fields: readonly string[]): number => Number(fields[direction === 'read' ? 5 : 9]);
  const own = lines.find(([major = '', minor = '']) => `${major}:${minor}` === drive.majorMinor);
  if (own === undefined) return undefined;
  // Some kernels count a multipath NVMe drive only on its hidden paths: nvme0c1n1 and so on carry nvme0n1.
  const [, controller, namespace] = /^(nvme\d+)(n\d+)$/.exec(drive.name) ?? [];
  const paths = lines.filter(
    ([, , name = '']) =>
      controller !== undefined && name.startsWith(`${controller}c`) && name.endsWith(namespace ?? ''),
  );
  const sum = (all: readonly (readonly string[])[]): number =>
    all.reduce((total, fields) => total + sectors(fields), 0);
  const others = drive.paths?.filter((path) => path !== drive.name) ?? [];
  const total = Math.max(
    sectors(own) + sum(lines.filter(([, , name = '']) => others.includes(name))),
    sum(paths),
  );
  return Number.isFinite(total) ? total * sectorBytes : undefined;
}

function processBytes(processIo: string, direction: 'read' | 'write'): number | undefined {
  const bytes = new RegExp(`^${direction}_bytes: (\\d+)$`, 'm').exec(processIo)?.[1];
  return bytes === undefined ? undefined : Number(bytes);
}

/** Rounded down: what misses its limit must not be shown as if it met it. */
const percent = (part: number, whole: number): string => `${Math.floor((100 * part) / whole)} %`;

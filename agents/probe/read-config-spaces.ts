import { readdir, readFile } from 'node:fs/promises';
import { readSmallFile } from '../read-small-file.ts';
import { isAbsence, systemErrorCode } from './probe-failure.ts';

const folder = '/sys/bus/pci/devices';
const mostBytes = 4096;
const openBytes = 64;

/** The configuration space of each PCI bridge as hexadecimal digits; others than root are given 64 bytes. */
export async function readConfigSpaces(): Promise<Record<string, string | { readonly error: string }>> {
  const spaces = await Promise.all(
    (await devices()).map(async (address) => {
      const space = await spaceOf(`${folder}/${address}`);
      return space === undefined ? [] : [[address, space] as const];
    }),
  );
  return Object.fromEntries(spaces.flat());
}

async function devices(): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).toSorted();
  } catch (cause) {
    if (!isAbsence(cause)) throw cause;
    return [];
  }
}

async function spaceOf(device: string): Promise<string | { readonly error: string } | undefined> {
  try {
    const pciClass = await readSmallFile(`${device}/class`, mostBytes);
    if (!pciClass.startsWith('0x0604')) return undefined;
    const bytes = (await readFile(`${device}/config`)).subarray(0, mostBytes);
    // Whoever is given 64 bytes is not to look like one whose space ends in zeros.
    const least = Math.min(bytes.length, openBytes + 1);
    let { length } = bytes;
    while (length > least && bytes[length - 1] === 0) length -= 1;
    return bytes.subarray(0, length).toString('hex');
  } catch (cause) {
    return { error: systemErrorCode(cause) ?? (cause instanceof Error ? cause.message : String(cause)) };
  }
}

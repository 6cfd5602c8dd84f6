import { realpath } from 'node:fs/promises';
import type { CounterFile, Counters } from '../../workloads/kit/tool.ts';
import { readSmallFile } from '../read-small-file.ts';

/** The longest are tables of all devices or CPUs: some 100 bytes a line. */
const counterBytes = 1024 * 1024;

/**
 * Reads the kernel's counters around a command. `/proc/self/io` is the keeper's: it counts the bytes of every child
 * that it has waited for (the kernel adds them on wait), so the difference is the tool's own traffic, exactly and
 * without sampling a process that is about to end. A file that cannot be read, or leads out of /proc and /sys, is absent.
 */
export async function readCounters(files: readonly CounterFile[]): Promise<Counters> {
  const texts = await Promise.all(files.map(async (file) => [file, await readCounter(file)] as const));
  return Object.fromEntries(texts.flatMap(([file, text]) => (text === undefined ? [] : [[file, text]])));
}

async function readCounter(file: CounterFile): Promise<string | undefined> {
  try {
    const path = await realpath(file);
    if (!/^\/(proc|sys)\//.test(path)) return undefined;
    const text = await readSmallFile(path, counterBytes);
    // Behind the line of all CPUs come one for each and one for every interrupt: nobody reads them.
    return file === '/proc/stat' ? text.slice(0, text.indexOf('\n') + 1) : text;
  } catch (cause) {
    // Not there, not ours to read, too long: the parser says what the lack of it means for its numbers.
    if (cause instanceof Error) return undefined;
    throw cause;
  }
}

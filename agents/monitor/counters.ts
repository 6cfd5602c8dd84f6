import { glob, realpath } from 'node:fs/promises';
import type { CounterFile, Counters } from '../../workloads/kit/tool.ts';
import { readSmallFile } from '../read-small-file.ts';

/** The longest are tables of all devices or CPUs: some 100 bytes a line. */
const counterBytes = 1024 * 1024;
/** A column for each CPU and a line for each interrupt, of which there are thousands. */
const interruptBytes = 64 * 1024 * 1024;

/** What is kept of files of which most is nobody's concern. */
const excerpts: Readonly<Record<string, (text: string) => string>> = {
  // Behind the line of all CPUs come one for each and one for every interrupt.
  '/proc/stat': (text) => text.slice(0, text.indexOf('\n') + 1),
  // Those of processors have names, those of devices numbers.
  '/proc/interrupts': (text) =>
    text
      .split('\n')
      .filter((line) => /^ *[A-Z]+:/.test(line))
      .map((line) => `${line}\n`)
      .join(''),
};

/**
 * Reads the kernel's counters around a command. `/proc/self/io` is the keeper's: it counts the bytes of every child
 * that it has waited for (the kernel adds them on wait), so the difference is the tool's own traffic, exactly and
 * without sampling a process that is about to end. A file that cannot be read, or leads out of /proc and /sys, is absent.
 */
export async function readCounters(files: readonly CounterFile[]): Promise<Counters> {
  const named = (await Promise.all(files.map(namesOf))).flat();
  const texts = await Promise.all(named.map(async (file) => [file, await readCounter(file)] as const));
  return Object.fromEntries(texts.flatMap(([file, text]) => (text === undefined ? [] : [[file, text]])));
}

/** The files that are there now of a name with `*` in it. */
async function namesOf(file: CounterFile): Promise<readonly CounterFile[]> {
  if (!file.includes('*')) return [file];
  const names: CounterFile[] = [];
  for await (const name of glob(file)) names.push(name as CounterFile); // begins as the pattern does
  return names.toSorted();
}

async function readCounter(file: CounterFile): Promise<string | undefined> {
  try {
    const path = await realpath(file);
    if (!/^\/(proc|sys)\//.test(path)) return undefined;
    const text = await readSmallFile(path, file === '/proc/interrupts' ? interruptBytes : counterBytes);
    return excerpts[file]?.(text) ?? text;
  } catch (cause) {
    // Not there, not ours to read, too long: the parser says what the lack of it means for its numbers.
    if (cause instanceof Error) return undefined;
    throw cause;
  }
}

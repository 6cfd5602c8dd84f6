import { readFile } from 'node:fs/promises';
import type { Counters } from '../../workloads/kit/tool.ts';

/**
 * The kernel's counters around a command. `/proc/self/io` of the keeper counts the bytes of every child that it
 * has waited for (the kernel adds them on wait), so the difference is the tool's own traffic, exactly and
 * without sampling a process that is about to end. A counter that cannot be read is an empty text.
 */
export async function readCounters(): Promise<Counters> {
  const [diskstats, processIo, stat] = await Promise.all(
    ['/proc/diskstats', '/proc/self/io', '/proc/stat'].map(readOrEmpty),
  );
  return {
    diskstats: diskstats ?? '',
    processIo: processIo ?? '',
    stat: (stat ?? '').split('\n', 1)[0] ?? '',
  };
}

async function readOrEmpty(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'EACCES'))
      return '';
    throw cause;
  }
}

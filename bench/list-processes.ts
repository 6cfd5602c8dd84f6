import { readdirSync, readFileSync } from 'node:fs';

/** The processes of this machine with the words of their command lines, as far as they are ours to read. */
export function listProcesses(): readonly { readonly pid: number; readonly words: readonly string[] }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split(/[\0 ]/); // a keeper calls itself so, in one word
        return [{ pid: Number(pid), words }];
      } catch (cause) {
        // It has ended since the directory was read.
        if (cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ESRCH'))
          return [];
        throw cause;
      }
    });
}

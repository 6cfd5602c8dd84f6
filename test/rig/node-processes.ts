import { readdirSync, readlinkSync } from 'node:fs';
import { isCode } from './is-code.ts';
import { readProcFile } from './marked-processes.ts';

/** A process of a node. */
export interface NodeProcess {
  /** As the node knows it. */
  readonly pid: number;
  /** As this machine knows it. */
  readonly machinePid: number;
  /** Its parent, as this machine knows it. */
  readonly machineParent: number;
  readonly commandLine: string;
}

/** All processes in the PID namespace of this process 1; looking starts none in there. */
export function listNodeProcesses(init: number): readonly NodeProcess[] {
  const namespace = pidNamespace(`${init}`);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && namespace !== undefined && pidNamespace(name) === namespace)
    .flatMap((name) => {
      const status = readProcFile(`${name}/status`);
      const [, pid] = /^NSpid:.*\t(\d+)$/m.exec(status) ?? [];
      const [, parent] = /^PPid:\t(\d+)$/m.exec(status) ?? [];
      if (pid === undefined) return []; // it ended just now
      const words = readProcFile(`${name}/cmdline`).split('\0').filter(Boolean);
      const commandLine = words.length > 0 ? words.join(' ') : `[${readProcFile(`${name}/comm`).trim()}]`;
      return [{ pid: Number(pid), machinePid: Number(name), machineParent: Number(parent), commandLine }];
    });
}

/** Undefined for a process that is gone, has nothing left but its exit code, or is closed even to root. */
function pidNamespace(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch (cause) {
    if (isCode(cause, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM')) return undefined;
    throw cause;
  }
}

import { homedir } from 'node:os';

/** What the agent takes from its surroundings: read once, here, and passed on. */
export interface AgentEnvironment {
  readonly path: string;
  readonly uid: number;
  /** Where Node.js keeps compiled code. */
  readonly compileCache: string | undefined;
  /** Where the tool pack of the site lies, found whole by the command that started us. */
  readonly toolpack: string | undefined;
}

/** Directories that hold system programs but are missing from the PATH of many non-login shells. */
const systemDirectories = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

export function readAgentEnvironment(): AgentEnvironment {
  const given = (process.env['PATH'] ?? '').split(':').filter((entry) => entry.startsWith('/'));
  const path = [...new Set([...given, ...systemDirectories])].filter((entry) => entry !== homedir());
  return {
    path: path.join(':'),
    uid: process.getuid?.() ?? 0,
    compileCache: process.env['NODE_COMPILE_CACHE'],
    toolpack: process.env['ASSAY_TOOLPACK'],
  };
}

import * as z from 'zod';
import { programOf } from '../privilege.ts';
import type { Evidence } from './evidence.ts';
import { whyUnread } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown, valueOf } from './fact.ts';
import type { HostFacts } from './host-facts.ts';
import { onlineCpus } from './read-cpu.ts';
import { readCpuList } from './read-cpu-list.ts';
import { readMemory } from './read-memory.ts';
import { mountOf } from './read-mounts.ts';
import { mapFact, readAmount } from './read-number.ts';
import { FileSystemStatus } from './read-scratch.ts';
import { isAllAllowed, readSudoListing } from './read-sudo.ts';
import { whyHidden } from './visible-cgroup.ts';

/** RLIM_INFINITY (2^64 − 1) as a double: what the kernel itself keeps for `unlimited`. */
const unlimitedBytes = 2 ** 64;
/** Version 1 of cgroups writes "no limit" as LONG_MAX rounded down to a page. */
const noLimitBytes = 2 ** 62;
/** Of the machine's memory; less than this is taken away from us, more is rounding. */
const memoryShare = 0.9;

/** What this process may use of the machine. */
export function readLimits(evidence: Evidence): HostFacts['limits'] {
  const allowedCpus = readAllowedCpus(evidence);
  const quota = readQuota(evidence);
  const memoryMax = readMemoryMax(evidence);
  // Real, effective, saved and file-system user id.
  const isRoot = mapFact(statusField(evidence, 'Uid'), (text) => {
    const effective = text.split(/\s+/)[1];
    return effective === undefined
      ? unknown('/proc/self/status: no effective user id')
      : known(effective === '0');
  });
  return {
    allowedCpus,
    cpuQuotaCores: orNone(quota, 'no cgroup of this process has a CPU quota'),
    unrestricted: readUnrestricted(
      allowedCpus,
      ofMachine(evidence, onlineList, onlineCpus(evidence)),
      quota,
      memoryMax,
      ofMachine(evidence, '/proc/meminfo', readMemory(evidence).totalBytes),
    ),
    memoryMaxBytes: orNone(memoryMax, 'no cgroup of this process has a memory limit'),
    memlockBytes: readMemlock(evidence),
    sharedMemoryFreeBytes: mapFact(evidence.json('file system of /dev/shm', FileSystemStatus), (it) =>
      known(it.availableBlocks * it.blockBytes),
    ),
    kernelLogReadable: readKernelLog(evidence),
    passwordlessSudo: readSudo(evidence, isRoot),
    sudoCommands: readSudoCommands(evidence),
    isRoot,
  };
}

function statusField(evidence: Evidence, name: string): Fact<string> {
  return mapFact(evidence.text('/proc/self/status'), (text) => {
    const value = new RegExp(`^${name}:\\s*(.+)$`, 'm').exec(text)?.[1]?.trim();
    return value === undefined ? unknown(`/proc/self/status has no ${name}`) : known(value);
  });
}

/**
 * The affinity mask may name CPUs that are offline: only those that are online count, where the kernel itself says which
 * are. A container may be shown a list of its own, in which its CPUs have other numbers.
 */
function readAllowedCpus(evidence: Evidence): Fact<number> {
  return mapFact(statusField(evidence, 'Cpus_allowed_list'), (text) => {
    const allowed = readCpuList(text);
    if (allowed === undefined)
      return unknown(`/proc/self/status: \`${text.slice(0, 40)}\` is no list of CPUs`);
    const online = valueOf(mapFact(evidence.tree('sysfs cpu'), (tree) => known(tree[onlineList])));
    const present = typeof online === 'string' ? readCpuList(online) : undefined;
    const isKernels = whyMadeUp(evidence, onlineList) === undefined;
    return known(
      present === undefined || !isKernels
        ? allowed.size
        : [...allowed].filter((cpu) => present.has(cpu)).length,
    );
  });
}

const onlineList = '/sys/devices/system/cpu/online';

/** Why a file of /proc or /sys does not show the machine: something else is mounted over it (lxcfs, sysbox). */
function whyMadeUp(evidence: Evidence, path: string): string | undefined {
  const mount = mountOf(path, valueOf(evidence.mounts()) ?? []);
  const isKernels =
    mount === undefined || mount.mountPoint === '/' || /^(proc|sysfs)$/.test(mount.fileSystem);
  return isKernels ? undefined : `${path} is made up by ${mount.fileSystem}: it does not show the machine`;
}

/** A count that is the machine's, and not one that a container is shown. */
const ofMachine = <T>(evidence: Evidence, path: string, count: Fact<T>): Fact<T> => {
  const madeUp = whyMadeUp(evidence, path);
  return madeUp === undefined ? count : unknown(madeUp);
};

/** The tightest CPU quota in cores; `undefined` when no cgroup above us has one. */
function readQuota(evidence: Evidence): Fact<number | undefined> {
  return tightest(evidence, 'cpu', (path, text, get) => {
    if (path.endsWith('/cpu.max')) {
      const [quota = '', period = ''] = text.split(/\s+/);
      return quota === 'max' ? undefined : ratio(quota, period);
    }
    if (!path.endsWith('/cpu.cfs_quota_us') || text === '-1') return undefined;
    return ratio(text, get(path.replace(/quota_us$/, 'period_us')));
  });
}

function readMemoryMax(evidence: Evidence): Fact<number | undefined> {
  return tightest(evidence, 'memory', (path, text) => {
    if (!path.endsWith('/memory.max') && !path.endsWith('/memory.limit_in_bytes')) return undefined;
    if (text === 'max') return undefined;
    const bytes = readAmount(path, text);
    return 'value' in bytes && bytes.value >= noLimitBytes ? undefined : bytes;
  });
}

function ratio(quota: string, period: string): Fact<number> {
  const parts = [readAmount('CPU quota', quota), readAmount('CPU period', period)].map(valueOf);
  const [cores = 0, share = 0] = parts;
  return cores > 0 && share > 0
    ? known(cores / share)
    : unknown(`cgroup: \`${quota} ${period}\` is no CPU quota`);
}

function tightest(
  evidence: Evidence,
  controller: 'cpu' | 'memory',
  read: (path: string, text: string, get: (path: string) => string) => Fact<number> | undefined,
): Fact<number | undefined> {
  return mapFact(evidence.tree('cgroup'), (tree) => {
    const get = (path: string): string => {
      const entry = tree[path];
      return typeof entry === 'string' ? entry : '';
    };
    let least: number | undefined;
    for (const [path, entry] of Object.entries(tree)) {
      if (typeof entry !== 'string') return unknown(`${path}: ${entry.error}`);
      const limit = read(path, entry, get);
      if (limit === undefined) continue;
      if ('unknown' in limit) return limit;
      least = Math.min(least ?? limit.value, limit.value);
    }
    const hidden = least === undefined ? whyHidden(evidence, controller) : undefined;
    return hidden === undefined ? known(least) : unknown(hidden);
  });
}

const orNone = (limit: Fact<number | undefined>, none: string): Fact<number> =>
  mapFact(limit, (value) => (value === undefined ? unknown(none) : known(value)));

function readUnrestricted(
  allowed: Fact<number>,
  online: Fact<number>,
  quota: Fact<number | undefined>,
  memoryMax: Fact<number | undefined>,
  total: Fact<number>,
): Fact<boolean> {
  return mapFact(allowed, (cpus) =>
    mapFact(online, (all) =>
      mapFact(quota, (cores) =>
        mapFact(memoryMax, (bytes) =>
          mapFact(total, (totalBytes) =>
            known(
              cpus >= all &&
                (cores === undefined || cores >= all) &&
                (bytes === undefined || bytes >= memoryShare * totalBytes),
            ),
          ),
        ),
      ),
    ),
  );
}

function readMemlock(evidence: Evidence): Fact<number> {
  return mapFact(evidence.text('/proc/self/limits'), (text) => {
    const soft = /^Max locked memory\s+(\S+)/m.exec(text)?.[1];
    return soft === 'unlimited'
      ? known(unlimitedBytes)
      : readAmount('/proc/self/limits Max locked memory', soft);
  });
}

function readKernelLog(evidence: Evidence): Fact<boolean> {
  const output = evidence.output('open /dev/kmsg');
  if (output?.status === 'read') return known(true);
  if (output?.status === 'denied') return known(false);
  return unknown(
    output?.status === 'absent'
      ? '/dev/kmsg does not exist (a container without it)'
      : whyUnread('open /dev/kmsg', output),
  );
}

/** Whether `sudo -n` runs anything as root: `true` alone may be all that it does, and a password asked just now does not last. */
function readSudo(evidence: Evidence, isRoot: Fact<boolean>): Fact<boolean> {
  const output = evidence.output('sudo -n true');
  if (output === undefined || output.status === 'timeout') return unknown(whyUnread('sudo -n true', output));
  if (output.status !== 'read') return known(false);
  // Nobody asks root for a password, whatever its rule says.
  if (valueOf(isRoot) === true) return known(true);
  return mapFact(readSudoRules(evidence), (entries) => known(isAllAllowed(entries)));
}

/** Of what sudo does, that of programs that tools ask for: what else this user may do is nobody's business. */
const readSudoCommands = (evidence: Evidence): Fact<string[]> =>
  mapFact(readSudoRules(evidence), (entries) => {
    const programs = Object.values(
      valueOf(evidence.json('programs', z.record(z.string(), z.string()))) ?? {},
    );
    return known(entries.filter((entry) => programs.includes(programOf(entry.split(' ')))));
  });

const readSudoRules = (evidence: Evidence): Fact<readonly string[]> =>
  mapFact(evidence.text('sudo -n -l'), (text) => {
    const entries = readSudoListing(text);
    return entries === undefined ? unknown('`sudo -n -l` lists no rules') : known(entries);
  });

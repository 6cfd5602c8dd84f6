import * as z from 'zod';
import type { Evidence } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown, valueOf } from './fact.ts';
import type { Accelerator, HostFacts } from './host-facts.ts';
import { isMiningProcess } from './mining-processes.ts';
import { onlineCpus } from './read-cpu.ts';
import { readLimits } from './read-limits.ts';
import { mountOf, readMounts } from './read-mounts.ts';
import { mapFact, readAmount } from './read-number.ts';
import type { NvidiaGpu } from './read-nvidia-smi.ts';

/** Loaded above this share of the logical CPUs … */
const loadShare = 0.1;
/** … and one runnable task more, which the agent and its probes are themselves. */
const ownLoad = 1;
/** Memory that an idle GPU's driver may hold, as Meta's gcm has it. */
const idleGpuBytes = 15 * 1024 * 1024;

/** Reasons why the machine is in use. What could not be looked at makes an empty list unknown, never empty. */
export function readOccupancy(
  evidence: Evidence,
  accelerators: Fact<readonly Accelerator[]>,
  gpus: Fact<readonly NvidiaGpu[]>,
): HostFacts['occupancy'] {
  const loadAverage = mapFact(evidence.text('/proc/loadavg'), (text) =>
    readAmount('/proc/loadavg', text.split(' ')[0]),
  );
  const parts = [readMiners(evidence), readGpus(accelerators, gpus)];
  const reasons = parts.flatMap((part) => ('value' in part ? part.value : []));
  const blind = parts.flatMap((part) => ('unknown' in part ? [part.unknown] : []));
  return {
    loadAverage,
    isLoaded: readLoad(loadAverage, onlineCpus(evidence)),
    reasons: reasons.length > 0 || blind.length === 0 ? known(reasons) : unknown(blind.join('; ')),
  };
}

function readLoad(load: Fact<number>, cpus: Fact<number>): Fact<boolean> {
  return mapFact(load, (average) => mapFact(cpus, (count) => known(average > loadShare * count + ownLoad)));
}

function readMiners(evidence: Evidence): Fact<string[]> {
  return mapFact(evidence.json('processes', z.record(z.string(), z.number())), (processes) => {
    const found = Object.keys(processes).filter(isMiningProcess);
    // Mounted so, /proc shows a user only his own processes.
    const proc = mapFact(evidence.text('/proc/self/mountinfo'), (text) =>
      known(mountOf('/proc', readMounts(text))),
    );
    const hides = /(^|,)hidepid=(2|invisible|4|ptraceable)(,|$)/.test(valueOf(proc)?.options ?? '');
    if (found.length === 0 && hides && valueOf(readLimits(evidence).isRoot) !== true) {
      return unknown('/proc is mounted with hidepid: processes of other users cannot be seen');
    }
    return known(found.map((name) => `the mining process \`${name}\` is running`));
  });
}

function readGpus(
  accelerators: Fact<readonly Accelerator[]>,
  gpus: Fact<readonly NvidiaGpu[]>,
): Fact<string[]> {
  return mapFact(accelerators, (all) => {
    const found = all.flatMap(readBusy);
    if ('value' in gpus) {
      for (const { address, computeProcesses } of gpus.value) {
        if ('unknown' in computeProcesses) return found.length > 0 ? known(found) : computeProcesses;
        found.push(...computeProcesses.value.map((process) => `GPU ${address} runs the process ${process}`));
      }
    }
    // A card that a working driver holds can be computing; without an answer nobody knows.
    const silent = all.find(
      (it) =>
        'unknown' in it.memoryUsedBytes && 'value' in it.driver && /^(nvidia|amdgpu)$/.test(it.driver.value),
    );
    return silent === undefined || found.length > 0
      ? known(found)
      : unknown(`${silent.address} has a driver, but nothing says whether it computes`);
  });
}

function readBusy(it: Accelerator): string[] {
  const reasons: string[] = [];
  if ('value' in it.memoryUsedBytes && it.memoryUsedBytes.value > idleGpuBytes) {
    reasons.push(
      `GPU ${it.address} has ${Math.round(it.memoryUsedBytes.value / 1024 / 1024)} MiB of its memory in use (idle: at most 15)`,
    );
  }
  if ('value' in it.driver && it.driver.value === 'vfio-pci')
    reasons.push(`GPU ${it.address} is lent to a virtual machine (vfio-pci)`);
  return reasons;
}

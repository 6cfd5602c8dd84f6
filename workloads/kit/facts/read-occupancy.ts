import * as z from 'zod';
import type { Evidence } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown, valueOf } from './fact.ts';
import type { Accelerator, HostFacts } from './host-facts.ts';
import { isMiningProcess } from './mining-processes.ts';
import { onlineCpus } from './read-cpu.ts';
import { readLimits } from './read-limits.ts';
import { mountOf } from './read-mounts.ts';
import { firstKnown, mapFact, readAmount } from './read-number.ts';
import type { Watch } from './read-watch.ts';

/** Loaded above this share of the logical CPUs … */
const loadShare = 0.1;
/** … and one runnable task more, which the agent and its probes are themselves. */
const ownLoad = 1;
/** Reasons why the machine is in use. What could not be looked at makes an empty list unknown, never empty. */
export function readOccupancy(
  evidence: Evidence,
  accelerators: Fact<readonly Accelerator[]>,
  watched: Fact<Watch>,
  work: Fact<string[]>,
): HostFacts['occupancy'] {
  const loadAverage = mapFact(evidence.text('/proc/loadavg'), (text) =>
    readAmount('/proc/loadavg', text.split(' ')[0]),
  );
  const parts = [readMiners(evidence), ...readUses(accelerators)];
  const reasons = parts.flatMap((part) => valueOf(part) ?? []);
  const blind = parts.flatMap((part) => ('unknown' in part ? [part.unknown] : []));
  return {
    loadAverage,
    watchedSeconds: mapFact(watched, ({ seconds }) => known(seconds)),
    work,
    // A load average is the last minute of the CPUs, with whatever the agent does in it.
    isLoaded: firstKnown(
      mapFact(work, ({ length }) => known(length > 0)),
      readLoad(loadAverage, onlineCpus(evidence)),
    ),
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
    const proc = mapFact(evidence.mounts(), (mounts) => known(mountOf('/proc', mounts)));
    const hides = /(^|,)hidepid=(2|invisible|4|ptraceable)(,|$)/.test(valueOf(proc)?.options ?? '');
    if (found.length === 0 && hides && valueOf(readLimits(evidence).isRoot) !== true) {
      return unknown('/proc is mounted with hidepid: processes of other users cannot be seen');
    }
    return known(found.map((name) => `the mining process \`${name}\` is running`));
  });
}

/** What is said of several accelerators alike is said once. */
function readUses(accelerators: Fact<readonly Accelerator[]>): Fact<string[]>[] {
  if ('unknown' in accelerators) return [accelerators];
  const found = accelerators.value.flatMap(({ address, occupancy }) =>
    (valueOf(occupancy) ?? []).map((reason) => `accelerator ${address} ${reason}`),
  );
  const doubts = accelerators.value.flatMap(({ address, occupancy }) =>
    'unknown' in occupancy ? [{ address, why: occupancy.unknown }] : [],
  );
  const unlike = [...Map.groupBy(doubts, ({ why }) => why)].map(
    ([why, those]) => `accelerator ${those.map(({ address }) => address).join(', ')}: ${why}`,
  );
  return [known(found), ...unlike.map(unknown)];
}

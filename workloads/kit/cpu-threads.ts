import { valueOf } from './facts/fact.ts';
import type { HostFacts } from './facts/host-facts.ts';
import type { Result } from './result.ts';
import { err, ok } from './result.ts';

/** How many threads `cores` means here: as many as this process may use, else as many as the machine has. */
export function cpuThreads(cores: 'one' | 'all', facts: HostFacts): Result<number> {
  if (cores === 'one') return ok(1);
  const cpus = valueOf(facts.limits.allowedCpus) ?? valueOf(facts.cpu.logicalCpus);
  return cpus === undefined ? err('the number of usable CPUs is unknown') : ok(Math.max(1, Math.floor(cpus)));
}

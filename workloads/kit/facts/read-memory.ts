import type { Evidence } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown } from './fact.ts';
import type { HostFacts } from './host-facts.ts';
import { readModules } from './read-modules.ts';
import { mapFact, readAmount } from './read-number.ts';

/** /proc/meminfo says kB and means KiB (proc(5)). */
const kibibyte = 1024;

export function readMemory(evidence: Evidence): HostFacts['memory'] {
  const meminfo = evidence.text('/proc/meminfo');
  const bytes = (name: string): Fact<number> =>
    mapFact(meminfo, (text) => {
      const amount = new RegExp(`^${name}:\\s+(\\S+) kB$`, 'm').exec(text)?.[1];
      return readAmount(`/proc/meminfo ${name}`, amount, kibibyte);
    });
  return {
    totalBytes: bytes('MemTotal'),
    availableBytes: bytes('MemAvailable'),
    swapBytes: bytes('SwapTotal'),
    modules: readModules(evidence),
    eccReported: mapFact(evidence.tree('sysfs edac'), (tree) => {
      const entries = Object.entries(tree);
      const modes = entries.flatMap(([path, text]) =>
        path.endsWith('/dimm_edac_mode') && typeof text === 'string' ? [text] : [],
      );
      if (modes.length > 0) return known([...new Set(modes)].toSorted().join(', '));
      return unknown(
        entries.length === 0
          ? 'no EDAC driver is loaded: the kernel says nothing about memory ECC'
          : 'the EDAC driver does not report a mode for any module',
      );
    }),
  };
}

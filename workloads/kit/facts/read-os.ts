import type { Evidence } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown } from './fact.ts';
import type { HostFacts } from './host-facts.ts';
import { containerOf } from './read-container.ts';
import { readCpu } from './read-cpu.ts';
import { firstKnown, mapFact } from './read-number.ts';

export function readOs(evidence: Evidence): HostFacts['os'] {
  return {
    name: mapFact(evidence.text('/etc/os-release'), (text) => {
      const name =
        /^PRETTY_NAME=(.*)$/m
          .exec(text)?.[1]
          ?.trim()
          .replace(/^(["'])(.*)\1$/, '$2') ?? '';
      return name === '' ? unknown('/etc/os-release has no PRETTY_NAME') : known(name);
    }),
    kernel: evidence.text('/proc/sys/kernel/osrelease'),
    architecture: evidence.text('uname -m'),
    libc: readLibc(evidence),
    virtualisation: readVirtualisation(evidence),
  };
}

/** `glibc 2.36` or `musl 1.2.4`: programs built for the one do not start on the other. */
function readLibc(evidence: Evidence): Fact<string> {
  const said = evidence.text('getconf GNU_LIBC_VERSION');
  if ('value' in said && said.value.startsWith('glibc ')) return said;
  // musl's ldd prints its version as an error and exits 1.
  // It is a few lines: in a text without an end the patterns below would look for theirs from everywhere.
  const ldd = evidence.output('ldd --version')?.text.slice(0, 4096) ?? '';
  const musl = /musl libc[\s\S]*?Version (\d[\w.]*)/.exec(ldd)?.[1];
  if (musl !== undefined) return known(`musl ${musl}`);
  const glibc = /(?:GLIBC|GNU libc)[^\n]*?(\d+\.\d+)\s*$/m.exec(ldd)?.[1];
  if (glibc !== undefined) return known(`glibc ${glibc}`);
  return 'unknown' in said ? said : unknown(`getconf GNU_LIBC_VERSION: \`${said.value.slice(0, 60)}\``);
}

/** In systemd's words: `none`, `kvm`, `docker`, … and `vm-other` where only the processor says that it is virtual. */
function readVirtualisation(evidence: Evidence): Fact<string> {
  const output = evidence.output('systemd-detect-virt');
  const container = containerOf(evidence);
  if (container !== undefined) return known(container);
  // It exits 1 when it found none.
  const word = output?.text.trim() ?? '';
  if ((output?.status === 'read' || output?.status === 'failed') && /^[a-z][a-z0-9-]*$/.test(word))
    return known(word);
  const { flags } = readCpu(evidence);
  const isX86 = mapFact(evidence.text('uname -m'), (machine) => known(machine === 'x86_64'));
  return firstKnown(
    mapFact(isX86, (isIt): Fact<string> => {
      if (!isIt)
        return unknown(
          '`systemd-detect-virt` is not on the PATH, and only x86 processors have a hypervisor flag',
        );
      return mapFact(flags, (names) => known(names.includes('hypervisor') ? 'vm-other' : 'none'));
    }),
  );
}

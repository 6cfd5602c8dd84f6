import type { CommandInput } from '../../kit/command.ts';
import { valueOf } from '../../kit/facts/fact.ts';
import type { HostFacts } from '../../kit/facts/host-facts.ts';
import { outputOf } from '../../kit/read-output.ts';
import { err, ok } from '../../kit/result.ts';
import { defineTool } from '../../kit/tool.ts';
import { interfaceFiles, machineFiles, rdmaFiles, readPorts } from '../read-ports.ts';
import { ports } from '../workload.ts';

/** All files that a port of this machine may have; what it has not, grep says on stderr, and the others are printed. */
function filesOf({ nics }: HostFacts): readonly string[] {
  const found = valueOf(nics) ?? [];
  const devices = [
    ...new Set(found.flatMap(({ rdmaDevice }) => (valueOf(rdmaDevice) ?? '').split(' ').filter(Boolean))),
  ];
  return [
    ...machineFiles,
    ...devices.flatMap((device) => rdmaFiles.map((file) => `/sys/class/infiniband/${device}/${file}`)),
    ...found.flatMap(({ name }) => interfaceFiles.map((file) => `/sys/class/net/${name}/${file}`)),
  ];
}

/** The kernel's own files, which everybody may read. */
export const sysfs = defineTool(ports, {
  id: 'sysfs',
  rank: 10,
  origin: 'native',
  requires: { programs: ['grep', 'sleep'], packages: ['grep', 'coreutils'] },
  needs: (_, facts) => {
    if ('unknown' in facts.nics) return err(`the network interfaces are unknown: ${facts.nics.unknown}`);
    return facts.nics.value.length === 0 ? err('expected a network interface, found none') : ok(undefined);
  },
  plan: ({ seconds }, facts) => {
    const look = (id: string): CommandInput => ({
      id,
      file: 'grep',
      args: ['-H', '-s', '.', ...filesOf(facts)],
      goodExit: 'any',
      timeoutMs: 60_000,
    });
    const wait = {
      id: 'wait',
      file: 'sleep',
      args: [`${seconds}`],
      timeoutMs: Math.ceil(seconds * 1000) + 60_000,
    };
    return [look('before'), wait, look('after')];
  },
  parse: (outputs, { seconds }) => {
    const wait = outputOf(outputs, 'wait');
    if (!wait.ok) return wait;
    const { before, after } = outputs;
    if (before === undefined || after === undefined)
      return err('expected two looks at the ports: one never ran');
    // 2: a file that may be there is not.
    const odd = [before, after].find(({ exitCode }) => exitCode !== 0 && exitCode !== 2);
    if (odd !== undefined) return err(`grep: expected exit code 0 or 2, got ${odd.exitCode}`);
    return readPorts({ before, after }, seconds);
  },
});

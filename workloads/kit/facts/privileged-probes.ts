import type { CommandInput } from '../command.ts';
import { privilegedWords } from '../privilege.ts';
import { valueOf } from './fact.ts';
import type { HostFacts } from './host-facts.ts';

/** A probe that only root may make; its id is its command line. None of them writes. */
export interface PrivilegedProbe extends Pick<CommandInput, 'file' | 'args'> {
  readonly timeoutMs: number;
}

/** What a management controller knows of its machine: parts with their numbers, sensors, and what the machine draws. */
export const controllerProbes: readonly PrivilegedProbe[] = [
  { file: 'ipmitool', args: ['fru', 'print'], timeoutMs: 30_000 },
  { file: 'ipmitool', args: ['sdr', 'elist', 'full'], timeoutMs: 30_000 },
  { file: 'ipmitool', args: ['dcmi', 'power', 'reading'], timeoutMs: 30_000 },
];

/** Where the kernel's driver of a management controller is reached. */
export const controllerDevices = ['/dev/ipmi0', '/dev/ipmi/0', '/dev/ipmidev/0'];

export const idOf = ({ file, args }: Pick<PrivilegedProbe, 'file' | 'args'>): string =>
  [file, ...args].join(' ');

/** These as words for sudo, on a machine where they would tell something. */
export function privilegedProbeWords(facts: HostFacts): readonly (readonly string[])[] {
  const isThere = valueOf(facts.identity.controllerFirmware) !== undefined;
  const probes = controllerProbes.filter(({ file }) => isThere && facts.programs[file] !== undefined);
  return privilegedWords(
    probes.map((probe) => ({ ...probe, privilege: 'sudo' })),
    facts,
  );
}

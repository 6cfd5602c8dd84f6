import type { CommandInput } from '../../kit/command.ts';
import { valueOf } from '../../kit/facts/fact.ts';
import type { HostFacts } from '../../kit/facts/host-facts.ts';
import { defineTool } from '../../kit/tool.ts';
import { canAsk, drivesToAsk } from '../drives-to-ask.ts';
import type { SilentDrive } from '../of-drives.ts';
import { ofDrives } from '../of-drives.ts';
import { readSmartctl } from '../read-smartctl.ts';
import type { DriveHealthReading } from '../workload.ts';
import { driveHealth } from '../workload.ts';

/** What is read besides the health of the drive: counters that a standard defines, of drives that have them. */
const more: Readonly<Record<string, readonly string[]>> = { sata: ['-l', 'devstat'] };

const ask = (facts: HostFacts): readonly CommandInput[] =>
  drivesToAsk(facts, ['nvme', 'sata', 'sas']).map(({ name, transport }) => ({
    id: `drive-${name}`,
    file: 'smartctl',
    args: ['--json=c', '-a', ...(more[valueOf(transport) ?? ''] ?? []), `/dev/${name}`],
    privilege: 'sudo',
    goodExit: 'any',
    timeoutMs: 60_000,
  }));

/** smartmontools: NVMe, SATA and SAS. It reads; nothing is switched on, and no test is started. */
export const smartctl = defineTool(driveHealth, {
  id: 'smartctl',
  rank: 10,
  origin: 'native',
  requires: {
    programs: ['smartctl'],
    // Not on the PATH of users who are not root.
    places: ['/usr/sbin', '/usr/local/sbin', '/sbin'],
    packages: ['smartmontools'],
  },
  needs: (_, facts) => canAsk(facts, drivesToAsk(facts, ['nvme', 'sata', 'sas']), ask(facts)),
  plan: (_, facts) => ask(facts),
  parse: (outputs) => {
    const readings: DriveHealthReading[] = [];
    const unmeasured: SilentDrive[] = [];
    let toolVersion: string | undefined;
    for (const [command, output] of Object.entries(outputs)) {
      const read = readSmartctl(command, output);
      const why = read.ok ? read.value.why : `command \`${command}\`: ${read.error}`;
      if (why !== '') unmeasured.push({ device: command.replace('drive-', ''), why });
      if (!read.ok) continue;
      toolVersion = read.value.version;
      readings.push(...read.value.readings);
    }
    return ofDrives(toolVersion, readings, unmeasured);
  },
});

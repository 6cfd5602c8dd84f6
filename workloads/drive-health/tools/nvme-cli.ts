import * as z from 'zod';
import type { CommandInput } from '../../kit/command.ts';
import type { HostFacts } from '../../kit/facts/host-facts.ts';
import { outputOf, readJson } from '../../kit/read-output.ts';
import type { Result } from '../../kit/result.ts';
import { err, ok } from '../../kit/result.ts';
import type { StepOutputs } from '../../kit/tool.ts';
import { defineTool } from '../../kit/tool.ts';
import { canAsk, drivesToAsk } from '../drives-to-ask.ts';
import type { SilentDrive } from '../of-drives.ts';
import { ofDrives } from '../of-drives.ts';
import type { NvmeHealth } from '../read-nvme.ts';
import { readNvme } from '../read-nvme.ts';
import type { DriveHealthReading } from '../workload.ts';
import { driveHealth } from '../workload.ts';

const byte = z.number().int().min(0).max(255);
/** Counters of 128 bits, which some versions write as texts. */
const count = z.union([
  z.number().int().nonnegative(),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);

const SmartLog = z.object({
  critical_warning: byte,
  /** In kelvin. */
  temperature: z.number().int().min(0).max(1000),
  percent_used: byte,
  data_units_written: count,
  media_errors: count,
});
/** Text fields of a fixed length, filled with blanks. */
const Controller = z.object({ sn: z.string().transform((text) => text.trim()) });

const version: CommandInput = { id: 'version', file: 'nvme', args: ['version'], timeoutMs: 60_000 };

const ask = (facts: HostFacts): readonly CommandInput[] =>
  drivesToAsk(facts, ['nvme']).flatMap(({ name }) =>
    (['id-ctrl', 'smart-log'] as const).map((what) => ({
      id: `${what}-${name}`,
      file: 'nvme',
      args: [what, '-o', 'json', `/dev/${name}`],
      privilege: 'sudo' as const,
      // One that is gone ends no step: there are others to ask.
      goodExit: 'any' as const,
      timeoutMs: 60_000,
    })),
  );

/** nvme-cli, where smartmontools is not: NVMe only. */
export const nvmeCli = defineTool(driveHealth, {
  id: 'nvme-cli',
  rank: 20,
  origin: 'native',
  requires: {
    programs: ['nvme'],
    places: ['/usr/sbin', '/usr/local/sbin', '/sbin'],
    // Never installed for this: smartmontools serves the same drives and more.
    packages: [],
  },
  needs: (_, facts) => canAsk(facts, drivesToAsk(facts, ['nvme']), ask(facts)),
  plan: (_, facts) => [version, ...ask(facts)],
  parse: (outputs) => {
    const said = outputOf(outputs, version.id);
    if (!said.ok) return said;
    const toolVersion =
      /^nvme version (\d+(?:\.\d+)+)(?: \(git [^)\n]+\))?\n(?:libnvme version [^\n]+\n)?$/.exec(
        said.value.stdout,
      )?.[1];
    if (toolVersion === undefined) return err('expected the version of nvme-cli, got another text');
    const ids = Object.keys(outputs).filter((id) => id !== version.id);
    const names = new Set(ids.map((id) => id.replace(/^(id-ctrl|smart-log)-/, '')));
    const readings: DriveHealthReading[] = [];
    const unmeasured: SilentDrive[] = [];
    for (const name of names) {
      const read = readDrive(outputs, name);
      if (read.ok) readings.push(...read.value);
      else unmeasured.push({ device: name, why: read.error });
    }
    return ofDrives(`nvme-cli ${toolVersion}`, readings, unmeasured);
  },
});

function readDrive(outputs: StepOutputs, name: string): Result<readonly DriveHealthReading[]> {
  const command = `smart-log-${name}`;
  const answers = [outputOf(outputs, `id-ctrl-${name}`), outputOf(outputs, command)] as const;
  const [id, log] = answers;
  if (!id.ok) return id;
  if (!log.ok) return log;
  const controller = readJson(Controller, id.value.stdout);
  if (!controller.ok) return err(`id-ctrl of ${name}: ${controller.error}`);
  const read = readJson(SmartLog, log.value.stdout);
  if (!read.ok) return err(`smart-log of ${name}: ${read.error}`);
  const { sn: serial } = controller.value;
  if (serial === '') return err(`id-ctrl of ${name}: expected a serial number, got none`);
  const said = read.value;
  return ok(
    readNvme(
      {
        criticalWarning: said.critical_warning,
        mediaErrors: said.media_errors,
        percentageUsed: said.percent_used,
        dataUnitsWritten: said.data_units_written,
        celsius: Math.max(0, said.temperature - 273),
      },
      (field) => ({
        dimensions: { protocol: 'NVMe' },
        device: serial,
        at: [{ command, output: 'stdout', pointer: `/${fields[field]}` }],
        windowSeconds: log.value.durationMs / 1000,
      }),
    ),
  );
}

const fields: Readonly<Record<keyof NvmeHealth, keyof z.infer<typeof SmartLog>>> = {
  criticalWarning: 'critical_warning',
  mediaErrors: 'media_errors',
  percentageUsed: 'percent_used',
  dataUnitsWritten: 'data_units_written',
  celsius: 'temperature',
};

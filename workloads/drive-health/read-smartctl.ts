import * as z from 'zod';
import { readJson } from '../kit/read-output.ts';
import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';
import type { CommandOutput } from '../kit/tool.ts';
import { quantity } from '../kit/unit.ts';
import type { NvmeHealth } from './read-nvme.ts';
import { readNvme } from './read-nvme.ts';
import type { DriveHealthReading } from './workload.ts';

const count = z.number().int().nonnegative();
const percent = z.number().int().min(0).max(255);

const Answer = z.object({
  smartctl: z.object({
    version: z.tuple([count, count]),
    exit_status: z.number().int().min(0).max(255),
    messages: z.array(z.object({ string: z.string() })).default([]),
  }),
  device: z.object({ name: z.string(), protocol: z.string() }).optional(),
  serial_number: z.string().min(1).optional(),
  logical_block_size: count.positive().optional(),
  smart_status: z
    .object({ passed: z.boolean(), nvme: z.object({ value: z.number().int().min(0).max(255) }).optional() })
    .optional(),
  temperature: z.object({ current: z.number() }).optional(),
  nvme_smart_health_information_log: z
    .object({
      critical_warning: z.number().int().min(0).max(255),
      percentage_used: percent,
      data_units_written: count,
      media_errors: count,
    })
    .optional(),
  ata_smart_attributes: z
    .object({ table: z.array(z.object({ id: count, when_failed: z.enum(['', 'now', 'past']) })) })
    .optional(),
  ata_device_statistics: z
    .object({
      pages: z.array(
        z.object({
          number: count,
          table: z.array(
            z.object({
              name: z.string(),
              value: count.optional(),
              flags: z.object({ valid: z.boolean() }),
            }),
          ),
        }),
      ),
    })
    .optional(),
  scsi_error_counter_log: z
    .partialRecord(
      z.enum(['read', 'write', 'verify']),
      z.object({
        gigabytes_processed: z.string().regex(/^\d+\.\d{3}$/),
        total_uncorrected_errors: count,
      }),
    )
    .optional(),
  scsi_percentage_used_endurance_indicator: percent.optional(),
});
type Answer = z.infer<typeof Answer>;

/** Bits of its exit code that say that nothing was asked: a wrong command line, or a drive that cannot be opened. */
const notAsked = 1 | 2;

/** What one drive answered: readings, or why it has none. */
export function readSmartctl(
  command: string,
  output: CommandOutput,
): Result<{
  readonly version: string;
  readonly readings: readonly DriveHealthReading[];
  readonly why: string;
}> {
  const read = readJson(Answer, output.stdout);
  const { stdout, stderr, durationMs } = output;
  if (!read.ok && stdout === '' && stderr === '')
    return err(`expected an answer, got none in ${Math.round(durationMs / 1000)} s`);
  if (!read.ok) return stderr.trim() === '' ? read : err(stderr.trim().slice(0, 200));
  const { smartctl, device, serial_number: serial, smart_status: status } = read.value;
  const version = `smartmontools ${smartctl.version.join('.')}`;
  if (output.exitCode !== smartctl.exit_status)
    return err(`expected the exit code ${smartctl.exit_status} that it names, got ${output.exitCode}`);
  const said = smartctl.messages.map(({ string }) => string).join('; ') || 'no message';
  if ((smartctl.exit_status & notAsked) !== 0) return ok({ version, readings: [], why: said });
  if (device === undefined || `drive-${device.name.replace('/dev/', '')}` !== command)
    return err(`expected the answer of another drive, got that of \`${device?.name ?? 'none'}\``);
  if (serial === undefined || status === undefined)
    return ok({ version, readings: [], why: `${device.name} tells no serial number or no health: ${said}` });
  const windowSeconds = output.durationMs / 1000;
  const readings = readProtocol(device.protocol, read.value, status, (...pointers) => ({
    dimensions: { protocol: device.protocol },
    device: serial,
    at: pointers.map((pointer) => ({ command, output: 'stdout', pointer })),
    windowSeconds,
  }));
  return readings.ok ? ok({ version, readings: readings.value, why: '' }) : readings;
}

type Status = NonNullable<Answer['smart_status']>;
/** What a reading says besides its number, which stands at these places of the answer. */
type Around = (
  ...pointers: readonly string[]
) => Pick<DriveHealthReading, 'dimensions' | 'device' | 'at' | 'windowSeconds'>;

function readProtocol(
  protocol: string,
  answer: Answer,
  status: Status,
  around: Around,
): Result<readonly DriveHealthReading[]> {
  switch (protocol) {
    case 'NVMe':
      return readNvmeAnswer(answer, status, around);
    case 'ATA':
      return ok(readAta(answer, status, around));
    case 'SCSI':
      return ok(readScsi(answer, status, around));
    default:
      return err(`expected a drive that speaks NVMe, ATA or SCSI, got \`${protocol.slice(0, 40)}\``);
  }
}

function readNvmeAnswer(
  { temperature, nvme_smart_health_information_log: log }: Answer,
  { passed, nvme }: Status,
  around: Around,
): Result<readonly DriveHealthReading[]> {
  if (log === undefined) return err('expected the health log of an NVMe drive, got none');
  const { critical_warning: warning } = log;
  if (nvme?.value !== warning || passed !== (warning === 0))
    return err(`expected a status that fits the critical warning ${warning}, got ${nvme?.value} (${passed})`);
  const celsius = temperature?.current ?? -1;
  return ok(
    readNvme(
      {
        criticalWarning: warning,
        mediaErrors: log.media_errors,
        percentageUsed: log.percentage_used,
        dataUnitsWritten: log.data_units_written,
        celsius: celsius < 0 ? undefined : celsius,
      },
      (field) => around(pointers[field]),
    ),
  );
}

const inLog = '/nvme_smart_health_information_log';
const pointers: Readonly<Record<keyof NvmeHealth, string>> = {
  criticalWarning: `${inLog}/critical_warning`,
  mediaErrors: `${inLog}/media_errors`,
  percentageUsed: `${inLog}/percentage_used`,
  dataUnitsWritten: `${inLog}/data_units_written`,
  celsius: '/temperature/current',
};

/**
 * The drive's own judgement, and what it says of single attributes. Raw values of attributes are each maker's own: only the
 * statistics of the standard (ACS) count.
 */
function readAta(answer: Answer, { passed }: Status, around: Around): readonly DriveHealthReading[] {
  const attributes = answer.ata_smart_attributes?.table ?? [];
  const failing = attributes.filter(({ when_failed: when }) => when === 'now').length;
  const statistics = new Map(
    (answer.ata_device_statistics?.pages ?? []).flatMap(({ table }, page) =>
      table.flatMap(({ name, value, flags }, entry) =>
        value === undefined || !flags.valid
          ? []
          : [
              [
                name,
                { value, ...around(`/ata_device_statistics/pages/${page}/table/${entry}/value`) },
              ] as const,
            ],
      ),
    ),
  );
  const { logical_block_size: blockBytes } = answer;
  return [
    {
      metric: 'warnings',
      value: quantity('count', Number(!passed) + failing),
      ...around('/smart_status/passed'),
    },
    ...ifKnown(statistics.get('Number of Reported Uncorrectable Errors'), (errors) => ({
      ...errors,
      metric: 'mediaErrors',
      value: quantity('count', errors.value),
    })),
    ...ifKnown(statistics.get('Percentage Used Endurance Indicator'), (used) => ({
      ...used,
      metric: 'wear',
      value: quantity('ratio', used.value / 100),
    })),
    ...ifKnown(
      blockBytes === undefined ? undefined : statistics.get('Logical Sectors Written'),
      (sectors) => ({
        ...sectors,
        metric: 'written',
        value: quantity('B', sectors.value * (blockBytes ?? 0)),
      }),
    ),
    ...temperatureOf(answer, around),
  ];
}

function readScsi(answer: Answer, { passed }: Status, around: Around): readonly DriveHealthReading[] {
  const { scsi_error_counter_log: log = {}, scsi_percentage_used_endurance_indicator: used } = answer;
  const directions = Object.entries(log);
  const at = (direction: string, name: string) => `/scsi_error_counter_log/${direction}/${name}`;
  return [
    { metric: 'warnings', value: quantity('count', Number(!passed)), ...around('/smart_status/passed') },
    ...ifKnown(directions.length === 0 ? undefined : directions, (all) => ({
      metric: 'mediaErrors',
      value: quantity(
        'count',
        all.reduce((sum, [, { total_uncorrected_errors: errors }]) => sum + errors, 0),
      ),
      ...around(...all.map(([direction]) => at(direction, 'total_uncorrected_errors'))),
    })),
    ...ifKnown(used, (share) => ({
      metric: 'wear',
      value: quantity('ratio', share / 100),
      ...around('/scsi_percentage_used_endurance_indicator'),
    })),
    // smartctl prints units of 10^9 bytes, with three decimals.
    ...ifKnown(log.write?.gigabytes_processed, (gigabytes) => ({
      metric: 'written',
      value: quantity('B', Math.round(Number(gigabytes) * 1000) * 1e6),
      ...around(at('write', 'gigabytes_processed')),
    })),
    ...temperatureOf(answer, around),
  ];
}

const temperatureOf = ({ temperature }: Answer, around: Around): readonly DriveHealthReading[] =>
  ifKnown(temperature !== undefined && temperature.current >= 0 ? temperature : undefined, ({ current }) => ({
    metric: 'temperature',
    value: quantity('Cel', current),
    ...around('/temperature/current'),
  }));

/** What drives need not tell is a reading only where they do. */
const ifKnown = <T>(
  value: T | undefined,
  read: (value: T) => DriveHealthReading,
): readonly DriveHealthReading[] => (value === undefined ? [] : [read(value)]);

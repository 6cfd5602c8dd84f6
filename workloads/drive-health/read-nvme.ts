import { quantity } from '../kit/unit.ts';
import type { DriveHealthReading } from './workload.ts';

/** What a reading says besides its number. */
type Around = Pick<DriveHealthReading, 'dimensions' | 'device' | 'at' | 'windowSeconds'>;

/** The health log of an NVMe drive (NVM Express Base Specification, SMART / Health Information), whoever asked for it. */
export interface NvmeHealth {
  readonly criticalWarning: number;
  readonly mediaErrors: number;
  readonly percentageUsed: number;
  readonly dataUnitsWritten: number;
  /** In degrees Celsius; absent: not told. */
  readonly celsius: number | undefined;
}

/** `around` says where each field stands in the answer. */
export function readNvme(
  health: NvmeHealth,
  around: (field: keyof NvmeHealth) => Around,
): readonly DriveHealthReading[] {
  const { criticalWarning, mediaErrors, percentageUsed, dataUnitsWritten, celsius } = health;
  return [
    {
      metric: 'warnings',
      value: quantity('count', bitsOf(criticalWarning)),
      ...around('criticalWarning'),
    },
    { metric: 'mediaErrors', value: quantity('count', mediaErrors), ...around('mediaErrors') },
    { metric: 'wear', value: quantity('ratio', percentageUsed / 100), ...around('percentageUsed') },
    // Units of 1000 blocks of 512 bytes, whatever the size of the drive's own blocks.
    {
      metric: 'written',
      value: quantity('B', dataUnitsWritten * 512_000),
      ...around('dataUnitsWritten'),
    },
    ...(celsius === undefined
      ? []
      : [{ metric: 'temperature', value: quantity('Cel', celsius), ...around('celsius') } as const]),
  ];
}

/** How many bits of a byte are set: warnings of an NVMe drive are one each. */
const bitsOf = (byte: number): number => byte.toString(2).replaceAll('0', '').length;

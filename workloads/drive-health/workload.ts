import * as z from 'zod';
import type { Reading } from '../kit/tool.ts';
import { defineWorkload } from '../kit/workload.ts';

/** All drives are looked at, in one way. */
export const DriveHealthParams = z.strictObject({});
export type DriveHealthParams = z.infer<typeof DriveHealthParams>;

const least = (why: string) => ({ best: () => 0, why });

/** What drives say of their own health and wear. Nothing is measured, and nothing is written. */
export const driveHealth = defineWorkload({
  id: 'drive-health',
  title: 'Health and wear of drives',
  scope: 'device',
  load: 'light',
  params: DriveHealthParams,
  metrics: {
    warnings: {
      unit: 'count',
      better: 'lower',
      domain: 'count',
      title: 'Warnings of the drive about itself',
      bound: least('no warning'),
      state: true,
    },
    mediaErrors: {
      unit: 'count',
      better: 'lower',
      domain: 'count',
      title: 'Errors of the medium in the life of the drive',
      bound: least('no error'),
      state: true,
    },
    wear: {
      unit: 'ratio',
      better: 'lower',
      domain: 'nonNegative',
      title: 'Share of its endurance that is used',
      bound: least('a new drive'),
      state: true,
    },
    written: {
      unit: 'B',
      better: 'lower',
      domain: 'nonNegative',
      title: 'Written in the life of the drive',
      bound: least('a new drive'),
      state: true,
    },
    temperature: {
      unit: 'Cel',
      better: 'lower',
      domain: 'nonNegative',
      title: 'Temperature of the drive',
      bound: least('no drive works below the freezing point'),
      state: true,
    },
  },
});
export type DriveHealthReading = Reading<typeof driveHealth.metrics>;

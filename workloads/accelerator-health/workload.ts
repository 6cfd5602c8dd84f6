import * as z from 'zod';
import type { Reading } from '../kit/tool.ts';
import type { Metrics } from '../kit/workload.ts';
import { defineWorkload } from '../kit/workload.ts';

/** All accelerators are asked, in one way: once what they have counted, or for as long as others load them. */
export const AcceleratorHealthParams = z.strictObject({
  what: z.enum(['counters', 'record']).default('counters'),
  /** From one look at temperatures and clocks to the next. */
  periodSeconds: z.number().min(0.1).max(60).default(1),
});
export type AcceleratorHealthParams = z.infer<typeof AcceleratorHealthParams>;

const faultless = { best: () => 0, why: 'nothing is wrong' };
const faults = { unit: 'count', better: 'lower', domain: 'count', bound: faultless, state: true } as const;

const metrics = {
  uncorrectedErrors: {
    ...faults,
    title: 'Memory errors of the accelerator that could not be corrected',
    bound: { best: () => 0, why: 'no error' },
  },
  fatalXids: {
    ...faults,
    title: 'Xids that say that an accelerator is sick, or that nobody knows',
    fault: true,
  },
  applicationXids: { ...faults, title: 'Xids that a program can cause by itself' },
  switchErrors: {
    ...faults,
    title: 'SXids that say that a switch between accelerators is sick, or that nobody knows',
    fault: true,
  },
  correctedSwitchErrors: { ...faults, title: 'SXids of what a switch between accelerators made good' },
  newFaults: {
    ...faults,
    title: 'New memory errors that could not be corrected, rows to remap and pages to retire',
    fault: true,
  },
  sramThreshold: { ...faults, title: 'More errors in SRAM than the driver accepts' },
  recoveryAction: { ...faults, title: 'What the driver says has to be done, by its number' },
  throttledSeconds: {
    unit: 's',
    better: 'lower',
    domain: 'nonNegative',
    title: 'Time that heat or a power brake slowed the accelerator down',
    bound: faultless,
    state: true,
  },
  powerCappedSeconds: {
    unit: 's',
    better: 'lower',
    domain: 'nonNegative',
    title: 'Time at the power limit',
    bound: faultless,
    state: true,
  },
  thermalMargin: {
    unit: 'Cel',
    better: 'higher',
    domain: 'nonNegative',
    title: 'Least distance to the temperature at which it is slowed down, under load',
    bound: { best: () => 150, why: 'no part is specified for more degrees than these' },
    state: true,
  },
  hostLink: {
    unit: 'ratio',
    better: 'higher',
    domain: 'nonNegative',
    title: 'Generation and width of the PCIe link under load, as a share of the most that both ends can do',
    bound: { best: () => 1, why: 'it is a share of the most' },
    state: true,
  },
  pcieReplays: { ...faults, title: 'Replays on the PCIe link' },
  activeNvlinks: {
    unit: 'count',
    better: 'higher',
    domain: 'count',
    title: 'NVLinks that are active',
    bound: { best: () => 64, why: 'more than three times what any accelerator has (18)' },
    state: true,
  },
  inactiveNvlinks: { ...faults, title: 'NVLinks that are not active' },
  nvlinkErrors: { ...faults, title: 'Errors of NVLinks' },
} satisfies Metrics;

/** What accelerators have counted in their life, and what their driver says of them while they are loaded. Nothing is set or reset. */
export const acceleratorHealth = defineWorkload({
  id: 'accelerator-health',
  title: 'Health of accelerators, as their driver tells it',
  scope: 'device',
  load: 'light',
  params: AcceleratorHealthParams,
  concerns: () => 'accelerators',
  measures: ({ what }) =>
    what === 'counters'
      ? ['uncorrectedErrors']
      : Object.keys(metrics).filter((metric) => metric !== 'uncorrectedErrors'),
  metrics,
});
export type AcceleratorHealthReading = Reading<typeof acceleratorHealth.metrics>;

/** Whether a step counts once, and does not record beside others. */
export const isCounting = (
  params: AcceleratorHealthParams,
): params is AcceleratorHealthParams & { readonly what: 'counters' } =>
  // What a suite says has no defaults in it yet.
  params.what !== 'record';

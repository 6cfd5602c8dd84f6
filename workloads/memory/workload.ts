import * as z from 'zod';
import { concernOf, deviceParams } from '../kit/device-program.ts';
import type { Dimensions } from '../kit/sample.ts';
import type { Reading } from '../kit/tool.ts';
import { defineWorkload } from '../kit/workload.ts';

const bytes = z
  .number()
  .int()
  .min(1024 ** 2)
  .max(2 ** 46);
const seconds = z.number().min(0.05).max(3600);

export const MemoryParams = z.discriminatedUnion('target', [
  /** The host's own memory: triad and copy, in one step. */
  z.strictObject({
    target: z.literal('host'),
    /** Of each of the three arrays; `auto`: four times the last-level caches behind the CPUs used. */
    bytes: z.union([z.literal('auto'), bytes]),
    /** Length of each timed window. */
    seconds,
    cores: z.enum(['one', 'all']),
  }),
  /** The same load, and what the kernel counts of memory errors meanwhile. */
  z.strictObject({ target: z.literal('errors'), seconds }),
  /** The same load, and what processors report of errors that they could not correct. */
  z.strictObject({ target: z.literal('checks'), seconds }),
  /**
   * The memory of accelerators and the way to it, one of these at a time. `pattern` writes words that follow from their address,
   * reads them back, and counts those that differ; it has no speed.
   */
  z.strictObject({
    target: z.literal('device'),
    what: z.enum(['triad', 'copy', 'hostToDevice', 'deviceToHost', 'pattern']),
    /** Of each array or copy, or all that is tested; `auto`: 1 GiB, 256 MiB, nine tenths of the device's memory. */
    bytes: z.union([z.literal('auto'), bytes.multipleOf(1024 ** 2)]).default('auto'),
    ...deviceParams,
  }),
  /** From each accelerator straight into the memory of every other. */
  z.strictObject({
    target: z.literal('peers'),
    /** Of each copy; `auto`: 256 MiB, less where that is more than half of a device's memory for all of them. */
    bytes: z.union([z.literal('auto'), bytes.multipleOf(1024 ** 2)]).default('auto'),
    on: z.literal('accelerators').default('accelerators'),
    /** One copy at a time, or from all devices at once, each to another one. */
    concurrency: deviceParams.concurrency,
    /** Of copies from one device, to all others together. */
    seconds: deviceParams.seconds,
  }),
]);
export type MemoryParams = z.infer<typeof MemoryParams>;
type Of<K extends MemoryParams['target']> = Extract<MemoryParams, { readonly target: K }>;
export const isHost = (params: MemoryParams): params is Of<'host'> => params.target === 'host';
export const isErrors = (params: MemoryParams): params is Of<'errors'> => params.target === 'errors';
export const isChecks = (params: MemoryParams): params is Of<'checks'> => params.target === 'checks';
export const isDevice = (params: MemoryParams): params is Of<'device'> => params.target === 'device';
export const isPeers = (params: MemoryParams): params is Of<'peers'> => params.target === 'peers';

/** The most that a core moves in a cycle to and from what lies behind its own caches, at the highest clock there is. */
const bytesOfThread = 64 * 8e9;
/** Sixteen stacks, more than any part has. */
const bytesOfStacks = 16 * 2e12;
const ofMemory = {
  best: ({ threads }: Dimensions): number =>
    threads === undefined ? bytesOfStacks : Math.min(bytesOfStacks, bytesOfThread * Number(threads)),
  why: 'sixteen stacks of HBM4 of 2 TB/s (JESD270-4); a line of 64 bytes a cycle and thread at 8 GHz',
};
const none = { best: () => 0, why: 'no error' };
const ofLink = { best: () => 900e9, why: 'NVLink-C2C of 1.8 TB/s, one direction' };

function measured(params: MemoryParams): readonly string[] {
  switch (params.target) {
    case 'host':
      return ['triad', 'copy', 'wrongWords'];
    case 'errors':
      return ['uncorrectedErrors', 'correctedErrors', 'wrongWords'];
    case 'checks':
      return ['machineChecks', 'wrongWords'];
    case 'device':
      return params.what === 'pattern' ? ['patternErrors'] : [params.what, 'wrongWords'];
    case 'peers':
      return ['peerCopy', 'wrongWords'];
  }
}

/** Memory of the host and of accelerators: bandwidth, and whether it keeps what is written. */
export const memory = defineWorkload({
  id: 'memory',
  title: 'Memory bandwidth',
  scope: 'node',
  load: 'heavy',
  params: MemoryParams,
  concerns: (params) => (isDevice(params) || isPeers(params) ? concernOf(params) : undefined),
  gives: ({ target }) => (target === 'host' ? { 'device.kind': ['cpu'], part: ['machine', 'numaNode'] } : {}),
  measures: measured,
  metrics: {
    triad: { unit: 'B/s', better: 'higher', domain: 'positive', title: 'Memory triad', bound: ofMemory },
    copy: { unit: 'B/s', better: 'higher', domain: 'positive', title: 'Memory copy', bound: ofMemory },
    hostToDevice: {
      unit: 'B/s',
      better: 'higher',
      domain: 'positive',
      title: 'Copy from host to device',
      bound: ofLink,
    },
    deviceToHost: {
      unit: 'B/s',
      better: 'higher',
      domain: 'positive',
      title: 'Copy from device to host',
      bound: ofLink,
    },
    peerCopy: {
      unit: 'B/s',
      better: 'higher',
      domain: 'positive',
      title: 'Copy from device to device',
      bound: { best: () => 1800e9, why: 'NVLink 6 of 3.6 TB/s, one direction' },
    },
    wrongWords: {
      unit: 'count',
      better: 'lower',
      domain: 'count',
      title: 'Words of memory that are not as they were written',
      correctness: true,
    },
    patternErrors: {
      unit: 'count',
      better: 'lower',
      domain: 'count',
      title: 'Words of an accelerator that a pattern test found changed',
      correctness: true,
    },
    uncorrectedErrors: {
      unit: 'count',
      better: 'lower',
      domain: 'count',
      title: 'Memory errors that could not be corrected',
      bound: none,
      state: true,
    },
    machineChecks: {
      unit: 'count',
      better: 'lower',
      domain: 'count',
      title: 'Machine checks that processors reported',
      bound: none,
      state: true,
    },
    correctedErrors: {
      unit: 'count',
      better: 'lower',
      domain: 'count',
      title: 'Memory errors that were corrected',
      bound: none,
      state: true,
    },
  },
});
export type MemoryReading = Reading<typeof memory.metrics>;

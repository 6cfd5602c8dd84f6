import type { Count } from '../../workloads/kit/facts/read-counts.ts';
import { isFatal, sayXid, xidOf } from '../../workloads/kit/xids.ts';

/** What a counter is of, whose matter its growth is, and what to do about it. */
export interface CounterWords {
  readonly title: string;
  readonly owner: string;
  readonly action: string;
}

const swap =
  'Clean or swap the transceiver and the cable of the port, then try another port of the switch; replace the card if it loses its link again.';
const retest = 'Reset the accelerator and measure again; replace it if errors come again.';
const heat =
  'Look at cooling and power of this accelerator and its neighbours; if they are alike, replace it.';

/** By the requirement that the same thing fails while a machine is measured; a test holds them together. */
export const counterWords: Readonly<
  Record<Count['counter'], CounterWords & { readonly requirement: string }>
> = {
  uncorrectedErrors: {
    ...{ title: 'Memory errors that could not be corrected', requirement: 'new-errors' },
    ...{ owner: 'hardware', action: retest },
  },
  remappedRows: {
    ...{ title: 'Rows of memory that were remapped', requirement: 'new-faults' },
    owner: 'hardware',
    action:
      'Reset the accelerator and measure again; replace it if errors come again or a row could not be remapped.',
  },
  retiredPages: {
    ...{ title: 'Pages of memory that were retired', requirement: 'new-faults' },
    owner: 'hardware',
    action:
      'Reset the accelerator and measure again; replace it if errors come again or a row could not be remapped.',
  },
  thermalSlowdown: {
    ...{ title: 'Seconds slowed down by heat', requirement: 'throttle' },
    ...{ owner: 'environment', action: heat },
  },
  powerBrake: {
    ...{ title: 'Seconds slowed down by a power brake', requirement: 'throttle' },
    ...{ owner: 'environment', action: heat },
  },
  linkLosses: {
    ...{ title: 'Losses of the link', requirement: 'port-errors' },
    ...{ owner: 'hardware', action: swap },
  },
  bufferOverruns: {
    ...{ title: 'Overruns of the buffers of the port', requirement: 'port-errors' },
    ...{ owner: 'hardware', action: swap },
  },
  carrierLosses: {
    ...{ title: 'Losses of the carrier', requirement: 'port-errors' },
    ...{ owner: 'hardware', action: swap },
  },
  memoryErrors: {
    ...{ title: 'Errors of host memory that could not be corrected', requirement: 'machine-checks' },
    owner: 'hardware',
    action: 'Read the kernel log (mcelog, rasdaemon) for the bank and address, and replace what it names.',
  },
};

/** The same of an Xid; absent for one that a program can cause by itself: on a machine in use nobody knows what runs there. */
export function xidWords(xid: number): CounterWords | undefined {
  if (!isFatal(xid)) return undefined;
  const { owner, action } = xidOf(xid) ?? { owner: 'hardware', action: 'investigate' };
  return { title: sayXid(xid), owner, action };
}

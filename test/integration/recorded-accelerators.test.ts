import { describe, expect, it } from 'vitest';
import type { Surveyed } from '../support/stand-ins/survey-played.ts';
import { mebibyte, pattern, surveyPlayed } from '../support/stand-ins/survey-played.ts';

// What a recorder beside the load tells of single cards, each by its own reason, through the whole of the command line.

const at = (slot: number): string => `0000:0${slot}:00.0`;
const text = (pattern: RegExp): string => expect.stringMatching(pattern) as string;
const recorded = {
  id: 'accelerator-record',
  workload: 'accelerator-health',
  params: { what: 'record', periodSeconds: 0.1 },
  repetitions: 1,
  budgetSeconds: 60,
};
const loaded = { ...pattern, params: { ...pattern.params, bytes: mebibyte, seconds: 1 } };
const rows = [
  'fatal-xid',
  'throttle',
  'thermal-margin',
  'pcie-link-loaded',
  'recovery-action',
  'new-faults',
  'sram-threshold',
] as const;

/** The rows of a card that are not passed, with their reasons. */
const against = (found: Surveyed, slot: number) =>
  Object.fromEntries(
    rows.flatMap((row) => {
      const { verdict, reason } = found.cell(at(slot), row) ?? {};
      return verdict === 'pass' ? [] : [[row, [verdict, reason]]];
    }),
  );

describe('accelerators that are recorded under load', () => {
  it('pass where nothing is wrong, and fail one by one, each for its own reason', async () => {
    const faults: Readonly<Record<number, readonly string[]>> = {
      2: ['xid 79 2', 'no-events', 'xid 13 2'],
      3: ['xid 79 2', 'throttle 2 3'],
      4: ['margin -2', 'loaded-link 4 1'],
      5: ['action 5', 'sram', 'xid 999 2'],
      6: ['aggregate 3', 'xid 13 2', 'power 300 350'],
    };
    const slots = [1, 2, 3, 4, 5, 6];
    const found = await surveyPlayed(
      slots.flatMap((slot) => [`gpu ${at(slot)}`, ...(faults[slot] ?? [])]),
      {
        hasDriver: true,
        bus: Object.fromEntries(slots.map((slot) => [at(slot), {}])),
        entries: [recorded, loaded],
      },
    );
    expect(against(found, 1)).toEqual({});
    // Nobody may ask for its events, and the kernel's log, which was read all the time, had none of them.
    expect(against(found, 2)).toEqual({});
    expect(against(found, 3)).toEqual({
      'fatal-xid': ['fail', text(/Xid 79 \(GPU has fallen off the bus; reseat\)/)],
      throttle: ['fail', text(/hardware thermal 3\.0 s/)],
    });
    expect(against(found, 4)).toEqual({
      'thermal-margin': ['fail', text(/margin of -2 °C/)],
      'pcie-link-loaded': ['fail', text(/generation 4 × 1 of 4 × 16/)],
    });
    expect(against(found, 5)).toEqual({
      'fatal-xid': ['fail', text(/Xid 999 \(in no table that we know; investigate\)/)],
      'recovery-action': ['fail', text(/action 5: investigate/)],
      'sram-threshold': ['fail', text(/SRAM threshold flag/)],
    });
    expect(against(found, 6)).toEqual({ 'new-faults': ['fail', text(/1 uncorrected error/)] });
    for (const slot of slots) expect(found.cell(at(slot), 'memtest')?.verdict).toBe('pass');
  }, 120_000);
});

import { expect, test } from 'vitest';
import { HostFacts } from '../../../../../workloads/kit/facts/host-facts.ts';
import type { ProbeOutput } from '../../../../../workloads/kit/facts/probe-output.ts';
import { readHostFacts } from '../../../../../workloads/kit/facts/read-host-facts.ts';
import { constructed, h100, nvidiaSmi, pciTree } from './documents.ts';

// A pattern that tries two ways to divide a run takes its length squared: minutes for what a scan does in milliseconds.

const length = 2 ** 17;
/** The slowest takes a fraction of a second; a pattern of that kind half a minute and more. */
const mostMs = 10_000;

const ticks = 'cpu  1 2 3 4 5 6 7 8\n';
const processTicks = '7 (node) S 1 1 1 0 -1 0 0 0 0 0 5 0 0 0 20 0';
const counted = {
  '/proc/stat': ticks,
  '/proc/self/stat': processTicks,
  '/proc/diskstats': ' 254 0 vda 9 0 9',
};
const machine = constructed({
  'sysfs pci': pciTree({ '0000:ba:00.0': h100 }),
  'nvidia-smi -q -x': nvidiaSmi([{ id: '00000000:BA:00.0' }]),
  'sudo -n true': '',
  'sudo -n -l': 'User a may run the following commands on b:\n    (root) NOPASSWD: /usr/sbin/smartctl -a\n',
  'ipmitool fru print': 'FRU Device Description : PSU 1 (ID 3)\n Product Serial        : X1\n',
  'ipmitool sdr elist full': 'Inlet Temp       | 04h | ok  |  7.1 | 23 degrees C\n',
  watch: { seconds: 10, first: counted, last: counted, busy: [], nvidia: '00000000:BA:00.0, 7\n' },
});

/** A long run in place of one character of a text, at its start, at its end, and wherever a field may begin or end. */
const places: readonly (readonly [string, (text: string, run: string) => string])[] = [
  ['before', (text, run) => `${run}${text}`],
  ['behind', (text, run) => `${text}${run}!`],
  ['at the first blank', (text, run) => text.replace(/\s/, (blank) => `${blank}${run}!`)],
  ['at the last blank', (text, run) => text.replace(/\s\S*$/, (end) => `${run}!${end}`)],
  ['before the first colon', (text, run) => text.replace(':', `${run}!:`)],
  ['behind the first colon', (text, run) => text.replace(':', `:${run}!`)],
  ['behind the last colon', (text, run) => text.replace(/:([^:]*)$/, (_, rest) => `:${run}!${rest}`)],
  ['behind the first number', (text, run) => text.replace(/\d+/, (digits) => `${digits}${run}`)],
  ['in the first word', (text, run) => text.replace(/\w/, (letter) => `${letter}${run}`)],
  ['behind the last bracket', (text, run) => text.replace(/[)>\]](?=[^)>\]]*$)/, (end) => `${end}${run}`)],
];

const damaged = (value: unknown, change: (text: string) => string): unknown => {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((part) => damaged(part, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, damaged(part, change)]));
};

function changed(probe: ProbeOutput, change: (text: string) => string): ProbeOutput {
  if (!/^[[{]/.test(probe.text)) return { ...probe, text: change(probe.text) };
  let left = 4;
  const some = (text: string): string => ((left -= 1) < 0 ? text : change(text));
  return { ...probe, text: JSON.stringify(damaged(JSON.parse(probe.text), some)) };
}

test.each(places)('no reader takes long for a run %s', { timeout: 600_000 }, (_, put) => {
  for (const part of [' ', '\t', '\n', '\r', '\n ', '1', ':', 'a', '#', '<', '(', ', ', '=']) {
    const run = part.repeat(length / part.length);
    const probes = machine.probes.map((probe) => changed(probe, (text) => put(text, run)));
    const began = performance.now();
    const facts = readHostFacts({ ...machine, probes });
    const took = performance.now() - began;
    expect(took < mostMs ? 'soon' : `${took} ms for ${JSON.stringify(part)}`).toBe('soon');
    expect(HostFacts.safeParse(facts).success).toBe(true);
  }
});

import { pciAddress } from '../../kit/facts/read-nvidia-smi.ts';
import { defineLog, logLine } from '../../kit/log.ts';
import { readQuantity } from '../../kit/read-quantity.ts';
import type { Result } from '../../kit/result.ts';
import { err, ok } from '../../kit/result.ts';
import { quantity } from '../../kit/unit.ts';
import type { MemoryReading } from '../workload.ts';
import { memory } from '../workload.ts';

/** Its tests by copy engines that have a metric here, with the title of their matrix (testcases_ce.cpp). */
const known: ReadonlyMap<
  string,
  { readonly metric: 'hostToDevice' | 'deviceToHost' | 'peerCopy'; readonly title: string }
> = new Map([
  [
    'host_to_device_memcpy_ce',
    { metric: 'hostToDevice', title: 'memcpy CE CPU(row) -> GPU(column) bandwidth (GB/s)' },
  ],
  [
    'device_to_host_memcpy_ce',
    { metric: 'deviceToHost', title: 'memcpy CE CPU(row) <- GPU(column) bandwidth (GB/s)' },
  ],
  [
    'device_to_device_memcpy_write_ce',
    { metric: 'peerCopy', title: 'memcpy CE GPU(row) <- GPU(column) bandwidth (GB/s)' },
  ],
] as const);

const heading = /^Running ([a-z0-9_]{1,80})\.$/;
const sumOf = /^SUM ([a-z0-9_]{1,100}) (\d{1,9}\.\d{2})$/;
const lastNote = 'NOTE: The reported results may not reflect the full capabilities of the platform.';
/** Stands behind the sum of a test and says nothing of it: its spread, and that another test, which is not named, was left out. */
const aside = /^(COEFFICIENT_OF_VARIATION ([a-z0-9_]{1,100}) \d{1,6}\.\d{2}|Waived: ?.{0,300})$/;

interface Section {
  readonly name: string;
  /** With the number of each line, from 1. */
  readonly lines: readonly (readonly [line: number, text: string])[];
}

/**
 * The matrices that nvbandwidth prints without `-j`, of the versions that end with a note: another log does not say where it ends. It
 * says nothing of how much each copy was, and in version 0.10 nothing of which GPU is which: those have numbers here.
 */
export const nvbandwidthText = defineLog(memory, {
  id: 'nvbandwidth-text',
  title: 'nvbandwidth, the text (versions that end with a note)',
  origin: 'rebuilt',
  mark: /^nvbandwidth Version: /m,
  read: (text) => {
    const lines = text.split('\n').map((line, index) => [index + 1, line] as const);
    const end = lines.findIndex(([, line]) => line === lastNote);
    if (end === -1)
      return err('expected the note that ends the output: a log of a version without it can be cut');
    if (lines.slice(end + 2).some(([, line]) => line !== ''))
      return err('expected nothing behind the note that ends the output');
    const body = lines.slice(0, end);
    const starts = body.flatMap(([, line], index) => (heading.test(line) ? [index] : []));
    const head = readHead(body.slice(0, starts[0] ?? end).map(([, line]) => line));
    if (!head.ok) return head;
    if (starts.length === 0) return err('expected the results of a test, found none');
    const sections = starts.map(
      (start, index): Section => ({
        name: heading.exec(body[start]?.[1] ?? '')?.[1] ?? '',
        lines: body.slice(start + 1, starts[index + 1] ?? end),
      }),
    );
    if (new Set(sections.map(({ name }) => name)).size < sections.length)
      return err('expected each test once');
    const order = sections.flatMap(({ name }) => (known.has(name) ? [[...known.keys()].indexOf(name)] : []));
    if (order.some((place, index) => place < (order[index - 1] ?? 0)))
      return err('expected the tests in the order in which nvbandwidth lists them');
    const lost = lackingOf(sections);
    if (lost !== undefined)
      return err(`expected ${lost} in a log of several tests: without it nobody knows that it is whole`);
    const readings: MemoryReading[] = [];
    const unmeasured: { readonly why: string }[] = [];
    for (const section of sections) {
      const read = readSection(section, head.value.addresses);
      if (!read.ok) return err(`${section.name}: ${read.error}`);
      readings.push(...read.value.readings);
      if (read.value.why !== undefined) unmeasured.push({ why: `${section.name}: ${read.value.why}` });
    }
    return ok({ toolVersion: head.value.version, readings, unmeasured });
  },
});

/**
 * A test that all logs of several have, and this one has not: nothing else shows that a test was lost. Between GPUs there is none where
 * there is one GPU, or where one was left out.
 */
function lackingOf(sections: readonly Section[]): string | undefined {
  const lines = sections.flatMap((section) => section.lines.map(([, line]) => line));
  const isBetween =
    lines.some((line) => /^ +0 +1( |$)/.test(line)) && !lines.some((line) => /^Waived/.test(line));
  return sections.length === 1
    ? undefined
    : [...known].find(
        ([name, { metric }]) =>
          (metric !== 'peerCopy' || isBetween) && !sections.some((section) => section.name === name),
      )?.[0];
}

interface Head {
  readonly version: string;
  /** PCI addresses by number; empty where the log does not say them. */
  readonly addresses: readonly string[];
}

function readHead(lines: readonly string[]): Result<Head> {
  const versions = lines.flatMap(
    (line) => /^nvbandwidth Version: v?(\d{1,3}(?:\.\d{1,3}){1,2})$/.exec(line)?.[1] ?? [],
  );
  const [version] = versions;
  if (version === undefined || versions.length > 1) return err('expected the version of nvbandwidth once');
  if (lines.some((line) => sumOf.test(line))) return err('expected the name of a test above its numbers');
  const devices = lines.filter((line) => /^Device \d/.test(line));
  // Later versions have been seen without the list.
  if (devices.length === 0 && /^0\.[0-8](?:\.|$)/.test(version)) return err('expected a list of GPUs');
  const addresses = devices.map((line, index) => {
    const [, at, place] =
      /^Device (\d{1,2}): .{1,100} \(([0-9a-fA-F]{8}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2})\)(?:: \([\w.-]{1,253}\))?$/.exec(
        line,
      ) ?? [];
    return Number(at) === index ? pciAddress(`${place}.0`) : undefined;
  });
  const found = addresses.flatMap((address) => address ?? []);
  return new Set(found).size === devices.length
    ? ok({ version, addresses: found })
    : err('expected the PCI address of each GPU in the order of their numbers');
}

/** What one test measured, or why it did not. */
function readSection(
  { name, lines }: Section,
  addresses: readonly string[],
): Result<{ readonly readings: readonly MemoryReading[]; readonly why?: string | undefined }> {
  const test = known.get(name);
  if (
    lines.at(-1)?.[1] !== '' ||
    lines.filter(([, line], index) => line === '' && lines[index + 1]?.[1] === '').length > 0
  )
    return err('expected one blank line behind it');
  const said = lines.filter(([, line]) => line !== '');
  const [first] = said;
  const failed = said.find(([, line]) => /^(Waived|\[?ERROR|Error|Invalid value)/.test(line));
  const sums = said.flatMap(([, line]) => sumOf.exec(line)?.[1] ?? []);
  if (failed !== undefined && sums.length === 0) {
    const why = failed[1].slice(0, 200);
    // It checks each buffer against what was written to it.
    return test !== undefined && /Invalid value when checking the pattern/.test(why)
      ? ok({
          readings: [
            {
              metric: 'wrongWords',
              value: quantity('count', 1),
              dimensions: { ...dimensions, what: test.metric },
              at: [logLine(failed[0])],
            },
          ],
        })
      : ok({ readings: [], why });
  }
  // A test of several matrices has a sum of each, and they are called like it.
  if (sums.length === 0 || sums.some((sum) => sum !== name && !sum.startsWith(`${name}_`)))
    return err(`expected sums of its own, got ${sums.join(', ').slice(0, 100) || 'none'}`);
  if (test === undefined) return ok({ readings: [], why: 'no metric here is of this test' });
  if (first?.[1] !== test.title)
    return err(`expected \`${test.title}\`, got \`${(first?.[1] ?? '').slice(0, 60)}\``);
  return readMatrix({ name, lines: said.slice(1) }, test.metric, addresses);
}

const dimensions = { 'device.kind': 'gpu', api: 'cuda', concurrency: 'alone', thermal: 'cold' } as const;

/** The numbers of the columns, a row for the host or for each GPU, and their sum. */
function readMatrix(
  { name, lines: [columns, ...lines] }: Section,
  metric: 'hostToDevice' | 'deviceToHost' | 'peerCopy',
  addresses: readonly string[],
): Result<{ readonly readings: readonly MemoryReading[] }> {
  const numbers = (columns?.[1] ?? '').trim().split(/ +/);
  const count = numbers.length;
  if (count > 64 || numbers.some((number, index) => number !== `${index}`))
    return err('expected the numbers of all GPUs above its columns');
  if (addresses.length > 0 && addresses.length !== count)
    return err(`expected ${addresses.length} columns, one for each GPU, got ${count}`);
  const rows = metric === 'peerCopy' ? count : 1;
  const readings: MemoryReading[] = [];
  let total = 0;
  for (let row = 0; row < rows; row += 1) {
    const [line = 0, text = ''] = lines[row] ?? [];
    const [label, ...cells] = text.trim().split(/ +/);
    if (label !== `${row}` || cells.length !== count) return err(`expected row ${row} of ${count} numbers`);
    for (const [column, cell] of cells.entries()) {
      if (metric === 'peerCopy' && row === column) {
        if (cell !== 'N/A') return err(`expected N/A where a GPU is by itself, got \`${cell.slice(0, 20)}\``);
        continue;
      }
      const value = readQuantity('B/s', cell);
      if (!value.ok || !/^\d{1,6}\.\d{2}$/.test(cell) || value.value <= 0)
        return err(`expected a bandwidth in row ${row}, column ${column}, got \`${cell.slice(0, 20)}\``);
      total += value.value;
      const device = addresses[column];
      readings.push({
        metric,
        // Of a thousand million bytes: the tool divides by 1E9 (output.h).
        value: quantity('B/s', value.value * 1e9),
        dimensions: {
          ...dimensions,
          ...(metric === 'peerCopy' ? { to: addresses[row] ?? `GPU ${row}` } : { what: metric }),
          ...(device === undefined ? { gpu: column } : {}),
        },
        ...(device === undefined ? {} : { device }),
        at: [logLine(line)],
      });
    }
  }
  const [sum, ...more] = lines.slice(rows);
  const [, of, printed] = sumOf.exec(sum?.[1] ?? '') ?? [];
  const isForeign = (line: string): boolean => (aside.exec(line)?.[2] ?? name) !== name || !aside.test(line);
  if (of !== name || more.some(([, line]) => isForeign(line)))
    return err('expected the sum behind the last row, and nothing behind that');
  // Of the numbers before they were rounded.
  return Math.abs(total - Number(printed)) <= 0.005 * (readings.length + 1) + 1e-6
    ? ok({ readings })
    : err(`expected numbers that add up to ${printed ?? ''}, got ${total.toFixed(2)}`);
}

import * as z from 'zod';
import { pciAddress } from '../kit/facts/read-nvidia-smi.ts';
import { readJson } from '../kit/read-output.ts';
import { readQuantity } from '../kit/read-quantity.ts';
import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';

const text = z.string().max(1024);
const number = z.union([z.number(), text]);

/** What nvbandwidth prints with `-j` (json_output.cpp, 0.5 and later). Cells are texts of two digits behind the point. */
const Document = z.strictObject({
  nvbandwidth: z.strictObject({
    'CUDA Runtime Version': number.optional(),
    'CUDA Driver API Version': number.optional(),
    'Driver Version': text,
    Hostname: text.optional(),
    'GPU Device list': z.array(text).min(1).max(64),
    version: text.optional(),
    git_version: text,
    warning: text.optional(),
    error: text.optional(),
    testcases: z
      .array(
        z.strictObject({
          name: text,
          status: z.enum(['Passed', 'Waived', 'Error', 'Not Found', 'Running']),
          bandwidth_description: text.optional(),
          bandwidth_matrix: z.array(z.array(text).max(64)).max(64).optional(),
          average: z.number().optional(),
          max: z.number().optional(),
          min: z.number().optional(),
          sum: z.number().optional(),
          variation_coefficient: z.number().optional(),
          output: text.optional(),
        }),
      )
      .max(1)
      .optional(),
  }),
});

/** One number of a matrix, in bytes a second, by the PCI addresses of its column and (between GPUs) its row. */
export interface Cell {
  readonly column: string;
  readonly row: string | undefined;
  readonly bytesPerSecond: number;
  readonly pointer: string;
}

export interface NvbandwidthAnswer {
  readonly version: string;
  /** Why there are no numbers: the test does not apply here, or failed. */
  readonly why?: string | undefined;
  /** A buffer was not as it was written. */
  readonly isWrong: boolean;
  readonly cells: readonly Cell[];
}

/** Reads the answer to one test of nvbandwidth: of all GPUs that it lists, and between GPUs of every pair. */
export function readNvbandwidth(
  printed: string,
  test: string,
  isBetween: boolean,
): Result<NvbandwidthAnswer> {
  const read = readJson(Document, printed);
  if (!read.ok) return err(`nvbandwidth -j: ${read.error}`);
  const {
    'GPU Device list': list,
    git_version: git,
    version = git,
    testcases = [],
    error,
  } = read.value.nvbandwidth;
  const [found] = testcases;
  const said = [error, found?.output].filter((each) => each !== undefined).join(' ');
  const isWrong = /Invalid value when checking the pattern/.test(said);
  if (found !== undefined && found.name !== test)
    return err(`nvbandwidth -j: expected ${test}, got ${found.name}`);
  if (found === undefined || found.status !== 'Passed')
    return said === '' && found?.status !== 'Waived'
      ? err(`nvbandwidth -j: expected a result of ${test} or words on why there is none`)
      : ok({
          version,
          isWrong,
          cells: [],
          why: `${test}: ${found?.status ?? 'Error'} ${said}`.trim().slice(0, 300),
        });
  const gpus = list.map((line, index) => {
    const [, at, place] = /^(\d{1,2}): .*\(([0-9a-fA-F]{8}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2})\)/.exec(line) ?? [];
    return Number(at) === index ? pciAddress(`${place}.0`) : undefined;
  });
  const addresses = gpus.flatMap((address) => address ?? []);
  if (new Set(addresses).size !== list.length)
    return err(
      `nvbandwidth -j: expected the PCI address of each GPU, got \`${list.join('; ').slice(0, 200)}\``,
    );
  const { bandwidth_matrix: matrix = [], sum } = found;
  const rows = isBetween ? addresses : [undefined];
  if (matrix.length !== rows.length || matrix.some((row) => row.length !== addresses.length))
    return err(`nvbandwidth -j: expected ${rows.length} rows of ${addresses.length} numbers`);
  const cells: Cell[] = [];
  for (const [at, row] of rows.entries())
    for (const [index, column] of addresses.entries()) {
      const cell = matrix[at]?.[index] ?? '';
      if (row === column) continue;
      const value = readQuantity('B/s', cell);
      if (!value.ok || !/^\d{1,6}\.\d{1,2}$/.test(cell) || value.value <= 0)
        return err(
          `nvbandwidth -j: expected a bandwidth in row ${at}, column ${index}, got \`${cell.slice(0, 20)}\``,
        );
      // Of a thousand million bytes: the tool divides by 1E9 (output.h).
      cells.push({ column, row, bytesPerSecond: value.value * 1e9, pointer: `${at}/${index}` });
    }
  const total = cells.reduce((all, { bytesPerSecond }) => all + bytesPerSecond / 1e9, 0);
  return sum !== undefined && Math.abs(total - sum) <= 0.01 * cells.length + 0.01
    ? ok({ version, isWrong, cells })
    : err(`nvbandwidth -j: expected numbers that add up to ${sum}, got ${total.toFixed(2)}`);
}

import * as z from 'zod';
import { readJson } from '../kit/read-output.ts';
import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';
import type { SourcePlace } from '../kit/sample.ts';
import type { CommandOutput } from '../kit/tool.ts';
import { quantity } from '../kit/unit.ts';
import { whyNotMoved } from './moved-bytes.ts';
import type { StorageReading } from './read-fio-step.ts';
import type { SteadyParams } from './workload.ts';

export const steadyBlockBytes = 4096;
const count = z.number().int().nonnegative();

/** What native/steady-write.c says of a drive: how it ended is one of three. */
const Document = z
  .strictObject({
    compiler: z.string().min(1),
    name: z.string().min(1),
    majorMinor: z.string().regex(/^(\d+:\d+)?$/),
    serial: z.string(),
    driveBytes: count,
    fills: z.array(z.strictObject({ seconds: z.number().positive(), bytes: count })).max(2),
    rounds: z.array(z.strictObject({ seconds: z.number().positive(), writes: count })),
    checked: count,
    wrong: count,
    refused: z.string().optional(),
    failed: z.string().optional(),
    end: z.literal('done').optional(),
  })
  .refine(
    ({ refused, failed, end }) => [refused, failed, end].filter((each) => each !== undefined).length === 1,
    'expected one end',
  );
type Document = z.infer<typeof Document>;

/** What one drive gave, or why it was not written to. */
export interface SteadyAnswer {
  readonly compiler: string;
  readonly readings: readonly StorageReading[];
  readonly why: string;
}

/** Reads what the program printed for the drive with this serial number. */
export function readSteady(
  command: string,
  serial: string,
  output: CommandOutput,
  { queueDepth }: SteadyParams,
): Result<SteadyAnswer> {
  if (output.exitCode !== 0) return err(`command \`${command}\`: exit code ${output.exitCode ?? 'none'}`);
  const read = readJson(Document, output.stdout);
  if (!read.ok) return err(`command \`${command}\`: ${read.error}`);
  const found = read.value;
  const { compiler, refused, failed } = found;
  if (refused !== undefined) return ok({ compiler, readings: [], why: refused });
  if (found.serial !== serial) return err(`expected the drive ${serial}, got ${found.serial}`);
  if (found.wrong > found.checked)
    return err(`expected checked blocks, got ${found.wrong} wrong of ${found.checked}`);
  const at = (pointer: string): SourcePlace => ({ command, output: 'stdout', pointer });
  const around = {
    dimensions: { pattern: 'steadyWrite', blockBytes: steadyBlockBytes, queueDepth, direct: true },
    device: serial,
  };
  if (failed !== undefined)
    return ok({
      compiler,
      why: '',
      readings: [
        {
          metric: 'verifyErrors',
          value: quantity('count', 1),
          ...around,
          dimensions: { ...around.dimensions, error: failed.replace(/ at \d+:/, ':') },
          at: [at('/failed')],
        },
      ],
    });
  if (found.rounds.length < compared) return err(`expected ${compared} rounds, got ${found.rounds.length}`);
  if (found.checked === 0) return err('expected blocks that were read back, got none');
  const faults = [whyNotSteady(found), whyNotWritten(found, output)].filter((why) => why !== undefined);
  const last = found.rounds.slice(-compared);
  const first = found.rounds.length - compared;
  return ok({
    compiler,
    why: '',
    readings: [
      {
        metric: 'steadyWriteRate',
        value: quantity('IOPS', sum(last.map(rateOf)) / compared),
        ...around,
        dimensions: { ...around.dimensions, state: 'steady', rounds: found.rounds.length },
        at: last.map((_, index) => at(`/rounds/${first + index}`)),
        windowSeconds: sum(last.map(({ seconds }) => seconds)),
        ...(faults.length === 0 ? {} : { invalid: faults.join('; ') }),
      },
      {
        metric: 'verifyErrors',
        value: quantity('count', found.wrong),
        ...around,
        dimensions: { ...around.dimensions, checked: found.checked },
        at: [at('/wrong')],
      },
    ],
  });
}

type Round = Document['rounds'][number];
const rateOf = ({ writes, seconds }: Round): number => writes / seconds;
const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

const compared = 5;
const [mostRange, mostExcursion] = [0.2, 0.1];

/**
 * Why the last five rounds show no steady state (SNIA Solid State Storage Performance Test Specification): their rates lie within
 * 20 % of their mean, and their best line rises or falls by 10 % of it at most.
 */
export function whyNotSteady({ rounds }: Pick<Document, 'rounds'>): string | undefined {
  const rates = rounds.slice(-compared).map(rateOf);
  const mean = sum(rates) / compared;
  const percent = (part: number): string => `${((100 * part) / mean).toFixed(1)} %`;
  const range = Math.max(...rates) - Math.min(...rates);
  if (!(range <= mostRange * mean))
    return `never steady: after ${rounds.length} rounds the last five differ by ${percent(range)} of their mean (at most 20 %)`;
  // Least squares over -2 to 2, whose squares add up to 10.
  const slope = sum(rates.map((rate, index) => (index - 2) * rate)) / 10;
  const excursion = Math.abs(slope) * (compared - 1);
  return excursion <= mostExcursion * mean
    ? undefined
    : `never steady: after ${rounds.length} rounds the last five still change by ${percent(excursion)} of their mean (at most 10 %)`;
}

/** Why the drive was not filled twice before, or did not move what was written. */
function whyNotWritten(
  { fills, driveBytes, rounds, name, majorMinor }: Document,
  output: CommandOutput,
): string | undefined {
  const whole = driveBytes - (driveBytes % (128 * 1024));
  if (fills.length !== 2 || fills.some(({ bytes }) => bytes < whole))
    return 'the drive was not filled twice before';
  const bytes =
    sum(fills.map((fill) => fill.bytes)) + steadyBlockBytes * sum(rounds.map(({ writes }) => writes));
  return whyNotMoved(output, { name, majorMinor }, 'write', bytes);
}

import * as z from 'zod';
import { outputOf, readJson } from '../../kit/read-output.ts';
import type { Result } from '../../kit/result.ts';
import { err, ok } from '../../kit/result.ts';
import type { ParsedStep, Reading, StepOutputs } from '../../kit/tool.ts';
import { defineTool, serving } from '../../kit/tool.ts';
import { quantity } from '../../kit/unit.ts';
import { checkTarget } from '../check-target.ts';
import { counterFiles, whyNotMoved } from '../moved-bytes.ts';
import { planTarget, targetRequirements } from '../plan-target.ts';
import { driveErrorIn } from '../read-fio.ts';
import { readTarget } from '../read-target.ts';
import { whyTooLarge } from '../storage-budget.ts';
import type { Params } from '../workload.ts';
import { isFile, nvme } from '../workload.ts';
import { writtenBytes } from '../written-bytes.ts';

const positive = z.number().int().positive();

const Line = z.strictObject({
  kernel: z.literal('nvme'),
  threads: z.literal(1),
  elapsedMs: z.number().positive(),
  results: z.tuple([
    z.strictObject({
      runtime: z.string().min(1),
      operations: positive,
      bytes: positive,
      elapsedMs: z.number().positive(),
    }),
  ]),
});

/** A drive that answers the kernel with an error has lost a block, whatever was to be measured. */
function readDriveError(
  outputs: StepOutputs,
  { pattern }: Params,
): Result<ParsedStep<typeof nvme.metrics>> | undefined {
  const lines = (outputs['run']?.stderr ?? '').split('\n');
  const line = lines.findIndex((each) => driveErrorIn(each) !== undefined);
  const found = driveErrorIn(lines[line] ?? '');
  const { drive, dimensions } = readTarget(outputs);
  if (found === undefined || drive === undefined) return undefined;
  const reading = {
    metric: 'verifyErrors',
    value: quantity('count', 1),
    dimensions: { pattern, ...found, ...dimensions },
    at: [{ command: 'run', output: 'stderr', line: line + 1 }],
    device: drive.identity,
  } as const;
  return ok({ readings: [reading] });
}

/** Buffered writes with one fsync, in Node: an indicative number where fio is not. */
export const embedded = defineTool(
  nvme,
  serving(isFile, 'embedded works on a file only', {
    id: 'embedded',
    rank: 90,
    origin: 'embedded',
    requires: { ...targetRequirements, counters: counterFiles },
    needs: (params, facts) => {
      if (params.pattern !== 'sequentialWrite' && params.pattern !== 'randomWrite') {
        return err('without O_DIRECT a read comes from memory: only fio can read from the drive');
      }
      return checkTarget(params, facts);
    },
    plan: (params, facts) => {
      const order = params.pattern === 'sequentialWrite' ? 'sequential' : 'random';
      const { blockBytes, fileBytes, seconds } = params;
      const input = { threads: 1, file: '{scratch}/nvme.dat', order, blockBytes, fileBytes, seconds };
      return [
        ...planTarget(facts),
        {
          id: 'run',
          file: '{runtime}',
          args: ['{bundle}/pool.mjs', 'nvme', JSON.stringify(input)],
          timeoutMs: (params.seconds + 120) * 1000, // fsync may take long after the writes themselves
        },
      ];
    },
    writtenBytes,
    parse: (outputs, params) => {
      const run = outputOf(outputs, 'run');
      if (!run.ok) return readDriveError(outputs, params) ?? run;
      const read = readJson(Line, run.value.stdout);
      if (!read.ok) return read;
      const [result] = read.value.results;
      if (result.bytes !== result.operations * params.blockBytes || result.bytes > params.fileBytes) {
        return err(
          `expected whole blocks of ${params.blockBytes} bytes, got ${result.bytes} bytes in ${result.operations}`,
        );
      }
      if (result.elapsedMs > read.value.elapsedMs)
        return err('the kernel measured a longer time than the program around it');
      const target = readTarget(outputs);
      const faults = [
        target.refusal,
        target.freeBytes === undefined
          ? 'the free space before the run is unknown'
          : whyTooLarge(params.fileBytes, target.freeBytes),
        target.drive === undefined
          ? undefined
          : whyNotMoved(run.value, { ...target.drive, paths: target.paths }, 'write', result.bytes),
      ].filter((fault) => fault !== undefined);
      const about = {
        dimensions: {
          pattern: params.pattern,
          blockBytes: params.blockBytes,
          queueDepth: 1,
          jobs: 1,
          fileBytes: params.fileBytes,
          state: 'burst',
          direct: false,
          ioEngine: 'write, fsync',
          ...target.dimensions,
        },
        at: ['bytes', 'operations', 'elapsedMs'].map((name) => ({
          command: 'run',
          output: 'stdout',
          pointer: `/results/0/${name}`,
        })),
        device: target.drive?.identity,
        windowSeconds: result.elapsedMs / 1000,
        invalid: faults.length === 0 ? undefined : faults.join('; '),
      };
      const seconds = result.elapsedMs / 1000;
      const reading: Reading<typeof nvme.metrics> =
        params.pattern === 'sequentialWrite'
          ? { ...about, metric: 'sequentialWriteThroughput', value: quantity('B/s', result.bytes / seconds) }
          : { ...about, metric: 'randomWriteRate', value: quantity('IOPS', result.operations / seconds) };
      return ok({ toolVersion: `node ${result.runtime}`, readings: [reading] });
    },
  }),
);

import { isDelicate } from '../../kit/care.ts';
import { measurable } from '../../kit/device-program.ts';
import { valueOf } from '../../kit/facts/fact.ts';
import { err, ok } from '../../kit/result.ts';
import { defineTool, serving } from '../../kit/tool.ts';
import { readTestsText } from '../read-nccl-tests-text.ts';
import type { CollectiveParams, CollectiveReading } from '../workload.ts';
import { collective, listSizes } from '../workload.ts';

type OfNode = CollectiveParams & { readonly span: 'node' };

/** NVIDIA's nccl-tests, where somebody has put it on the node: a second opinion, asked by its name. */
export const ncclTests = defineTool(
  collective,
  serving(
    (params): params is OfNode => params.span === 'node',
    'nccl-tests needs a launcher to run on several nodes: give its log to `assay parse`',
    {
      id: 'nccl-tests',
      rank: 20,
      origin: 'native',
      requires: {
        programs: ['all_reduce_perf'],
        places: ['/usr/local/bin', '/opt/*/bin', '/opt/nccl-tests/build', '/usr/local/nccl-tests/build'],
        packages: [],
      },
      needs: (_, { accelerators }) => {
        const found = measurable(valueOf(accelerators) ?? []);
        if (found.some(({ vendor }) => vendor !== 'NVIDIA') || found.length < 2)
          return err("expected two accelerators of NVIDIA's at least, and no others");
        return found.some(isDelicate)
          ? err('its accelerators are loaded one at a time: some mine, or hang on one lane')
          : ok(undefined);
      },
      plan: (params, { accelerators }) => [
        {
          id: 'run',
          file: 'all_reduce_perf',
          args: [
            ...['-b', `${params.minBytes}`, '-e', `${params.maxBytes}`, '-f', `${params.factor}`],
            ...['-g', `${measurable(valueOf(accelerators) ?? []).length}`],
            ...['-d', params.dtype === 'fp32' ? 'float' : 'bfloat16', '-o', 'sum'],
            ...['-w', '5', '-n', `${params.iterations}`, '-c', '1'],
          ],
          env: params.algorithm === 'ring' ? { NCCL_ALGO: 'Ring' } : {},
          // It does not end with 0 where an element was wrong, and says how many.
          goodExit: 'any',
          loads: 'accelerators',
          timeoutMs: 900_000,
        },
      ],
      parse: ({ run }, params) => {
        if (run === undefined) return err('expected the output of all_reduce_perf, got none');
        const [alarm] = run.watch?.alarms ?? [];
        if (run.exitCode === undefined || alarm !== undefined)
          return err(`all_reduce_perf: ${alarm === undefined ? 'it did not end by itself' : alarm.said}`);
        const read = readTestsText(run.stdout, params.algorithm);
        if (!read.ok) return read;
        const { toolVersion, readings, range, ranks } = read.value;
        // Where its first lines are cut away nothing else of it is missing.
        if (toolVersion === undefined)
          return err('expected an nccl-tests that says its version, got one that does not');
        const wrong = readings.reduce(
          (sum, { metric, value }) => (metric === 'wrongElements' ? sum + value : sum),
          0,
        );
        if (run.exitCode !== 0 && wrong === 0)
          return err(
            `all_reduce_perf: expected exit code 0, got ${run.exitCode}: ${run.stderr.trim().slice(0, 200)}`,
          );
        const sizes = listSizes(params);
        // On small cards it lowers the largest size and says so in passing: those are not the sizes that were asked for.
        const isAsked =
          range.minBytes === params.minBytes &&
          range.maxBytes === sizes.at(-1) &&
          (sizes.length === 1 || (range.isFactor && range.step === params.factor)) &&
          range.iterations === params.iterations &&
          range.isChecked;
        if (!isAsked)
          return err(
            `expected ${params.iterations} checked sums of ${params.minBytes} to ${sizes.at(-1)} bytes, got ${range.iterations} of ${range.minBytes} to ${range.maxBytes}`,
          );
        const dtypes = new Set(readings.map(({ dimensions }) => dimensions['dtype']));
        if (dtypes.size !== 1 || !dtypes.has(params.dtype))
          return err(`expected ${params.dtype}, got another`);
        return ok({
          toolVersion,
          readings: readings.map(
            (reading): CollectiveReading => ({
              ...reading,
              // One sum more, which is not timed, is the one that is checked.
              dimensions: { ...reading.dimensions, timing: 'pipelined', ranks },
              at: reading.at.map((place) => ({ ...place, command: 'run' })),
            }),
          ),
        });
      },
    },
  ),
);

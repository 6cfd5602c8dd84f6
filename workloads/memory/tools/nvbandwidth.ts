import { isDelicate } from '../../kit/care.ts';
import { measurable } from '../../kit/device-program.ts';
import { valueOf } from '../../kit/facts/fact.ts';
import { err, ok } from '../../kit/result.ts';
import type { Dimensions } from '../../kit/sample.ts';
import { defineTool, serving } from '../../kit/tool.ts';
import { quantity } from '../../kit/unit.ts';
import { readNvbandwidth } from '../read-nvbandwidth.ts';
import type { MemoryParams, MemoryReading } from '../workload.ts';
import { isDevice, isPeers, memory } from '../workload.ts';

/** Its tests by copy engines, which go from device to device one at a time. */
const tests = {
  hostToDevice: 'host_to_device_memcpy_ce',
  deviceToHost: 'device_to_host_memcpy_ce',
  peerCopy: 'device_to_device_memcpy_write_ce',
} as const;
type Served = Extract<MemoryParams, { readonly target: 'device' | 'peers' }>;

const testOf = (params: MemoryParams): keyof typeof tests | undefined => {
  if (isPeers(params)) return 'peerCopy';
  if (!isDevice(params) || params.on !== 'accelerators' || params.thermal === 'steady') return undefined;
  return params.what === 'hostToDevice' || params.what === 'deviceToHost' ? params.what : undefined;
};
const isServed = (params: MemoryParams): params is Served =>
  testOf(params) !== undefined && (params as Served).concurrency === 'alone'; // a host's own has no test here

/** NVIDIA's nvbandwidth, where somebody has put it on the node: a second opinion, asked by its name. */
export const nvbandwidth = defineTool(
  memory,
  serving(isServed, 'nvbandwidth copies between host and devices, or between devices, one at a time', {
    id: 'nvbandwidth',
    rank: 38,
    origin: 'native',
    requires: {
      programs: ['nvbandwidth'],
      places: ['/usr/local/bin', '/opt/*/bin', '/opt/nvbandwidth'],
      packages: [],
    },
    needs: (_, { accelerators }) => {
      const found = measurable(valueOf(accelerators) ?? []);
      if (!found.some(({ vendor }) => vendor === 'NVIDIA'))
        return err("expected accelerators of NVIDIA's, found none");
      return found.some(isDelicate)
        ? err('it gives machines that mine no rest between their cards')
        : ok(undefined);
    },
    plan: (params) => [
      {
        id: 'run',
        file: 'nvbandwidth',
        args: [
          ...['-j', '-t', tests[testOf(params) ?? 'peerCopy']],
          ...(params.bytes === 'auto' ? [] : ['-b', `${params.bytes / 2 ** 20}`]),
        ],
        // It ends with 1 where a test failed, and says which.
        goodExit: 'any',
        loads: 'accelerators',
        timeoutMs: 600_000,
      },
    ],
    parse: (outputs, params) => {
      const { run } = outputs;
      const metric = testOf(params);
      if (run === undefined || metric === undefined)
        return err('expected the output of nvbandwidth, got none');
      const [alarm] = run.watch?.alarms ?? [];
      if (run.exitCode === undefined || alarm !== undefined)
        return err(`nvbandwidth: ${alarm === undefined ? 'it did not end by itself' : alarm.said}`);
      const read = readNvbandwidth(run.stdout, tests[metric], metric === 'peerCopy');
      if (!read.ok) return read;
      const { version, why, isWrong, cells } = read.value;
      const toolVersion = /^v?(\d{1,3}(?:\.\d{1,3}){1,2})\b/.exec(version)?.[1];
      if (toolVersion === undefined)
        return err(`nvbandwidth -j: expected a version, got \`${version.slice(0, 40)}\``);
      if ((run.exitCode === 0) !== (cells.length > 0 || why?.includes('Waived') === true))
        return err(`nvbandwidth: expected an exit code that fits its results, got ${run.exitCode}`);
      const shared: Dimensions = {
        'device.kind': 'gpu',
        api: 'cuda',
        concurrency: 'alone',
        thermal: 'cold',
        bytes: params.bytes === 'auto' ? 512 * 2 ** 20 : params.bytes,
      };
      const testcase = '/nvbandwidth/testcases/0';
      const status = { command: 'run', output: 'stdout', pointer: `${testcase}/status` };
      const readings: MemoryReading[] = cells.map(({ column, row, bytesPerSecond, pointer }) => ({
        metric,
        value: quantity('B/s', bytesPerSecond),
        // GPU(row) <- GPU(column): who sends is the column.
        dimensions: row === undefined ? { ...shared, what: metric } : { ...shared, to: row },
        device: column,
        at: [{ command: 'run', output: 'stdout', pointer: `${testcase}/bandwidth_matrix/${pointer}` }],
        windowSeconds: run.durationMs / 1000,
      }));
      // It compares every buffer with the pattern that it wrote, and fails the test where one differs.
      const checked: MemoryReading[] =
        isWrong || cells.length > 0
          ? [
              {
                metric: 'wrongWords',
                value: quantity('count', isWrong ? 1 : 0),
                dimensions: shared,
                at: [status],
              },
            ]
          : [];
      return ok({
        toolVersion,
        readings: [...readings, ...checked],
        unmeasured: why === undefined || isWrong ? [] : [{ why }],
      });
    },
  }),
);

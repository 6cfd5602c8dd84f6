import { compiledBy, whyNotWatched } from '../kit/read-devices.ts';
import { outputOf, readJson } from '../kit/read-output.ts';
import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';
import type { SourcePlace } from '../kit/sample.ts';
import type { Seat } from '../kit/seat.ts';
import type { CommandOutput, ParsedStep, StepOutputs } from '../kit/tool.ts';
import { quantity } from '../kit/unit.ts';
import type { Alarm } from '../kit/watch.ts';
import type { Rank } from './rank-document.ts';
import { Document, whyOther, whyUnreadable } from './rank-document.ts';
import { readAlgorithm, readWays } from './read-nccl-log.ts';
import { hasRails } from './read-rails.ts';
import { weighRails } from './weigh-rails.ts';
import type { CollectiveMetrics, CollectiveParams, CollectiveReading } from './workload.ts';
import { busOfAllReduce, listSizes } from './workload.ts';

/** The log that NCCL writes for a rank, by its place among those of the node. */
export const logOf = (index: number): string => `nccl-${index}.txt`;

/** Reads what the ranks of one node did together, alone or with those of the other nodes of its seat. */
export function readNccl(
  outputs: StepOutputs,
  params: CollectiveParams,
  seat?: Seat,
): Result<ParsedStep<CollectiveMetrics>> {
  if ((params.span === 'nodes') !== (seat !== undefined))
    return err(
      `expected ${seat === undefined ? 'the group that ran this' : 'one node'}, got ${seat === undefined ? 'none' : 'a group'}`,
    );
  const nodes = seat?.members.length ?? 1;
  const [alarm] = outputs['run']?.watch?.alarms ?? [];
  if (alarm !== undefined) return ok({ readings: [endedBy(alarm, params)] });
  const build = outputs['build'] === undefined ? undefined : outputOf(outputs, 'build');
  if (build?.ok === false) return build;
  const run = outputOf(outputs, 'run');
  if (!run.ok) return run;
  const document = readJson(Document, run.value.stdout);
  if (!document.ok) return document;
  const { compiler, asked, devices } = document.value;
  const toolVersion = compiledBy(build !== undefined, compiler);
  if (!toolVersion.ok) return toolVersion;
  if (devices.length !== asked || new Set(devices.map(({ address }) => address)).size !== asked)
    return err(`expected ${asked} devices, each once, got ${devices.length}`);
  const all: Rank[] = [];
  for (const found of devices) if (!('error' in found)) all.push(found);
  const unreadable = devices.map((found) => whyUnreadable(found, devices)).find((why) => why !== undefined);
  if (unreadable !== undefined) return err(unreadable);
  if (all.length < devices.length)
    return ok({ toolVersion: toolVersion.value, ...endedEarly(devices, params) });
  const other = whyOther(all, params, nodes);
  if (other !== undefined) return err(other);
  const logs = all.map((_, index) => run.value.artifacts[logOf(index)]);
  const rails = weighRails(run.value, {
    all,
    nodes,
    log: logs[0],
    dimensions: { ...dimensionsOf(params), ranks: all.length * nodes, nodes },
  });
  const readings = [
    ...readingsOf(all, params, { nodes, run: run.value, logs, rate: rails.rate }),
    ...rails.readings,
  ];
  return ok({
    toolVersion: `NCCL ${versionOf(all[0]?.nccl ?? 0)}, ${toolVersion.value}`,
    readings: all.some(({ standIn }) => standIn)
      ? readings.map((each) => ({ ...each, isStandIn: true }))
      : readings,
    unmeasured: [...unfitting(all, params), ...rails.unmeasured],
  });
}

const versionOf = (code: number): string =>
  `${Math.floor(code / 10_000)}.${Math.floor(code / 100) % 100}.${code % 100}`;

/** What the agent ended says nothing of a speed; a device that has left its bus has given a wrong result. */
const endedBy = ({ device, kind, said }: Alarm, params: CollectiveParams): CollectiveReading => ({
  metric: 'wrongElements',
  value: quantity('count', kind === 'off-bus' ? 1 : 0),
  dimensions: { ...dimensionsOf(params), ...(kind === 'off-bus' ? { error: `${device}: ${said}` } : {}) },
  at: [{ command: 'run', output: 'watch', pointer: '/alarms/0/said' }],
  ...(kind === 'off-bus' ? {} : { invalid: `${device}: ${said}` }),
});

/** Ranks that came to nothing: before the first sum nothing was measured, after it a sum is lost. */
function endedEarly(
  devices: Document['devices'],
  params: CollectiveParams,
): Pick<ParsedStep<CollectiveMetrics>, 'readings' | 'unmeasured'> {
  const ended = devices.flatMap((found, index) => ('error' in found ? [{ ...found, index }] : []));
  // What all say is of all; what one says alone is of its device.
  const errors = [...Map.groupBy(ended, ({ error }) => error)]
    .map(([error, [first, ...more]]) =>
      first === undefined || more.length > 0 ? error : `${first.address}: ${error}`,
    )
    .join('; ')
    .slice(0, 2000);
  const broken = ended.find(({ measured }) => measured);
  if (broken === undefined) return { readings: [], unmeasured: [{ why: errors }] };
  const isStandIn = ended.some((found) => 'standIn' in found && found.standIn);
  return {
    readings: [
      {
        metric: 'wrongElements',
        value: quantity('count', 1),
        dimensions: { ...dimensionsOf(params), error: errors.replaceAll(/ \([-\w]{1,6}\)/g, '') },
        at: [{ command: 'run', output: 'stdout', pointer: `/devices/${broken.index}/error` }],
        ...(isStandIn ? { isStandIn } : {}),
      },
    ],
  };
}

/** Sizes of which no two vectors fit, beside a twentieth that stays free. */
function unfitting(all: readonly Rank[], params: CollectiveParams): Required<ParsedStep>['unmeasured'] {
  const fitting = all[0]?.fittingBytes ?? 0;
  const least = Math.min(...all.map(({ freeBytes }) => freeBytes));
  return listSizes(params)
    .filter((bytes) => bytes > fitting)
    .map((bytes) => ({
      why: `no two vectors of ${bytes} bytes fit, with a twentieth to spare: an accelerator has ${least} bytes free`,
    }));
}

const dimensionsOf = ({ collective, dtype, algorithm }: CollectiveParams) => ({
  collective,
  dtype,
  algorithm,
  place: 'outOfPlace',
  timing: 'checked',
});

function readingsOf(
  all: readonly Rank[],
  params: CollectiveParams,
  {
    nodes,
    run,
    logs,
    rate,
  }: {
    readonly nodes: number;
    readonly run: CommandOutput;
    readonly logs: readonly (string | undefined)[];
    /** Of all rails together, in bits a second. */
    readonly rate: number | undefined;
  },
): readonly CollectiveReading[] {
  const ways = readWays(logs);
  const unwatched = all
    .map((found) => whyNotWatched(found, run.watch, undefined))
    .find((why) => why !== undefined);
  const shared = { ...dimensionsOf(params), ranks: all.length * nodes, nodes };
  const sizes = (all[0]?.sizes ?? []).flatMap(({ bytes }, place) => {
    const used = readAlgorithm(logs[0], bytes);
    const dimensions = { ...shared, bytes, iterations: params.iterations };
    const proven = {
      ...dimensions,
      ...(ways.ok ? { transport: ways.value.transport, ...(ways.value.gdr && { gdr: ways.value.gdr }) } : {}),
      ...(used.ok ? { usedAlgorithm: used.value } : {}),
    };
    const invalid =
      unwatched ??
      (ways.ok ? undefined : `transport not known: ${ways.error}`) ??
      (used.ok ? undefined : `algorithm not known: ${used.error}`) ??
      (params.algorithm === 'ring' && used.ok && used.value !== 'Ring'
        ? `expected rings, NCCL used ${used.value}`
        : undefined);
    return readSize(all, place, { dimensions, proven, invalid, rate });
  });
  const connections: CollectiveReading = {
    metric: 'socketConnections',
    value: quantity('count', ways.ok ? ways.value.socketConnections : 0),
    dimensions: {
      ...shared,
      ...(nodes === 1 ? {} : { rdma: hasRails(run.counters) }),
      ...(ways.ok ? { transport: ways.value.transport } : {}),
    },
    at: [placeOf(0, 'elapsedSeconds')],
    windowSeconds: all[0]?.elapsedSeconds,
    ...(ways.ok ? {} : { invalid: `transport not known: ${ways.error}` }),
  };
  return [...sizes, connections];
}

const placeOf = (rank: number, field: string): SourcePlace => ({
  command: 'run',
  output: 'stdout',
  pointer: `/devices/${rank}/${field}`,
});

/**
 * A sum is over when it is over on every rank, so its time is that of the slowest. The speed is that of all timed sums of a size
 * together (nccl-tests: the mean).
 */
function readSize(
  all: readonly Rank[],
  place: number,
  {
    dimensions,
    proven,
    invalid,
    rate,
  }: {
    readonly dimensions: CollectiveReading['dimensions'] & {
      readonly bytes: number;
      readonly ranks: number;
      readonly nodes: number;
    };
    /** With what NCCL's log has shown. */
    readonly proven: CollectiveReading['dimensions'];
    readonly invalid: string | undefined;
    readonly rate: number | undefined;
  },
): readonly CollectiveReading[] {
  const { bytes, ranks, nodes } = dimensions;
  const times = all.map(({ sizes }) => sizes[place]?.seconds ?? []);
  const slowest = (times[0] ?? []).map((_, index) => Math.max(...times.map((own) => own[index] ?? 0)));
  const windowSeconds = slowest.reduce((sum, each) => sum + each, 0);
  const latency = windowSeconds / slowest.length;
  const timed = {
    dimensions: proven,
    at: all.map((_, rank) => placeOf(rank, `sizes/${place}/seconds`)),
    windowSeconds,
    ...(invalid === undefined ? {} : { invalid }),
  };
  const checked = nodes * all.reduce((sum, { sizes }) => sum + (sizes[place]?.checked ?? 0), 0);
  // What ranks agreed on went through the same sums: their own counts stand beside it.
  const wrong = Math.max(
    all.reduce((sum, { sizes }) => sum + (sizes[place]?.wrong ?? 0), 0),
    ...all.map(({ sizes }) => sizes[place]?.wrongOfAll ?? 0),
  );
  return [
    {
      metric: 'busbw',
      value: quantity('B/s', busOfAllReduce(bytes / latency, ranks)),
      ...timed,
    },
    ...(rate === undefined
      ? []
      : [
          {
            metric: 'railEfficiency' as const,
            value: quantity('ratio', (busOfAllReduce(bytes / latency, ranks) * 8) / rate),
            ...timed,
          },
        ]),
    { metric: 'algbw', value: quantity('B/s', bytes / latency), ...timed },
    { metric: 'latency', value: quantity('s', latency), ...timed },
    // Right or wrong, whichever way it came.
    {
      metric: 'wrongElements',
      value: quantity('count', wrong),
      dimensions: { ...dimensions, checked },
      at: all.map((_, rank) => placeOf(rank, `sizes/${place}/wrong`)),
    },
  ];
}

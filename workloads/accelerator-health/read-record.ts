import { outputOf } from '../kit/read-output.ts';
import type { Result } from '../kit/result.ts';
import { ok } from '../kit/result.ts';
import type { StepOutputs } from '../kit/tool.ts';
import { quantity } from '../kit/unit.ts';
import { findSxids } from './find-sxids.ts';
import { findXids } from './find-xids.ts';
import type { Finding, Recorded } from './judge-card.ts';
import { findOf } from './judge-card.ts';
import type { LineOf } from './record-lines.ts';
import { linesOf, readLines } from './record-lines.ts';
import type { AcceleratorHealthReading } from './workload.ts';
import { acceleratorHealth } from './workload.ts';

interface Unmeasured {
  /** Absent: the node. */
  readonly device?: string;
  readonly why: string;
}

/** Reads what the recorder told of each card: what it can say, what stands against it, and what nobody knows. */
export function readRecord(outputs: StepOutputs): Result<{
  readonly toolVersion: string;
  readonly readings: readonly AcceleratorHealthReading[];
  readonly unmeasured: readonly Unmeasured[];
}> {
  if (outputs['build'] !== undefined) {
    const build = outputOf(outputs, 'build');
    if (!build.ok) return build;
  }
  const run = outputOf(outputs, 'run');
  const record = run.ok ? readLines(run.value.stdout) : run;
  if (!record.ok) return record;
  const { open, lines, end } = record.value;
  const cards = linesOf(lines, 'card').map((card): Recorded => {
    const own = lines.filter((each) => 'gpu' in each && each.gpu === card.gpu);
    const looks = linesOf(own, 'look');
    return {
      card,
      first: looks.find(({ when }) => when === 'first'),
      last: looks.find(({ when }) => when === 'last'),
      seen: linesOf(own, 'seen'),
      events: linesOf(own, 'event'),
      faults: linesOf(own, 'fault'),
      gaps: linesOf(lines, 'gap').filter(({ gpu }) => gpu === undefined || gpu === card.gpu),
      hasLog: open.log,
      period: open.period,
    };
  });
  const readings: AcceleratorHealthReading[] = [];
  const unmeasured: Unmeasured[] = [];
  for (const recorded of cards) {
    const { gpu } = recorded.card;
    const blind = recorded.gaps.find(({ of }) => of === 'time')?.said;
    for (const finding of [...findXids(recorded, cards), ...findOf(recorded)]) {
      if ('why' in finding) unmeasured.push({ device: gpu, why: `${finding.of}: ${finding.why}` });
      else readings.push(write(finding, gpu, { end, isStandIn: open.standIn, blind }));
    }
  }
  for (const finding of findSxids(open, linesOf(lines, 'switch'), linesOf(lines, 'gap'))) {
    if ('why' in finding) unmeasured.push({ why: `${finding.of}: ${finding.why}` });
    else readings.push(write(finding, undefined, { end, isStandIn: open.standIn, blind: undefined }));
  }
  return ok({ toolVersion: `driver ${open.driver}`, readings, unmeasured });
}

function write(
  { metric, value, error, invalid, line }: Exclude<Finding, { readonly why: string }>,
  device: string | undefined,
  {
    end,
    isStandIn,
    blind,
  }: {
    readonly end: LineOf<'end'>;
    readonly isStandIn: boolean;
    /** Why nobody looked for a while: what then speaks for a card is not known to. */
    readonly blind: string | undefined;
  },
): AcceleratorHealthReading {
  const why = invalid ?? (error === undefined ? blind : undefined);
  // The unit is the metric's own, which the compiler cannot see of a union.
  return {
    metric,
    value: quantity(acceleratorHealth.metrics[metric].unit, value),
    dimensions: error === undefined ? {} : { error: error.slice(0, 400) },
    ...(device === undefined ? {} : { device }),
    at: [{ command: 'run', output: 'stdout', line }],
    windowSeconds: end.seconds,
    ...(isStandIn ? { isStandIn } : {}),
    ...(why === undefined ? {} : { invalid: why }),
  } as AcceleratorHealthReading;
}

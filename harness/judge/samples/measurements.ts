import { keepReadings } from '../../../reports/verdict/keep-readings.ts';
import type { Measurement } from '../../../reports/verdict/measurement.ts';
import { keyOfDimensions, keyOfMeasurement } from '../../../reports/verdict/measurement.ts';
import { compareText } from '../../../workloads/kit/compare-text.ts';
import { perObject } from '../../../workloads/kit/per-object.ts';
import { nameOf } from '../../../workloads/kit/subject.ts';
import type { Unit } from '../../../workloads/kit/unit.ts';
import { median } from '../../stats/median.ts';
import { medianInterval } from '../../stats/median-interval.ts';
import { rangeOf } from '../../stats/range-of.ts';
import type { Dossier, JudgedSample } from '../dossier.ts';
import type { Outcome } from '../outcome.ts';
import type { RunDossier } from '../run-dossier.ts';
import { checksOf } from './find-flaws.ts';
import { listLostRuns } from './lost-runs.ts';

/** Samples of one tool with the same dimensions: repetitions of one measurement. */
export const groupByDimensions = (samples: readonly JudgedSample[]): readonly (readonly JudgedSample[])[] =>
  group(samples, (sample) => JSON.stringify([sample.tool, keyOfDimensions(sample.dimensions)]));

/** What a cell saw, as the document shows it; nothing when no sample is in the metric's unit. */
export function observe(samples: readonly JudgedSample[], unit: Unit): Pick<Outcome, 'observed'> {
  const usable = samples.filter((sample) => sample.unit === unit && Number.isFinite(sample.value));
  const steps = [...new Set(usable.map(({ step }) => step))].toSorted(compareText);
  return usable.length === 0 ? {} : { observed: { kind: 'samples', unit, ...summarise(usable), steps } };
}

/** All samples of the run by metric, dimensions, subject and tool; unusable ones stand apart, with the reason. */
export function listMeasurements(index: RunDossier): readonly Measurement[] {
  const { nodes } = index;
  const { metrics } = index.material;
  const planned = plannedRuns(index);
  const runs = new Map<JudgedSample, { readonly done: number; readonly of: number }>();
  const samples = nodes.flatMap((node) =>
    node.samples.map((each) => {
      const sample = withVerdictOnStep(each, node);
      const counted = [nameOf(each.subject), node.id].map((id) =>
        planned.get(JSON.stringify([id, each.step])),
      );
      const [first = counted[1]] = counted;
      if (first !== undefined) runs.set(sample, first);
      return sample;
    }),
  );
  return group(samples, createKeys()).flatMap((members) => {
    const [first] = members;
    const metric = first && metrics.get(first.metric);
    if (first === undefined) return [];
    const counted = runs.get(first);
    return [
      {
        metric: first.metric,
        title: metric?.title ?? first.metric,
        unit: first.unit,
        better: metric?.better ?? 'higher',
        correctness: metric?.correctness === true,
        dimensions: inOrder(first.dimensions),
        subject: first.subject,
        tool: first.tool,
        ...(first.toolVersion === undefined ? {} : { toolVersion: first.toolVersion }),
        origin: first.origin,
        ...summarise(members),
        ...intervalOf(members),
        ...(counted === undefined ? {} : { planned: counted }),
        ...(first.invalid === undefined ? {} : { invalid: first.invalid }),
        ...keepReadings(members),
      },
    ];
  });
}

const inOrder = perObject((dimensions: JudgedSample['dimensions']) =>
  Object.fromEntries(Object.entries(dimensions).toSorted(([a], [b]) => compareText(a, b))),
);

/** The runs of an entry of which some were lost, by subject and each step that was not. */
function plannedRuns(index: RunDossier): ReadonlyMap<string, { readonly done: number; readonly of: number }> {
  return new Map(
    listLostRuns(index).flatMap(({ subject, entry, planned, lost }) => {
      const gone = new Set(lost.map(({ step }) => step));
      const runs = { done: planned - lost.length, of: planned };
      return [...subject.planned.values()]
        .filter((step) => step.entry === entry && !gone.has(step.step))
        .map(({ step }) => [JSON.stringify([subject.id, step]), runs] as const);
    }),
  );
}

/** A speed whose own step computed wrong results is no speed, wherever it is shown. */
export function withVerdictOnStep(sample: JudgedSample, node: Dossier): JudgedSample {
  const own = checksOf(sample, node) ?? [];
  if (sample.invalid !== undefined || own.includes(sample)) return sample;
  const wrong = own.find(({ value }) => value > 0);
  return wrong === undefined
    ? sample
    : { ...sample, invalid: { say: 'wrong-results', what: wrong.metric, value: wrong.value } };
}

function summarise(samples: readonly JudgedSample[]): {
  n: number;
  median: number;
  min: number;
  max: number;
} {
  const values = samples.map(({ value }) => value);
  return { n: values.length, median: median(values), ...rangeOf(values) };
}

/** Where the median really is, with 95 % confidence and whatever the distribution: of six runs or more. */
function intervalOf(samples: readonly JudgedSample[]): Pick<Measurement, 'interval'> {
  const interval = medianInterval(
    samples.map(({ value }) => value),
    0.95,
  );
  return interval === undefined ? {} : { interval: { ...interval } };
}

/** Keys of measurements, of which each is made once for repetitions: those share their dimensions and most of the rest. */
function createKeys(): (sample: JudgedSample) => string {
  const latest = new Map<JudgedSample['dimensions'], Map<string, { sample: JudgedSample; key: string }>>();
  return (sample) => {
    const { dimensions, metric } = sample;
    const alike = latest.get(dimensions) ?? new Map<string, { sample: JudgedSample; key: string }>();
    const known = alike.get(metric);
    if (known !== undefined && tellingKeys.every((key) => known.sample[key] === sample[key]))
      return known.key;
    const key = keyOfMeasurement(sample);
    alike.set(metric, { sample, key });
    latest.set(dimensions, alike);
    return key;
  };
}

/** What tells measurements apart, besides metric and dimensions. */
const tellingKeys = ['subject', 'tool', 'toolVersion', 'origin', 'unit', 'invalid'] as const;

/** Groups in the order of their keys; inside a group by step, then by value. */
function group(
  samples: readonly JudgedSample[],
  keyOf: (sample: JudgedSample) => string,
): readonly (readonly JudgedSample[])[] {
  const groups = new Map<string, JudgedSample[]>();
  for (const sample of samples) {
    const key = keyOf(sample);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [sample]);
    else group.push(sample);
  }
  return [...groups.entries()]
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([, members]) => members.toSorted((a, b) => compareText(a.step, b.step) || a.value - b.value));
}

import type { Measurement } from '../../../reports/verdict/measurement.ts';
import { keyOfDimensions } from '../../../reports/verdict/measurement.ts';
import type { Outlier, Verdict } from '../../../reports/verdict/verdict.ts';
import { compareText } from '../../../workloads/kit/compare-text.ts';
import { valueOf } from '../../../workloads/kit/facts/fact.ts';
import { nameOf } from '../../../workloads/kit/subject.ts';
import type { KnownSubject } from '../../plan/subjects.ts';
import { findOutliers } from '../../stats/find-outliers.ts';
import { leastOfGroup } from '../../stats/outlier-bounds.ts';
import type { Dossier } from '../dossier.ts';
import type { RunDossier } from '../run-dossier.ts';

/** Where a part is in its node, and what it is: what is alike in all nodes of a class is compared with each other. */
interface Place {
  readonly slot: string;
  readonly model: string;
}

/**
 * Who among equal parts in the same place of their nodes is far slower than the others: a hint for whoever looks for what no limit
 * finds. It is no cell and changes none, so a node that says what it likes of itself changes nothing for another.
 */
export function describeOutliers(
  measurements: readonly Measurement[],
  index: RunDossier,
): Pick<Verdict, 'outliers'> {
  if (index.nodes.length < leastOfGroup) return {};
  const places = new Map(index.nodes.flatMap((node) => [...placesOf(node)]));
  const comparable = measurements.flatMap((measurement) => {
    const place = places.get(nameOf(measurement.subject));
    return place !== undefined && isComparable(measurement, index) ? [{ measurement, place }] : [];
  });
  const groups = [
    ...Map.groupBy(comparable, ({ measurement: { metric, tool, dimensions }, place }) =>
      JSON.stringify([metric, place.slot, place.model, tool, keyOfDimensions(dimensions)]),
    ),
  ]
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([, members]) => onceEach(members))
    .filter((members) => members.length >= leastOfGroup);
  const outliers = groups.flatMap((members): readonly Outlier[] => {
    const [first] = members;
    const values = members.map(({ measurement }) => measurement.median);
    if (first === undefined) return [];
    const { metric, title, unit, better, dimensions } = first.measurement;
    const found = findOutliers(values, { better, groups: groups.length });
    if (found.kind === 'none') return [];
    const parts = found.places.flatMap((place) => {
      const member = members[place];
      return member === undefined
        ? []
        : [{ subject: member.measurement.subject, value: member.measurement.median }];
    });
    const about = { metric, title, unit, dimensions, ...first.place, of: members.length, parts };
    return found.kind === 'outliers'
      ? [{ kind: 'outliers', ...about, median: found.median }]
      : [{ kind: 'two-groups', ...about, medians: [...found.medians] }];
  });
  return outliers.length === 0 ? {} : { outliers };
}

/** A speed of this part alone that counts: nothing that is wrong, and nothing that was taken while all else was under load. */
function isComparable(
  { metric, correctness, invalid, dimensions, median }: Measurement,
  index: RunDossier,
): boolean {
  const isState = index.material.metrics.get(metric)?.state === true;
  return !correctness && !isState && invalid === undefined && dimensions['during'] !== 'soak' && median > 0;
}

/** A part that was measured by two versions of a tool is in no group twice. */
function onceEach<T extends { readonly measurement: Measurement }>(members: readonly T[]): readonly T[] {
  const bySubject = Map.groupBy(members, ({ measurement }) => nameOf(measurement.subject));
  return [...bySubject.values()].flatMap((those) => (those.length === 1 ? those : []));
}

/** The node itself and its parts, by each name that a tool may give them: accelerators in the order of the bus, others by name. */
function placesOf(node: Dossier): ReadonlyMap<string, Place> {
  const { facts, claimedClass = '' } = node;
  if (facts === undefined || node.sameAs !== undefined || node.damage !== undefined) return new Map();
  const byKind = Map.groupBy(node.subjects.values(), ({ subject }) => subject.kind);
  return new Map(
    [...byKind].flatMap(([kind, subjects]) =>
      subjects
        .toSorted((a, b) => compareText(orderOf(a), orderOf(b)))
        .flatMap(({ subject, device, names }, slot) => {
          const model =
            device === undefined ? valueOf(facts.cpu.model) : 'model' in device ? valueOf(device.model) : '';
          const place = {
            slot: kind === 'node' ? 'node' : `${kind} ${slot}`,
            model: [claimedClass, model ?? ''].filter((text) => text !== '').join(' '),
          };
          return [...new Set([nameOf(subjectNamed(node, subject.device)), ...names])].map(
            (name) => [name, place] as const,
          );
        }),
    ),
  );
}

const subjectNamed = ({ id: node }: Dossier, device: string | undefined) =>
  device === undefined ? ({ kind: 'node', node } as const) : ({ kind: 'device', node, device } as const);

const orderOf = ({ device }: KnownSubject): string =>
  device === undefined ? '' : 'address' in device ? device.address : 'name' in device ? device.name : '';

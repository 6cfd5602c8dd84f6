import * as z from 'zod';
import { unitOfFact } from '../../workloads/kit/facts/fact-path.ts';
import { Accelerator, Drive, HostFacts, Nic } from '../../workloads/kit/facts/host-facts.ts';
import { SourcePlace } from '../../workloads/kit/sample.ts';
import type { Subject } from '../../workloads/kit/subject.ts';
import { nodeOf, subjectOfGroup } from '../../workloads/kit/subject.ts';
import type { Unit } from '../../workloads/kit/unit.ts';
import { keepReadings } from './keep-readings.ts';
import type { Said } from './said.ts';

/** What version 1 said in words stays these words. */
const quote = (text: string): Said => ({ say: 'quoted', text });
const quoted = z.string().transform(quote);

/** What is otherwise in version 2; all the rest is checked when it is one. */
const VerdictV1 = z.looseObject({
  headline: quoted,
  assets: z.array(
    z.looseObject({
      meaning: quoted,
      reason: quoted,
      ladder: z.array(z.looseObject({ reason: quoted })),
    }),
  ),
  nodes: z.array(
    z.looseObject({
      id: z.string(),
      why: quoted.optional(),
      facts: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })),
    }),
  ),
  block: z
    .looseObject({
      nodes: z.array(z.looseObject({ reason: quoted })),
      trials: z.array(z.looseObject({ group: z.string(), members: z.array(z.string()), reason: quoted })),
      blames: z.array(z.looseObject({ reason: quoted })),
    })
    .optional(),
  cells: z.array(
    z.looseObject({
      id: z.string(),
      subject: z.string(),
      node: z.string(),
      reason: quoted,
      action: quoted.optional(),
      observed: z.looseObject({ path: z.string().optional() }).optional(),
    }),
  ),
  defects: z.array(
    z.looseObject({
      node: z.string(),
      subject: z.string(),
      symptom: quoted,
      action: quoted,
      retest: quoted.optional(),
      cells: z.array(z.string()),
    }),
  ),
  measurements: z.array(
    z.looseObject({
      subject: z.string(),
      invalid: quoted.optional(),
      samples: z.array(z.strictObject({ step: z.string(), value: z.number(), at: z.array(SourcePlace) })),
    }),
  ),
  attempts: z.array(z.looseObject({ reason: quoted.optional() })),
  notShown: z.array(z.looseObject({ what: z.string(), reason: quoted })),
  evidence: z.looseObject({}),
});
type VerdictV1 = z.infer<typeof VerdictV1>;

/** A verdict of version 1 as one of version 2, as far as it is one. */
export const UpgradedVerdict = VerdictV1.transform((verdict): unknown => {
  const subjectOf = readSubjects(verdict);
  const ids = new Set(verdict.nodes.map(({ id }) => id));
  const cells = new Map(verdict.cells.map((cell) => [cell.id, cell]));
  return {
    ...verdict,
    schemaVersion: 2,
    nodes: verdict.nodes.map((node) => ({ ...node, facts: node.facts.map(withAmount) })),
    cells: verdict.cells.map(({ node, subject: name, observed, ...cell }) => {
      const subject = subjectOf(name);
      return {
        ...cell,
        subject,
        ...(nodeOf(subject) === undefined && node !== name ? { blamedOn: [node] } : {}),
        ...(observed === undefined ? {} : { observed: withUnit(observed) }),
      };
    }),
    defects: verdict.defects.map(({ node, subject: name, ...defect }) => {
      // A defect of many nodes had the name of their set.
      const nodes = new Set(defect.cells.flatMap((id) => cells.get(id)?.node ?? []));
      const isShared = node === name && nodes.size > 1;
      return {
        ...defect,
        nodes: isShared ? [...nodes] : [node],
        ...(isShared ? {} : { subject: subjectOf(name) }),
      };
    }),
    measurements: verdict.measurements.map(({ samples, ...measurement }) => ({
      ...measurement,
      subject: subjectOf(measurement.subject),
      ...keepReadings(samples),
    })),
    notShown: verdict.notShown.map(({ what, ...line }) => {
      const about = nodesIn(what).filter((name) => ids.has(name));
      return { ...line, what: quote(what), ...(about.length === 0 ? {} : { about }) };
    }),
    evidence: { ...verdict.evidence, samples: [] },
  };
});

/** What a name of version 1 stands for. No name of a node has a slash. */
function readSubjects({ nodes, block }: VerdictV1): (name: string) => Subject {
  const subjects = new Map<string, Subject>([
    ...(block?.trials ?? []).map(({ group, members }) => [group, subjectOfGroup(group, members)] as const),
    ...nodes.map(({ id }) => [id, { kind: 'node', node: id }] as const),
  ]);
  return (name) => {
    const [node = '', ...device] = name.split('/');
    return (
      subjects.get(name) ??
      (device.length > 0 && subjects.get(node)?.kind === 'node'
        ? { kind: 'device', node, device: device.join('/') }
        : { kind: 'group', name })
    );
  };
}

const parts = [HostFacts, Accelerator, Drive, Nic] as const;

/** Version 1 knew the unit of a fact by its path. */
function withUnit(observed: NonNullable<VerdictV1['cells'][number]['observed']>): object {
  const { path } = observed;
  if (path === undefined) return observed;
  const unit = parts.map((part) => unitOfFact(part, path)).find((each) => each !== undefined);
  return unit === undefined ? observed : { ...observed, unit };
}

const endings: readonly (readonly [RegExp, Unit])[] = [
  [/bytes$/i, 'B'],
  [/bitsPerSecond$/i, 'bit/s'],
  [/watts$/i, 'W'],
];

/** Facts of version 1 are texts, with the unit of an amount at the end of its name. */
function withAmount(fact: VerdictV1['nodes'][number]['facts'][number]): object {
  const unit = endings.find(([ending]) => ending.test(fact.name))?.[1];
  return unit !== undefined && fact.value !== undefined && /^\d{1,18}(\.\d{1,9})?$/.test(fact.value)
    ? { ...fact, value: Number(fact.value), unit }
    : fact;
}

/** What a line on what is not shown may name as its node: `node gpu2`, `matmul on gpu2`. */
const nodesIn = (what: string): readonly string[] => [
  ...(what.startsWith('node ') ? [what.slice('node '.length)] : []),
  ...[...what.matchAll(/ on /g)].map(({ index }) => what.slice(index + ' on '.length)),
];

import type { AsicAnswer } from '../../reports/verdict/asic-answer.ts';
import type { ComparedRun } from '../../reports/verdict/comparison.ts';
import { keyOfDimensions } from '../../reports/verdict/measurement.ts';
import type { Said } from '../../reports/verdict/said.ts';
import { compareText } from '../../workloads/kit/compare-text.ts';
import type { Fact } from '../../workloads/kit/facts/fact.ts';
import { valueOf } from '../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import { readHostFacts, readMachineFacts } from '../../workloads/kit/facts/read-host-facts.ts';
import type { Sample } from '../../workloads/kit/sample.ts';
import { subjectOfGroup } from '../../workloads/kit/subject.ts';
import type { Metric } from '../../workloads/kit/workload.ts';
import type { Registry } from '../../workloads/registry.ts';
import { metricsOf } from '../../workloads/registry.ts';
import type { Asic } from '../config/inventory.ts';
import type { Profile } from '../config/profile.ts';
import type { Dossier, JudgedSample } from '../judge/dossier.ts';
import { RunDossier } from '../judge/run-dossier.ts';
import { withVerdictOnStep } from '../judge/samples/measurements.ts';
import type { Interest } from '../store/node-evidence.ts';
import { inputNames, runPaths } from '../store/run-directory.ts';
import type { RunMaterial } from '../store/run-material.ts';
import { detached } from '../store/shared.ts';

/** By what a machine is told from others, as far as it tells. */
export interface Identity {
  readonly serial: string | undefined;
  readonly uuid: string | undefined;
  /** Of its operating system: another one after it was installed again. */
  readonly machineId: string | undefined;
}

/** All readings of one metric with one set of dimensions by one procedure on one subject, in one run. */
export interface Series
  extends Pick<Sample, 'metric' | 'unit' | 'dimensions' | 'subject' | 'tool' | 'origin'> {
  readonly title: string;
  readonly better: 'higher' | 'lower';
  readonly versions: ReadonlySet<string>;
  /** The parameters of its steps as one text. */
  readonly procedure: string;
  readonly suite: ComparedRun['suite'];
  /** Usable values by the session of the run. */
  readonly values: ReadonlyMap<number, readonly number[]>;
  readonly unusable: readonly Said[];
}

export interface ReadNode {
  readonly name: string;
  readonly rack: string | undefined;
  readonly slot: string | undefined;
  readonly model: string | undefined;
  readonly identity: Identity;
  readonly boot: string | undefined;
  readonly series: readonly Series[];
}

/** What a comparison needs of a run: everything else of it can be let go. */
export interface RunReadings {
  readonly run: ComparedRun;
  readonly profile: Profile;
  readonly site: string | undefined;
  /** Machines of the inventory that nobody logs in to. */
  readonly asics: readonly (Asic & { readonly told?: AsicAnswer | undefined })[];
  readonly nodes: readonly ReadNode[];
  readonly groups: readonly { readonly members: readonly string[]; readonly series: readonly Series[] }[];
}

/** Takes from a run what can be compared: speeds and times. What is counted (errors, wrong results) is judged and has no ratio. */
export function readingsOf(material: RunMaterial): RunReadings {
  const index = new RunDossier(material);
  const { header, suite, inventory, profile } = index.material;
  const digest = header.inputs.find(({ path }) => path === `${runPaths.inputs}/${inputNames.suite}`)?.sha256;
  const run: ComparedRun = {
    id: header.id,
    startedAt: header.startedAt,
    purpose: header.purpose,
    assay: header.assay,
    suite: { id: suite.id, version: suite.version, digest: digest ?? '' },
    ...(header.rehearsal === undefined ? {} : { rehearsal: header.rehearsal }),
  };
  const places = new Map(inventory.nodes.map((node) => [node.name, node]));
  const nodes = index.nodes.flatMap((node): readonly ReadNode[] =>
    node.sameAs !== undefined
      ? []
      : [
          {
            name: node.id,
            rack: places.get(node.id)?.rack,
            slot: places.get(node.id)?.slot,
            model: known(node.facts?.identity.product),
            identity: identityOf(node.facts),
            boot: known(node.facts?.identity.bootId),
            series: seriesOf(
              node.samples.filter(({ subject }) => 'node' in subject),
              node,
              index,
              run.suite,
            ),
          },
        ],
  );
  const groups = (material.plan?.subjects ?? []).flatMap(({ id, members }) => {
    if (members === undefined) return [];
    const group = index.group({ id, members });
    const subject = subjectOfGroup(id, members);
    return [{ members, series: seriesOf(group.samples, group, index, run.suite, subject) }];
  });
  const asics = (inventory.asics ?? []).map((asic) => ({ ...asic, told: material.asics.get(asic.name) }));
  return { run, profile, site: inventory.site, asics, nodes, groups };
}

/** Only speeds and times have a ratio. */
const hasRatio = ({ domain, correctness, state }: Metric): boolean =>
  domain === 'positive' && correctness !== true && state !== true;

/** What of a run `readingsOf` looks at: the steps that can give a speed or a time, and which machine it was, in which state. */
export function interestOf(registry: Registry): Interest {
  const metrics = [...metricsOf(registry).values()].filter(hasRatio);
  const answers = new Map<string, boolean>();
  const unread = readHostFacts({ schema: 'assay/probes', schemaVersion: 1, scratchPath: '', probes: [] });
  return {
    machineOf: (document) => ({ facts: { ...unread, ...detached(readMachineFacts(document)) } }),
    isRead: ({ workload, params }) => {
      const key = JSON.stringify([workload, params]);
      const isRead =
        answers.get(key) ??
        metrics.some((each) => each.workload === workload && each.comesFrom?.(params) !== false);
      answers.set(key, isRead);
      return isRead;
    },
  };
}

/** What boards and hypervisors say when nobody has given them a name; the same on thousands of machines. */
const placeholder =
  /^(|0+|f+|x+|none|n\/?a|unknown|default string|to be filled.*|not (specified|applicable|available).*|system serial number|0?123456789.*|03000200-0400-0500-0006-000700080009)$/i;

const ownName = (text: string | undefined): string | undefined => {
  const name = text?.trim();
  return name === undefined || placeholder.test(name.replaceAll(/[-_. ]/g, '')) || placeholder.test(name)
    ? undefined
    : name;
};

const known = (fact: Fact<string> | undefined): string | undefined =>
  fact === undefined ? undefined : valueOf(fact);

/** By what a machine is told from others, without what stands in thousands of them. */
export const identityOf = (facts: HostFacts | undefined): Identity => ({
  serial: ownName(known(facts?.identity.serial)),
  uuid: ownName(known(facts?.identity.dmiUuid))?.toLowerCase(),
  machineId: ownName(known(facts?.identity.machineId)),
});

interface OpenSeries extends Omit<Series, 'values' | 'unusable' | 'versions'> {
  readonly values: Map<number, number[]>;
  readonly unusable: Said[];
  readonly versions: Set<string>;
}

/** Hours of combined load and steps that looked for whom to blame are other procedures than the planned ones: they are left out. */
function seriesOf(
  samples: readonly JudgedSample[],
  node: Dossier,
  index: RunDossier,
  suite: ComparedRun['suite'],
  subject?: Sample['subject'],
): readonly Series[] {
  const { metrics } = index.material;
  const found = new Map<string, OpenSeries>();
  for (const each of samples) {
    const metric = metrics.get(each.metric);
    const step = node.planned.get(each.step);
    if (metric === undefined || !hasRatio(metric)) continue;
    if (step === undefined || step.together !== undefined || step.isExtra === true) continue;
    const sample = withVerdictOnStep(each, node);
    const procedure = textOfParams(step.params);
    const key = JSON.stringify([
      each.metric,
      keyOfDimensions(each.dimensions),
      'device' in each.subject ? each.subject.device : '',
      each.tool,
      each.origin,
      each.unit,
      procedure,
    ]);
    let series = found.get(key);
    if (series === undefined) {
      series = {
        metric: each.metric,
        unit: each.unit,
        dimensions: each.dimensions,
        subject: subject ?? each.subject,
        tool: each.tool,
        origin: each.origin,
        title: metric.title,
        better: metric.better,
        procedure,
        suite,
        values: new Map(),
        unusable: [],
        versions: new Set(),
      };
      found.set(key, series);
    }
    if (sample.invalid !== undefined) {
      series.unusable.push(sample.invalid);
      continue;
    }
    if (each.toolVersion !== undefined) series.versions.add(each.toolVersion);
    const values = series.values.get(each.session);
    if (values === undefined) series.values.set(each.session, [each.value]);
    else values.push(each.value);
  }
  return [...found.values()];
}

/** Steps share their parameters. */
const texts = new WeakMap<object, string>();
function textOfParams(params: Readonly<Record<string, unknown>>): string {
  const known = texts.get(params);
  if (known !== undefined) return known;
  const text = JSON.stringify(Object.entries(params).toSorted(([a], [b]) => compareText(a, b)));
  texts.set(params, text);
  return text;
}

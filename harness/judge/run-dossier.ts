import type { Said } from '../../reports/verdict/said.ts';
import { valueOf } from '../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import type { Requirement } from '../../workloads/kit/requirement.ts';
import type { Sample } from '../../workloads/kit/sample.ts';
import { nameOf } from '../../workloads/kit/subject.ts';
import type { Plan, PlannedStep, PlannedSubject } from '../plan/plan.ts';
import { findReplaced } from '../plan/plan-again.ts';
import type { KnownSubject } from '../plan/subjects.ts';
import { describeSubjects } from '../plan/subjects.ts';
import type { NodeMaterial, RunMaterial } from '../store/run-material.ts';
import { repairOf, replacedOn, seenSince, since } from './after-repair.ts';
import type { Dossier, JudgedSample } from './dossier.ts';
import { inStableOrder } from './in-stable-order.ts';
import type { Stale } from './machine-changes.ts';
import { findStale } from './machine-changes.ts';
import { busiestOf, whyBusy } from './other-work.ts';

const isUsable = (sample: Sample): sample is Sample & { readonly invalid?: undefined } =>
  sample.invalid === undefined;

/** What was seen of a node or group, with the words of tools as words of somebody else. */
type Seen = Omit<NodeMaterial, 'samples'> & Pick<Dossier, 'samples'>;

const withSaid = (node: NodeMaterial): Seen => ({
  ...node,
  samples: node.samples.map((sample) =>
    isUsable(sample) ? sample : { ...sample, invalid: { say: 'quoted', text: sample.invalid ?? '' } },
  ),
});

/** The material of a run with everything in it found by name: built once, so that judging is linear in its cells. */
export class RunDossier {
  readonly material: RunMaterial;
  readonly nodes: readonly Dossier[];
  /** The cells that were promised. */
  readonly plannedCells: ReadonlySet<string>;
  /** The subjects that were promised, by node. */
  readonly plannedSubjects: ReadonlyMap<string, readonly PlannedSubject[]>;
  /** The node that leads a step of several, by step. */
  readonly leaders: ReadonlyMap<string, string>;
  readonly #byId: ReadonlyMap<string, Dossier>;
  readonly #planned: ReadonlyMap<string, ReadonlyMap<string, PlannedStep>>;
  readonly #memo = new Map<string, unknown>();

  constructor(given: RunMaterial) {
    this.material = inStableOrder(given);
    const { plan, nodes, inventory, repairs } = this.material;
    this.plannedCells = new Set(plan?.cells);
    this.plannedSubjects = Map.groupBy(
      (plan?.subjects ?? []).filter(
        ({ node, kind, device }) => device === undefined || !replacedOn(node, repairs)(kind, device),
      ),
      ({ node }) => node,
    );
    const ends = new Map(
      nodes.map(({ id, steps }) => [id, new Map(steps.map(({ step, execution }) => [step, execution]))]),
    );
    const replaced = findReplaced(plan?.steps ?? [], (node, step) => ends.get(node)?.get(step));
    const giving = (plan?.steps ?? []).filter(
      (planned) => (planned.seat?.rank ?? 0) === 0 && !replaced.has(planned),
    );
    this.leaders = new Map(
      giving.flatMap(({ step, node, seat }) => (seat === undefined ? [] : [[step, node]])),
    );
    this.#planned = new Map(
      [...Map.groupBy(giving, ({ node, seat }) => seat?.group ?? node)].map(([id, steps]) => [
        id,
        new Map(steps.map((step) => [step.step, step])),
      ]),
    );
    const claimed = new Map(inventory.nodes.map((entry) => [entry.name, entry]));
    const leftOut = new Map(plan?.leftOut?.map(({ node, reason }) => [node, reason]));
    this.nodes = nodes.map((node) => {
      const entry = claimed.get(node.id);
      const seen = seenSince(node, this.material);
      const isRepaired = seen.documents.length < (node.documents?.length ?? 0);
      const facts = isRepaired ? seen.documents[0]?.facts : node.facts;
      const subjects = describeSubjects(node.id, node.reached ? facts : undefined);
      const withFacts = { ...withSaid(node), ...(facts === undefined ? {} : { facts }) };
      return this.#open(withFacts, {
        claimedClass: entry?.class,
        claims: entry?.claims ?? {},
        settings: entry?.settings,
        leftOut: leftOut.get(node.id) ?? this.#whyAway(node),
        subjects: new Map(subjects.map((each) => [each.subject.id, each])),
      });
    });
    this.#byId = new Map(this.nodes.map((node) => [node.id, node]));
  }

  /** Why nothing that may have been measured on a node counts: somebody came to it, or the night was over before it was begun. */
  #whyAway({ id, tenant }: NodeMaterial): Said | undefined {
    const { late, header } = this.material;
    if (tenant !== undefined) return { say: 'tenant-came', what: tenant };
    return late.has(id) ? { say: 'out-of-window', until: header.night?.until ?? '' } : undefined;
  }

  node(id: string): Dossier | undefined {
    return this.#byId.get(id);
  }

  /** The suite entries that no tool can serve on a node. */
  unplannedOn(node: string): readonly Plan['unplanned'][number][] {
    const all = this.once('unplanned', () =>
      Map.groupBy(this.material.plan?.unplanned ?? [], (each) => each.node),
    );
    return all.get(node) ?? [];
  }

  /** The planned steps that give evidence about a node or group, by step. */
  plannedFor(id: string): ReadonlyMap<string, PlannedStep> {
    return this.#planned.get(id) ?? new Map<string, PlannedStep>();
  }

  /** What counts for a requirement on a subject: where a repair touched it, only what was measured since. */
  since(
    requirement: Pick<Requirement, 'rule' | 'scope'>,
    subject: PlannedSubject,
    dossier: Dossier,
  ): Dossier {
    const repair = repairOf(requirement, subject, dossier.members, this.material);
    if (repair === undefined) return dossier;
    return this.once(`since ${repair.session} ${JSON.stringify([dossier.id, dossier.members])}`, () =>
      since(dossier, repair.session),
    );
  }

  /** What only has to be found once for all nodes. */
  once<T>(key: string, find: () => T): T {
    if (!this.#memo.has(key)) this.#memo.set(key, find());
    return this.#memo.get(key) as T; // the same key is always asked with the same question
  }

  /**
   * What a pair or group left behind: its leader keeps the results. They count only as far as every other member's own
   * journal shows that it took part. Speeds are restricted as soon as one member is.
   */
  group(subject: Pick<PlannedSubject, 'id' | 'members'>): Dossier {
    return this.once(`group ${JSON.stringify([subject.id, subject.members])}`, () =>
      this.#openGroup(subject),
    );
  }

  #openGroup({ id, members = [] }: Pick<PlannedSubject, 'id' | 'members'>): Dossier {
    const found = members.map((member) => ({ member, node: this.node(member) }));
    const lost = found.find(({ node }) => node?.reached !== true);
    const damage = found.find(({ node }) => node?.damage !== undefined)?.node?.damage;
    const [leader, ...others] = found;
    const own = leader?.node;
    const planned = this.plannedFor(id);
    const steps = [...planned.keys()].flatMap((step) => {
      const result = own?.steps.get(step);
      if (result?.group !== id) return [];
      const shares = found.map(({ member, node }) => ({ member, share: node?.steps.get(step)?.otherWork }));
      return [{ ...result, ...busiestOf(shares) }];
    });
    const absences = new Map<string, Said>(
      steps.flatMap(({ step }) => {
        const absent = others.find(({ node }) => !tookPart(node, id, step));
        return absent === undefined ? [] : [[step, { say: 'no-part', member: absent.member }] as const];
      }),
    );
    const facts = restrict(
      own?.facts,
      found.flatMap(({ node }) => node?.facts ?? []),
    );
    const names = new Set(steps.map(({ step }) => step));
    const classes = new Set(found.map(({ node }) => node?.claimedClass));
    const known: KnownSubject = {
      subject: { id, node: id, kind: 'group', label: id, members: [...members] },
      device: undefined,
      names: [id],
    };
    return this.#open(
      {
        id,
        reached: lost === undefined,
        ...(lost === undefined
          ? {}
          : { why: { say: 'member-unreached', member: lost.member, why: lost.node?.why } }),
        ...(damage === undefined ? {} : { damage }),
        ...(facts === undefined ? {} : { facts }),
        steps,
        samples: this.#samplesOf(own, id).map((sample) => {
          const absence = absences.get(sample.step);
          return absence === undefined ? sample : { ...sample, invalid: sample.invalid ?? absence };
        }),
        unreadable: [...(own?.unreadable ?? [])].flatMap(([step, reason]) =>
          names.has(step) ? [{ step, reason }] : [],
        ),
        unmeasured: (own?.unmeasured ?? []).filter(({ step }) => names.has(step)),
      },
      {
        claimedClass: classes.size === 1 ? [...classes][0] : undefined,
        claims: {},
        // Nobody knows what of it was measured beside whoever came to one of them.
        leftOut: found.find(({ node }) => node?.leftOut !== undefined)?.node?.leftOut,
        subjects: new Map([[id, known]]),
      },
      new Map(found.flatMap(({ node }) => [...(node?.stale ?? [])])),
    );
  }

  /** The samples of a node that are about a group that it led. */
  #samplesOf(leader: Dossier | undefined, group: string): readonly JudgedSample[] {
    if (leader === undefined) return [];
    const bySubject = this.once(`led ${leader.id}`, () =>
      Map.groupBy(leader.samples, ({ subject }) => nameOf(subject)),
    );
    return bySubject.get(group) ?? [];
  }

  #open(
    {
      id,
      reached,
      sameAs,
      why,
      damage,
      facts,
      documents = [],
      restarts = [],
      boots = new Map(),
      under,
      steps,
      samples: all,
      unreadable,
      unmeasured = [],
    }: Seen,
    about: Pick<Dossier, 'claimedClass' | 'claims' | 'settings' | 'leftOut' | 'subjects'>,
    staleElsewhere: ReadonlyMap<string, Stale> = new Map(),
  ): Dossier {
    const { metrics } = this.material;
    const isCheck = ({ metric }: JudgedSample): boolean => metrics.get(metric)?.correctness === true;
    const isSpeed = ({ metric }: JudgedSample): boolean => metrics.get(metric)?.state !== true;
    const first = documents[0]?.step;
    const changes =
      documents.length > 1
        ? findStale(documents, replacedOn(id, this.material.repairs))
        : new Map<string, Stale>();
    const seen = seenSince(
      { id, documents, restarts, ...(under === undefined ? {} : { under }) },
      this.material,
    );
    const stale = new Map(
      steps.flatMap(({ step }) => {
        const found = staleElsewhere.get(step) ?? changes.get(under?.get(step) ?? first ?? '');
        return found === undefined ? [] : [[step, found] as const];
      }),
    );
    const busy = new Map(steps.map((step) => [step.step, whyBusy(id, step, this.material.suite)]));
    const samples = all.map((sample) => {
      const why =
        stale.get(sample.step)?.reason ??
        (isCheck(sample) || !isSpeed(sample) ? undefined : busy.get(sample.step));
      return why === undefined ? sample : { ...sample, invalid: sample.invalid ?? why };
    });
    // What was measured in an earlier state of the machine is shown, and is missing again; a wrong result stands.
    const present = samples.filter(
      (sample) => stale.get(sample.step)?.isOther !== false || (isCheck(sample) && sample.value > 0),
    );
    return {
      id,
      members: about.subjects.get(id)?.subject.members ?? [id],
      reached,
      sameAs,
      why,
      damage,
      facts,
      documents: seen.documents.map((document) => ({
        ...document,
        subjects: new Map(describeSubjects(id, document.facts).map((each) => [each.subject.id, each])),
      })),
      restarts: seen.restarts,
      boots,
      ...about,
      planned: this.plannedFor(id),
      steps: new Map(steps.map((step) => [step.step, step])),
      samples,
      byMetric: Map.groupBy(present, ({ metric }) => metric),
      stale,
      checks: Map.groupBy(present.filter(isCheck), ({ step }) => step),
      unreadable: new Map(unreadable.map(({ step, reason }) => [step, reason])),
      unmeasured,
      names: new Set([...about.subjects.values()].flatMap(({ names }) => names)),
    };
  }
}

/** Its agent was asked for this part of the step and ran something for it. */
function tookPart(node: Dossier | undefined, group: string, step: string): boolean {
  const own = node?.steps.get(step);
  return own?.group === group && own.commands > 0;
}

function restrict(leader: HostFacts | undefined, all: readonly HostFacts[]): HostFacts | undefined {
  const restricted = all.find(({ limits }) => valueOf(limits.unrestricted) !== true);
  return leader === undefined || restricted === undefined ? leader : { ...leader, limits: restricted.limits };
}

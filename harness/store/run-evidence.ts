import { sha256 } from '../../agents/protocol/chain.ts';
import type { Execution } from '../../agents/protocol/step.ts';
import { isFactsStep } from '../../agents/protocol/step.ts';
import type { Registry } from '../../workloads/registry.ts';
import type { Inventory } from '../config/inventory.ts';
import type { Profile } from '../config/profile.ts';
import type { Suite } from '../config/suite.ts';
import type { PlannedStep } from '../plan/plan.ts';
import { Plan } from '../plan/plan.ts';
import { assayVersion } from '../version.ts';
import type { CoordinatorEntry, Decided } from './coordinator-journal.ts';
import { CoordinatorJournal } from './coordinator-journal.ts';
import { damaged } from './evidence-damaged.ts';
import { GrownPlan } from './grown-plan.ts';
import type { Interest } from './node-evidence.ts';
import { NodeEvidence } from './node-evidence.ts';
import { readOldDecisions } from './old-decision.ts';
import { proveDecisions } from './prove-decisions.ts';
import { readDocument } from './read-document.ts';
import type { RunInputs } from './read-inputs.ts';
import { profileDigests, readInputs, unknownProfile } from './read-inputs.ts';
import { readNodes } from './read-nodes.ts';
import { isOnlyWritten, repairToContinue } from './repair-to-continue.ts';
import type { RunDirectory } from './run-directory.ts';
import { runPaths } from './run-directory.ts';
import type { RunMaterial } from './run-material.ts';
import { Shared, withSharedParts } from './shared.ts';

/** As much of a run as its reader needs. */
export interface Extent {
  readonly interest?: Interest;
  readonly wanted?: (node: string, evidence: RunEvidence) => boolean;
}

/** All that is known about a run: read from its directory, and added to by the sessions of the nodes while it goes on. */
export class RunEvidence {
  readonly run: RunDirectory;
  readonly registry: Registry;
  readonly nodes: ReadonlyMap<string, NodeEvidence>;
  readonly #inputs: RunInputs;
  readonly #shared = new Shared();
  readonly #journal: CoordinatorJournal;
  /** Of a run of version 1. */
  readonly #decisions: Decided | undefined;
  #planned: GrownPlan | undefined;

  private constructor(
    run: RunDirectory,
    registry: Registry,
    inputs: RunInputs,
    journal: CoordinatorJournal,
    decisions: Decided | undefined,
    interest: Interest | undefined,
  ) {
    this.run = run;
    this.registry = registry;
    this.nodes = new Map(
      inputs.inventory.nodes.map(({ name }) => [
        name,
        new NodeEvidence(name, run, registry, this.#shared, interest),
      ]),
    );
    this.#inputs = inputs;
    this.#journal = journal;
    this.#decisions = decisions;
  }

  /**
   * Reads a run directory back, proving on the way that nothing was changed: inputs by the header, the plan by the
   * coordinator's journal, journals by their chain, steps by the journal, outputs by their step. A node whose evidence was
   * changed or is gone says so and counts for nothing; the others are read all the same. Throws EVIDENCE_DAMAGED for what
   * belongs to no node. With an `interest` as much is proven, and only that is read into facts and samples. Nodes that are not
   * `wanted` are not read, and are as if nobody had reached them: nothing may be judged of them, nor of what they did with others.
   */
  static async read(
    run: RunDirectory,
    registry: Registry,
    { interest, wanted = () => true }: Extent = {},
  ): Promise<RunEvidence> {
    const inputs = await readInputs(run, registry);
    const isOld = run.header.schemaVersion === 1;
    const decisions = isOld ? await readOldDecisions(run) : undefined;
    const journal = await CoordinatorJournal.read(run);
    const evidence = new RunEvidence(run, registry, inputs, journal, decisions, interest);
    const isThere = await run.has(runPaths.plan);
    if (!isThere && journal.planDigest !== undefined)
      throw damaged(runPaths.plan, `sha256 ${journal.planDigest}`, 'no file');
    if (isThere && (isOld || !(await isOnlyWritten(run, journal)))) await evidence.loadPlan();
    proveDecisions(journal.records, inputs.inventory, evidence.#planned?.document);
    for (const name of await run.list('nodes'))
      if (!evidence.nodes.has(name)) throw damaged(`nodes/${name}`, 'a node of the inventory', 'another one');
    const { unreached, sameMachine } = evidence.#decided;
    for (const node of evidence.nodes.values()) {
      node.unreached = unreached.get(node.id);
      const first = sameMachine.get(node.id);
      if (first !== undefined) node.isAlso(first);
    }
    const asked = [...evidence.nodes.values()].filter(({ id }) => wanted(id, evidence));
    await readNodes(run, asked, {
      stepsOf: (node) => evidence.stepsOf(node),
      isPlanDigest: (digest) => evidence.isPlanDigest(digest),
      isPlannedFrom: (node) => evidence.#planned?.restsOn(node) === true,
    });
    for (const node of asked) evidence.#proveName(node);
    return evidence;
  }

  /**
   * The same for whoever is going to add to it and holds the run's lock: what was being written when its writer died was
   * never said, and so is a plan that is not noted. Throws USAGE for a run of version 1, whose nodes know no coordinator's journal, and for one without packs.
   */
  static async continue(run: RunDirectory, registry: Registry): Promise<RunEvidence> {
    await repairToContinue(run);
    return RunEvidence.read(run, registry);
  }

  get inventory(): Inventory {
    return this.#inputs.inventory;
  }

  get suite(): Suite {
    return this.#inputs.suite;
  }

  /** The plan with what was added to it; absent until somebody has planned. */
  get plan(): Plan | undefined {
    return this.#planned?.with(this.#decided);
  }

  /** What nodes are told to work by: the coordinator's last line, which binds the plan and all that was added. */
  get planDigest(): string {
    return this.#journal.head;
  }

  /** Takes the plan that has just been written, which must be the one that the coordinator's journal names. */
  async loadPlan(): Promise<void> {
    const { run } = this;
    const bytes = await run.read(runPaths.plan);
    const digest = sha256(bytes);
    const { planDigest } = this.#journal;
    if (run.header.schemaVersion > 1 && digest !== planDigest)
      throw damaged(
        runPaths.plan,
        `sha256 ${planDigest ?? 'that the coordinator noted'}`,
        `sha256 ${digest}`,
      );
    const plan = readDocument(Plan, bytes.toString('utf8'), runPaths.plan);
    this.#planned = new GrownPlan(withSharedParts(plan, this.#shared), digest);
  }

  /** Writes down for good what was decided or seen, before anybody acts on it. */
  async decide(now: () => Date, entry: CoordinatorEntry): Promise<void> {
    await this.#journal.append(now, entry);
    this.#planned?.grow();
    if (entry.type === 'unreached') this.node(entry.node).unreached = entry.error.message;
    if (entry.type === 'same-machine') this.node(entry.node).isAlso(entry.as);
  }

  /** The evidence of a node of the inventory. */
  node(name: string): NodeEvidence {
    const node = this.nodes.get(name);
    if (node === undefined) throw new RangeError(`no node ${name} in the inventory`);
    return node;
  }

  /** Nodes with equal boot ids that were found to be machines of their own. */
  get distinct(): Decided['distinct'] {
    return this.#decided.distinct;
  }

  /** The sessions that were added behind a boot. */
  get sessions(): Decided['sessions'] {
    return this.#decided.sessions;
  }

  /** Repairs that were told of. */
  get repairs(): Decided['repairs'] {
    return this.#decided.repairs;
  }

  /** Looks that were taken while measuring. */
  get looks(): Decided['looks'] {
    return this.#decided.looks;
  }

  /** The sessions that were added because a look could not decide. */
  get extensions(): Decided['extensions'] {
    return this.#decided.extensions;
  }

  /** The planned steps of a node, by name. */
  stepsOf(node: string): ReadonlyMap<string, PlannedStep> {
    return this.#planned?.stepsOf(node, this.#decided) ?? new Map<string, PlannedStep>();
  }

  /** The steps that a node still has to bring to an end, or has: neither left out nor replaced by others. */
  dueOn(node: string): readonly PlannedStep[] {
    const steps = [...this.stepsOf(node).values()];
    const replaced = new Set(steps.map(({ replaces }) => replaces));
    const { skips } = this.#decided;
    const isAway = this.whyAway(node) !== undefined;
    return steps.filter(
      ({ step, seat }) => !replaced.has(step) && !skips.has(step) && !(isAway && seat === undefined),
    );
  }

  /** Why nothing more is begun on a node tonight: somebody came to it, or the window would be over before. */
  whyAway(node: string): 'tenant' | 'window' | undefined {
    if (this.node(node).fold.tenant !== undefined) return 'tenant';
    return this.#decided.late.has(node) ? 'window' : undefined;
  }

  /** How a step ended on a node, if it has. */
  readonly endOf = (node: string, step: string): Execution | undefined =>
    this.node(node).fold.ended.get(step)?.execution;

  /** Whether the plan is about this node. */
  isPlanned(node: string): boolean {
    return this.#planned?.isAbout(node) === true;
  }

  /** A profile among the inputs. Throws CONFIG_INVALID. */
  profile(wanted: string): Profile {
    const { profiles } = this.#inputs;
    const profile = profiles.find(({ id }) => id === wanted);
    if (profile !== undefined) return profile;
    throw unknownProfile(
      wanted,
      profiles.map(({ id }) => id),
    );
  }

  /**
   * What `judge` looks at, by one of the profiles among the inputs (absent: the one that the run was planned for); with
   * `only`, the part of it that is about one node and the golden one.
   */
  material(profileId = this.run.header.profile, only?: string): RunMaterial {
    const { plan, inventory } = this;
    const nodes = inventory.nodes.filter(
      ({ name }) => only === undefined || name === only || name === inventory.golden,
    );
    const { header } = this.run;
    const { profiles, ...inputs } = this.#inputs;
    const { skips, broken, idled, late, asics, distinct, sessions, repairs, looks, extensions, proof } =
      this.#decided;
    return {
      header,
      assay: assayVersion,
      ...inputs,
      inventory: { ...inventory, nodes },
      profile: this.profile(profileId),
      plannedProfile: this.profile(header.profile),
      skips,
      broken,
      idled,
      late,
      asics,
      distinct,
      sessions,
      repairs,
      looks,
      extensions,
      ...(proof === undefined ? {} : { decisions: proof }),
      profileDigest: profileDigests(header).get(profileId) ?? '',
      ladder: profiles.filter(({ rank }) => rank !== undefined),
      plan:
        only === undefined || plan === undefined
          ? plan
          : { ...plan, steps: [...this.stepsOf(only).values()] },
      inputs: header.inputs,
      nodes: nodes.map(({ name }) => this.node(name).material),
    };
  }

  get #decided(): Decided {
    return this.#decisions ?? this.#journal.decided;
  }

  /** Whether nodes were ever told this to work by. */
  isPlanDigest(digest: string): boolean {
    return this.#decisions === undefined ? this.#journal.heads.has(digest) : digest === this.#planned?.digest;
  }

  /** Of another name of a machine nothing is told, so nothing may be there that somebody would want to hide. Throws EVIDENCE_DAMAGED. */
  #proveName({ id, sameAs, fold }: NodeEvidence): void {
    if (sameAs === undefined) return;
    const measured = [...fold.ended.keys()].find((step) => !isFactsStep(step));
    if (measured === undefined && this.#planned?.restsOn(id) !== true) return;
    throw damaged(
      runPaths.coordinator,
      `nothing planned for ${id} or measured there, which is another name of ${sameAs}`,
      measured ?? 'steps or devices of it in the plan',
    );
  }
}

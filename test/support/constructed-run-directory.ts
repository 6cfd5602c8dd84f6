import type { BuiltIn } from '../../harness/config/built-in.ts';
import { loadBuiltIn } from '../../harness/config/built-in.ts';
import type { Contract } from '../../harness/config/contract.ts';
import type { Inventory } from '../../harness/config/inventory.ts';
import type { Suite } from '../../harness/config/suite.ts';
import { createRun } from '../../harness/store/create-run.ts';
import type { RunDirectory } from '../../harness/store/run-directory.ts';
import type { ProbeDocument } from '../../workloads/kit/facts/probe-output.ts';
import { readHostFacts } from '../../workloads/kit/facts/read-host-facts.ts';
import type { StepOutputs } from '../../workloads/kit/tool.ts';
import { loadRegistry } from '../../workloads/registry.ts';
import type { Layout } from './constructed/node-evidence.ts';
import { writeNodeEvidence, writePlan } from './constructed/node-evidence.ts';
import type { GivenNode, GivenStep } from './constructed/planned.ts';
import { endOf, isPlanned, planRun, requestOf } from './constructed/planned.ts';
import type { PlannedCommands } from './constructed/step-evidence.ts';

/** One repetition and the raw outputs that it left behind. */
export interface EvidenceStep extends GivenStep {
  readonly tool: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly outputs: StepOutputs;
  /** What its tool planned, by id. */
  readonly commands?: PlannedCommands;
}

/** A node as raw texts: what its probes printed and what its tools printed. */
export interface EvidenceNode extends GivenNode<EvidenceStep> {
  /** Absent: nobody could log in. */
  readonly probes?: ProbeDocument;
  /** What the probes showed when the plan was made, if it is not what they show now. */
  readonly plannedFrom?: ProbeDocument;
}

export interface EvidenceRun {
  readonly nodes: readonly EvidenceNode[];
  /** The profile that the run is planned for; any shipped one can judge it. */
  readonly profile?: string;
  readonly purpose?: 'survey' | 'certify';
  /** Changes the shipped limits and profiles before they are written into `inputs/`. */
  readonly change?: (builtIn: BuiltIn) => BuiltIn;
  readonly contract?: Contract;
  readonly layout?: Layout;
  /** What its suite says that it is. */
  readonly suite?: Pick<Suite, 'id' | 'version'>;
  /** Of a run among others: what it is called, when it began, and of which site it is. */
  readonly id?: string;
  readonly startedAt?: string;
  readonly site?: string;
  readonly asics?: Inventory['asics'];
}

/** Writes a whole run directory, as a coordinator leaves one, about machines that were never there. */
export async function writeRunDirectory(path: string, given: EvidenceRun): Promise<void> {
  const shipped = await loadBuiltIn(await loadRegistry());
  const builtIn = given.change === undefined ? shipped : given.change(shipped);
  const profile = builtIn.profiles.find(({ id }) => id === (given.profile ?? 'survey'));
  if (profile === undefined) throw new Error(`no profile ${given.profile}`);
  const {
    inventory,
    suite,
    plan: planned,
  } = planRun(profile, given.nodes, ({ probes, plannedFrom = probes }) =>
    plannedFrom === undefined ? undefined : readHostFacts(plannedFrom),
  );
  const plan = { ...planned, run: given.id ?? planned.run };
  const run = await createRun({
    path,
    id: plan.run,
    purpose: given.purpose ?? 'survey',
    startedAt: new Date(given.startedAt ?? '2026-11-23T00:00:00Z'),
    profile: profile.id,
    builtIn,
    suite: { ...suite, ...given.suite },
    inventory: {
      ...inventory,
      ...(given.site === undefined ? {} : { site: given.site }),
      ...(given.asics === undefined ? {} : { asics: given.asics }),
    },
    contract: given.contract,
  });
  const unreached = given.nodes.flatMap(({ id, probes, why = 'login refused' }) =>
    probes === undefined ? [[id, why] as const] : [],
  );
  const head = await writePlan(run, plan, new Map(unreached));
  for (const node of given.nodes) await writeNode(run, head, node, given.layout);
}

/** What a node leaves on the disk. */
async function writeNode(
  run: RunDirectory,
  plan: string,
  { id, probes, steps = [] }: EvidenceNode,
  layout: Layout | undefined,
): Promise<void> {
  if (probes === undefined) return;
  const left = steps.flatMap((step) => {
    const how = endOf(step);
    const { budgetMs: _, ...request } = requestOf(step);
    return how === undefined ? [] : [{ request, outputs: step.outputs, how, planned: step.commands ?? {} }];
  });
  const planned = steps.filter(isPlanned).map((step) => requestOf(step).step);
  await writeNodeEvidence(run, plan, { id, probes, planned, steps: left }, layout);
}

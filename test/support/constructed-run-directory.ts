import type { StepRequest, StepResult } from '../../agents/protocol/step.ts';
import type { BuiltIn } from '../../harness/config/built-in.ts';
import { loadBuiltIn } from '../../harness/config/built-in.ts';
import type { Inventory } from '../../harness/config/inventory.ts';
import { createCoverage } from '../../harness/plan/coverage.ts';
import type { Plan } from '../../harness/plan/plan.ts';
import { listSubjects } from '../../harness/plan/subjects.ts';
import { createRun } from '../../harness/store/create-run.ts';
import type { RunDirectory } from '../../harness/store/run-directory.ts';
import type { ProbeDocument } from '../../workloads/kit/facts/probe-output.ts';
import { readHostFacts } from '../../workloads/kit/facts/read-host-facts.ts';
import type { StepOutputs } from '../../workloads/kit/tool.ts';
import { loadRegistry } from '../../workloads/registry.ts';
import type { Layout } from './constructed/node-evidence.ts';
import { writeNodeEvidence, writePlan } from './constructed/node-evidence.ts';
import type { PlannedCommands } from './constructed/step-evidence.ts';

/** One planned repetition and the raw outputs that it left behind. */
export interface EvidenceStep {
  readonly entry: string;
  readonly workload: string;
  readonly tool: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly outputs: StepOutputs;
  readonly planned?: PlannedCommands;
  readonly repetition?: number;
  /** Absent: completed. `none`: planned, and the node left nothing of it. */
  readonly execution?: StepResult['execution'] | 'none';
  readonly reason?: string;
}

/** A node as raw texts: what its probes printed and what its tools printed. */
export interface EvidenceNode {
  readonly id: string;
  readonly class?: string;
  readonly claims?: Inventory['nodes'][number]['claims'];
  /** Absent: nobody could log in, for this reason. */
  readonly probes?: ProbeDocument;
  readonly why?: string;
  /** What the probes showed when the plan was made, if it is not what they show now. */
  readonly plannedFrom?: ProbeDocument;
  readonly steps?: readonly EvidenceStep[];
  readonly unplanned?: readonly Omit<Plan['unplanned'][number], 'node'>[];
}

export interface EvidenceRun {
  readonly nodes: readonly EvidenceNode[];
  /** The profile that the run is planned for; any shipped one can judge it. */
  readonly profile?: string;
  readonly purpose?: 'survey' | 'certify';
  /** Changes the shipped limits and profiles before they are written into `inputs/`. */
  readonly change?: (builtIn: BuiltIn) => BuiltIn;
  readonly layout?: Layout;
}

const startedAt = new Date('2026-11-23T00:00:00Z');
const stepOf = ({ repetition = 1, entry }: EvidenceStep): string => `r${repetition}-${entry}`;

/** Writes a whole run directory, as a coordinator leaves one, about machines that were never there. */
export async function writeRunDirectory(path: string, given: EvidenceRun): Promise<void> {
  const shipped = await loadBuiltIn(await loadRegistry());
  const builtIn = given.change === undefined ? shipped : given.change(shipped);
  const id = 'constructed';
  const profileId = given.profile ?? 'survey';
  const run = await createRun({
    path,
    id,
    purpose: given.purpose ?? 'survey',
    startedAt,
    profile: profileId,
    builtIn,
    suite: {
      schema: 'assay/suite',
      schemaVersion: 1,
      id: 'constructed',
      version: '1.0',
      title: 'Constructed',
      entries: suiteEntries(given.nodes),
    },
    inventory: {
      schema: 'assay/inventory',
      schemaVersion: 1,
      nodes: given.nodes.map((node) => ({
        name: node.id,
        ...(node.class === undefined ? {} : { class: node.class }),
        claims: node.claims ?? {},
      })),
    },
  });
  const profile = builtIn.profiles.find((each) => each.id === profileId);
  if (profile === undefined) throw new Error(`no profile ${profileId}`);
  const subjects = given.nodes.flatMap((node) => {
    const document = node.plannedFrom ?? node.probes;
    return [...listSubjects(node.id, document === undefined ? undefined : readHostFacts(document))];
  });
  const plan: Plan = {
    schema: 'assay/plan',
    schemaVersion: 1,
    run: id,
    profile: profile.id,
    subjects,
    cells: createCoverage(profile, subjects).map(({ cell }) => cell),
    steps: given.nodes.flatMap((node) =>
      (node.steps ?? []).map((step) => ({ ...requestOf(step), node: node.id, entry: step.entry })),
    ),
    unplanned: given.nodes.flatMap((node) =>
      (node.unplanned ?? []).map((each) => ({ ...each, node: node.id })),
    ),
    budgetSeconds: 0,
  };
  const unreached = given.nodes.flatMap(({ id: node, probes, why = 'login refused' }) =>
    probes === undefined ? [[node, why] as const] : [],
  );
  const head = await writePlan(run, plan, new Map(unreached));
  for (const node of given.nodes) await writeNode(run, head, node, given.layout);
}

/** One suite entry for each that the steps name; nothing planned needs one all the same. */
function suiteEntries(nodes: readonly EvidenceNode[]) {
  const steps = nodes.flatMap((node) => node.steps ?? []);
  const entries = [...new Map(steps.map((step) => [step.entry, step])).values()].map((step) => ({
    id: step.entry,
    workload: step.workload,
    params: step.params,
    repetitions: Math.max(
      ...steps.filter(({ entry }) => entry === step.entry).map((it) => it.repetition ?? 1),
    ),
    budgetSeconds: 60,
  }));
  const idle = { id: 'nothing', workload: 'sha256', params: {}, repetitions: 1, budgetSeconds: 1 };
  return entries.length > 0 ? entries : [idle];
}

const requestOf = (step: EvidenceStep): StepRequest => ({
  step: stepOf(step),
  workload: step.workload,
  tool: step.tool,
  params: step.params,
  repetition: step.repetition ?? 1,
  session: 1,
  budgetMs: 60_000,
});

async function writeNode(
  run: RunDirectory,
  plan: string,
  node: EvidenceNode,
  layout: Layout | undefined,
): Promise<void> {
  if (node.probes === undefined) return;
  const planned = node.steps ?? [];
  const steps = planned.flatMap((step) => {
    const { execution = 'completed', reason, outputs, planned: commands = {} } = step;
    if (execution === 'none') return [];
    const { budgetMs: _, ...request } = requestOf(step);
    const how = { execution, ...(reason === undefined ? {} : { reason }) };
    return [{ request, outputs, how, planned: commands }];
  });
  const { id, probes } = node;
  await writeNodeEvidence(run, plan, { id, probes, planned: planned.map(stepOf), steps }, layout);
}

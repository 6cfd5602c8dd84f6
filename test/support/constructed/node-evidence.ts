import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../../agents/protocol/chain.ts';
import type { JournalEntry } from '../../../agents/protocol/journal-record.ts';
import type { StepRequest, StepResult } from '../../../agents/protocol/step.ts';
import type { Plan } from '../../../harness/plan/plan.ts';
import { CoordinatorJournal } from '../../../harness/store/coordinator-journal.ts';
import { PackWriter, packStep } from '../../../harness/store/pack-writer.ts';
import { toJson } from '../../../harness/store/read-document.ts';
import type { RunDirectory } from '../../../harness/store/run-directory.ts';
import { runPaths } from '../../../harness/store/run-directory.ts';
import type { ProbeDocument } from '../../../workloads/kit/facts/probe-output.ts';
import type { StepOutputs } from '../../../workloads/kit/tool.ts';
import type { LeftStep, PlannedCommands } from './step-evidence.ts';
import { keepStep, writeStep } from './step-evidence.ts';

/** A node as it is kept: what it was, the names of what it was given, and the steps that it left something of. */
export interface KeptNode {
  readonly id: string;
  readonly probes: ProbeDocument;
  readonly planned: readonly string[];
  readonly steps: readonly {
    readonly request: Omit<StepRequest, 'budgetMs'>;
    readonly outputs: StepOutputs;
    readonly how: Pick<StepResult, 'execution' | 'reason'>;
    readonly planned?: PlannedCommands;
  }[];
}

/** Writes a plan and what the coordinator noted about it and about nodes that nobody could log in to; returns what nodes work by. */
export async function writePlan(
  run: RunDirectory,
  plan: Plan,
  unreached: ReadonlyMap<string, string> = new Map(),
): Promise<string> {
  const text = toJson(plan);
  await run.write(runPaths.plan, text);
  const journal = await CoordinatorJournal.read(run);
  const at = (): Date => new Date(run.header.startedAt);
  for (const [node, message] of unreached)
    await journal.append(at, { type: 'unreached', node, error: { code: 'HOST_UNREACHABLE', message } });
  await journal.append(at, { type: 'planned', digest: sha256(text) });
  return journal.head;
}

/** Where the steps of a node lie: in its pack, or in a folder each as in runs from before there were packs. */
export type Layout = 'pack' | 'folders';

/** Writes the evidence of a node and the journal that names it; `plan` is the digest of the plan. */
export async function writeNodeEvidence(
  run: RunDirectory,
  plan: string,
  node: KeptNode,
  layout: Layout = 'pack',
): Promise<void> {
  const folder = join(run.path, 'nodes', node.id);
  mkdirSync(folder, { recursive: true });
  const packed: Uint8Array[] = [];
  const names: string[] = [];
  const keep = (...step: LeftStep): string => {
    if (layout === 'folders') return writeStep(folder, ...step);
    const { files, digest } = keepStep(...step);
    names.push(step[0].step);
    const { pieces } = packStep(runPaths.pack(node.id), step[0].step, files);
    for (const { header, content, padding } of pieces) packed.push(header, content, padding);
    return digest;
  };
  const probes: StepOutputs[string] = {
    stdout: '',
    stderr: '',
    exitCode: 0,
    durationMs: 1,
    artifacts: { 'probes.json': toJson(node.probes) },
  };
  const facts = { step: 'facts', workload: 'facts', tool: 'probe', params: {}, repetition: 1, session: 1 };
  const entries: JournalEntry[] = [
    {
      type: 'opened',
      run: run.header.id,
      node: node.id,
      protocol: 1,
      bundle: '0'.repeat(64),
      bootId: 'constructed',
      directory: '/var/tmp/assay-0/runs/constructed',
    },
    { type: 'step-started', step: 'facts' },
    {
      type: 'step-ended',
      step: 'facts',
      execution: 'completed',
      result: keep(facts, { probes }),
    },
  ];
  if (node.planned.length > 0) {
    entries.push({ type: 'plan', digest: plan });
    entries.push({ type: 'batch-started', batch: 'b1', steps: [...node.planned] });
  }
  for (const { request, outputs, how, planned } of node.steps) {
    const { step } = request;
    const result = keep(request, outputs, how, planned);
    entries.push({ type: 'step-started', step });
    entries.push({ type: 'step-ended', step, execution: how.execution, result });
  }
  writeFileSync(join(run.path, runPaths.journal(node.id)), chain(entries, run));
  if (layout === 'folders') return;
  writeFileSync(join(run.path, runPaths.pack(node.id)), Buffer.concat(packed));
  await (await PackWriter.open(run, node.id, names)).close();
}

/** Journal lines, each with the digest of the one before. */
function chain(entries: readonly JournalEntry[], { header, headDigest }: RunDirectory): string {
  let prev = headDigest;
  let text = '';
  for (const [seq, entry] of entries.entries()) {
    const line = JSON.stringify({ seq, prev, at: header.startedAt, ...entry });
    text += `${line}\n`;
    prev = sha256(line);
  }
  return text;
}

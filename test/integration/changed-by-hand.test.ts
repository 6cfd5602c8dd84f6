import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../agents/protocol/chain.ts';
import type { PlannedStep } from '../../harness/plan/plan.ts';
import { Plan } from '../../harness/plan/plan.ts';
import { judgeRun } from '../../harness/run/conclude-run.ts';
import type { CoordinatorEntry } from '../../harness/store/coordinator-journal.ts';
import { CoordinatorJournal } from '../../harness/store/coordinator-journal.ts';
import { RunDirectory, runPaths } from '../../harness/store/run-directory.ts';
import { RunEvidence } from '../../harness/store/run-evidence.ts';
import type { Requirement } from '../../workloads/kit/requirement.ts';
import { loadRegistry } from '../../workloads/registry.ts';
import { sixEvidence } from '../support/constructed/six-evidence.ts';
import type { EvidenceNode, EvidenceStep } from '../support/constructed-run-directory.ts';
import { writeRunDirectory } from '../support/constructed-run-directory.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const registry = await loadRegistry();

/** Two rounds of a workload that computes right, but for what the last of them may be. */
function rounds(id: string, last: Partial<EvidenceStep> = {}): EvidenceNode {
  const { virtualMachine } = sixEvidence;
  const step = virtualMachine.steps.find(({ workload }) => workload === 'matmul');
  if (step === undefined) throw new Error('no step of matmul');
  return {
    ...virtualMachine,
    id,
    steps: [1, 2].map((repetition) => ({ ...step, repetition, ...(repetition === 2 ? last : {}) })),
  };
}

/** The last round computes wrong. */
function wrong(id: string): EvidenceNode {
  const [step] = rounds(id).steps ?? [];
  const run = step?.outputs['run'];
  if (step === undefined || run === undefined) throw new Error('no outputs of matmul');
  const stdout = run.stdout.replace(/"wrong": ?0/, '"wrong":3');
  return rounds(id, { outputs: { ...step.outputs, run: { ...run, stdout } } });
}

/** Writes a run of these nodes that asks for nothing but that they compute right. */
async function write(...nodes: readonly EvidenceNode[]): Promise<string> {
  const path = join(temporaryDirectory(), 'run');
  await writeRunDirectory(path, {
    nodes,
    purpose: 'certify',
    change: (builtIn) => ({
      ...builtIn,
      profiles: builtIn.profiles.map((profile) => {
        if (profile.id !== 'survey') return profile;
        const isAsked = ({ rule }: Requirement): boolean =>
          rule.kind === 'metric' && rule.metric === 'matmul.wrongElements';
        return { ...profile, requirements: profile.requirements.filter(isAsked) };
      }),
    }),
  });
  return path;
}

async function judge(path: string) {
  return judgeRun(await RunEvidence.read(await RunDirectory.open(path), registry));
}

/** Adds records to the coordinator's journal, chained as they should be. */
async function decide(path: string, ...entries: readonly CoordinatorEntry[]): Promise<void> {
  const journal = await CoordinatorJournal.read(await RunDirectory.open(path));
  for (const entry of entries) await journal.append(() => new Date(0), entry);
}

/** A planned step of a node. */
async function stepOf(path: string, node: string, step: string): Promise<PlannedStep> {
  const { steps } = await (await RunDirectory.open(path)).readDocument(Plan, runPaths.plan);
  const found = steps.find((each) => each.node === node && each.step === step);
  if (found === undefined) throw new Error(`no step ${step} of ${node}`);
  return found;
}

describe('a run that somebody changed by hand', () => {
  it('has one damaged node where a journal is larger than any text', async () => {
    const path = await write(rounds('n1'), rounds('n2'));
    truncateSync(join(path, runPaths.journal('n2')), 2 ** 32);
    const verdict = await judge(path);
    expect(verdict.evidence.damage).toMatchObject([
      { node: 'n2', file: 'nodes/n2/journal.ndjson', found: `${2 ** 32}` },
    ]);
    expect(verdict.block?.nodes.map(({ conclusion }) => conclusion)).toEqual(['pass', 'undecided']);
    truncateSync(join(path, runPaths.plan), 2 ** 32);
    await expect(judge(path)).rejects.toMatchObject({ code: 'EVIDENCE_DAMAGED', file: 'plan.json' });
  });

  it("does not take another node's folder for a node's own", async () => {
    const path = await write(rounds('n1'), wrong('n2'));
    expect(await judge(path)).toMatchObject({ conclusion: 'fail', exitCode: 1 });
    rmSync(join(path, 'nodes/n2'), { recursive: true });
    cpSync(join(path, 'nodes/n1'), join(path, 'nodes/n2'), { recursive: true });
    const { exitCode, evidence } = await judge(path);
    expect(exitCode).toBe(4);
    expect(evidence.damage).toEqual([
      {
        node: 'n2',
        file: 'nodes/n2/journal.ndjson',
        expected: 'the journal of n2 in the run constructed',
        found: 'that of n1 in the run constructed',
      },
    ]);
  });

  it('has a damaged node where a journal says another end than its step', async () => {
    const path = await write(rounds('n1'), rounds('n2', { execution: 'timeout' }));
    const file = join(path, runPaths.journal('n2'));
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    let prev = (JSON.parse(lines[0] ?? '') as { prev: string }).prev;
    const chained = lines.map((line) => {
      const record = JSON.parse(line) as { readonly execution?: string };
      const changed = {
        ...record,
        prev,
        ...(record.execution === 'timeout' ? { execution: 'completed' } : {}),
      };
      prev = sha256(JSON.stringify(changed));
      return JSON.stringify(changed);
    });
    writeFileSync(file, `${chained.join('\n')}\n`);
    expect((await judge(path)).evidence.damage).toMatchObject([
      { node: 'n2', expected: 'completed, as the journal says', found: 'timeout' },
    ]);
  });

  it("takes no step away because a record in the coordinator's journal stands for it", async () => {
    const path = await write(rounds('n1'), rounds('n2', { execution: 'timeout' }));
    expect(await judge(path)).toMatchObject({ conclusion: 'undecided', exitCode: 2 });
    const lost = await stepOf(path, 'n2', 'r2-gemm');
    await decide(path, {
      type: 'added',
      reason: { why: 'again', steps: [lost.step] },
      steps: [{ ...lost, replaces: lost.step }],
    });
    await expect(judge(path)).rejects.toMatchObject({
      code: 'EVIDENCE_DAMAGED',
      message: 'coordinator.ndjson line 2: expected a step of a new name, found r2-gemm on n2',
    });
  });

  it('drops no node as another name of a machine when it was planned for or measured', async () => {
    const behind = await write(rounds('n1'), wrong('n2'));
    await decide(behind, { type: 'same-machine', node: 'n2', as: 'n1' });
    await expect(judge(behind)).rejects.toThrow(
      'coordinator.ndjson line 2: expected names of one machine before the plan, found n2 as n1 behind it',
    );
    const before = await write(rounds('n1'), wrong('n2'));
    const planned = (await CoordinatorJournal.read(await RunDirectory.open(before))).planDigest ?? '';
    rmSync(join(before, 'coordinator.ndjson'));
    await decide(
      before,
      { type: 'same-machine', node: 'n2', as: 'n1' },
      { type: 'planned', digest: planned },
    );
    await expect(judge(before)).rejects.toThrow(
      'coordinator.ndjson: expected nothing planned for n2 or measured there, which is another name of n1, found r1-gemm',
    );
    rmSync(join(before, 'nodes/n2'), { recursive: true });
    await expect(judge(before)).rejects.toThrow('found steps or devices of it in the plan');
  });

  it('passes over a plan that was only written, and not over one that a node worked by', async () => {
    const path = await write(rounds('n1'), rounds('n2'));
    rmSync(join(path, runPaths.coordinator));
    await expect(judge(path)).rejects.toThrow('plan.json: expected sha256 that the coordinator noted');
    // Its writer died before the next line: nobody was told of it.
    rmSync(join(path, 'nodes'), { recursive: true });
    const { conclusion, evidence, attempts } = await judge(path);
    expect([conclusion, evidence.damage, attempts]).toEqual(['unreached', undefined, []]);
  });
});

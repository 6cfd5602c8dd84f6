import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judgeRun } from '../../harness/run/conclude-run.ts';
import { RunDirectory } from '../../harness/store/run-directory.ts';
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

describe('a run that somebody changed by hand', () => {
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
});

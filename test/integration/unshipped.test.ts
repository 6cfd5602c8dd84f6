import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { BuiltIn } from '../../harness/config/built-in.ts';
import { findSuite } from '../../harness/config/built-in.ts';
import { loadRegistry } from '../../workloads/registry.ts';
import { sixEvidence } from '../support/constructed/six-evidence.ts';
import { writeRunDirectory } from '../support/constructed-run-directory.ts';
import { quickHash, runAssay, writeSuite } from '../support/run-assay.ts';
import { temporaryDirectory } from '../support/temporary.ts';

// Who sends a run can have written other rules under the names of ours.

let cwd: string;

beforeEach(() => {
  cwd = temporaryDirectory();
});

async function tell(change: (builtIn: BuiltIn) => BuiltIn, command = 'judge'): Promise<string> {
  await writeRunDirectory(join(cwd, 'run'), { nodes: [sixEvidence.virtualMachine], change });
  await runAssay(['judge', 'run'], { cwd });
  const { stdout, stderr } = await runAssay([command, 'run'], { cwd });
  expect(stdout).not.toBe('');
  return stderr.replaceAll(/\s+/g, ' ');
}

describe('rules that are not the shipped ones', () => {
  it('are none when all is as it ships, but for a suite of one’s own', async () => {
    const told = await tell((builtIn) => builtIn);
    expect(told).toContain('Not what Assay');
    expect(told).toContain('there is none of this name');
    expect(told).not.toMatch(/profile|limits/);
  });

  it.each(['judge', 'report'])('are told beside the verdict by %s: profiles', async (command) => {
    const told = await tell(
      (builtIn) => ({
        ...builtIn,
        profiles: builtIn.profiles.map((profile) =>
          profile.id === 'survey'
            ? { ...profile, requirements: profile.requirements.slice(0, 1) }
            : profile.id === 'storage'
              ? { ...profile, version: '0.1' }
              : profile,
        ),
      }),
      command,
    );
    expect(told).toMatch(/profile survey \S+: the shipped one of this name and version is another/);
    expect(told).toMatch(/profile storage 0.1: shipped is \S+/);
    expect(told).not.toContain('profile ai-inference');
  });

  it('are told beside the verdict: limits, changed, left out and invented', async () => {
    const told = await tell((builtIn) => {
      const [first, second, ...more] = builtIn.limits;
      if (first === undefined || second === undefined) throw new Error('expected limits');
      return {
        ...builtIn,
        limits: [{ ...first, value: 1 }, { ...second, id: 'invented' }, ...more],
      };
    });
    expect(told).toMatch(/limits that are shipped with another content: \S+/);
    expect(told).toContain('limits that are not shipped: invented');
    expect(told).toMatch(/limits that are shipped and missing here: \S+/);
  });

  it('are told beside the verdict: a suite under the name of a shipped one', async () => {
    const { id, version } = await findSuite('ai', await loadRegistry(), cwd);
    await writeRunDirectory(join(cwd, 'run'), {
      nodes: [sixEvidence.virtualMachine],
      suite: { id, version },
    });
    const { stderr } = await runAssay(['judge', 'run'], { cwd });
    expect(stderr).toMatch(/suite ai \S+: the shipped one of this name and version is another/);
  });

  it('are no rules of a new run: a suite of one’s own has a name of its own', async () => {
    const text = readFileSync(writeSuite(cwd, [quickHash({ repetitions: 1, budgetSeconds: 10 })]), 'utf8');
    writeFileSync(join(cwd, 'suite.yaml'), text.replace('"test"', '"survey"'));
    const { exitCode, stderr } = await runAssay(['survey', 'local', '--suite', 'suite.yaml'], { cwd });
    expect(stderr).toContain('expected a name of its own, got `survey`, which ships with Assay');
    expect(exitCode).toBe(64);
  });
});

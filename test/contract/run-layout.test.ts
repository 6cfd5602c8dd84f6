import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judgeRun } from '../../harness/run/conclude-run.ts';
import { PackWriter } from '../../harness/store/pack-writer.ts';
import { RunDirectory, runPaths } from '../../harness/store/run-directory.ts';
import { RunEvidence } from '../../harness/store/run-evidence.ts';
import { loadRegistry } from '../../workloads/registry.ts';
import { sixEvidence } from '../support/constructed/six-evidence.ts';
import { writeRunDirectory } from '../support/constructed-run-directory.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const registry = await loadRegistry();
const node = sixEvidence.virtualMachine;
const judge = async (path: string): Promise<string> =>
  JSON.stringify(judgeRun(await RunEvidence.read(await RunDirectory.open(path), registry)));

/** A run as it was written before there were packs: a folder for each step. */
async function writeFolders(): Promise<string> {
  const path = join(temporaryDirectory(), 'run');
  await writeRunDirectory(path, { nodes: [node], layout: 'folders' });
  return path;
}

describe('a run with a folder for each step', () => {
  it('is judged to the same bytes as the same evidence in a pack', async () => {
    const path = await writeFolders();
    const before = await judge(path);
    expect(before).toContain('"verdict":"pass"');
    const run = await RunDirectory.open(path);
    const writer = await PackWriter.open(run, node.id, []);
    for (const step of readdirSync(join(path, runPaths.steps(node.id)))) {
      const folder = join(path, runPaths.step(node.id, step));
      await writer.append(
        step,
        new Map(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file))])),
      );
    }
    await writer.close();
    rmSync(join(path, runPaths.steps(node.id)), { recursive: true });
    expect(await judge(path)).toBe(before);
  });

  it('is not gone on with, and nothing is written', async () => {
    const path = await writeFolders();
    const before = readdirSync(path, { recursive: true });
    await expect(RunEvidence.continue(await RunDirectory.open(path), registry)).rejects.toMatchObject({
      code: 'USAGE',
      message: `expected the steps of ${node.id} in nodes/${node.id}/evidence.tar, found them in nodes/${node.id}/steps`,
    });
    expect(readdirSync(path, { recursive: true })).toEqual(before);
  });
});

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { judge } from '../../../../../harness/judge/judge.ts';
import { RunDirectory } from '../../../../../harness/store/run-directory.ts';
import { RunEvidence } from '../../../../../harness/store/run-evidence.ts';
import { punchListSection } from '../../../../../reports/page/punch-list.ts';
import { createLookup } from '../../../../../reports/verdict/verdict-lookup.ts';
import { loadRegistry } from '../../../../../workloads/registry.ts';
import { writeScaleRun } from '../../../../support/constructed/scale-run.ts';
import { removeFolder } from '../../../../support/temporary.ts';

const registry = await loadRegistry();

async function judgeBlock(nodes: number) {
  const directory = mkdtempSync(join(tmpdir(), 'assay-alike-'));
  onTestFinished(() => {
    removeFolder(directory);
  });
  const path = join(directory, 'run');
  await writeScaleRun(path, 'g', nodes);
  return judge((await RunEvidence.read(await RunDirectory.open(path), registry)).material());
}

it('what is missing for one reason is one entry of the punch list, on however many accelerators and nodes', async () => {
  const [ofTwo, ofSix] = [await judgeBlock(2), await judgeBlock(6)];
  const titles = [ofTwo, ofSix].map((verdict) => punchListSection(createLookup(verdict)).title);
  expect(titles[1]).toBe(titles[0]);
  const covered = ofSix.defects.flatMap(({ cells }) => cells);
  expect(new Set(covered).size).toBe(covered.length); // no cell is in two entries
  const persistence = ofSix.defects.filter(({ cells }) => cells.some((id) => id.endsWith(':persistence')));
  expect(persistence.map(({ cells, nodes }) => [cells.length, nodes.length])).toEqual([[48, 6]]);
  expect(persistence[0]).not.toHaveProperty('subject');
});

import { nodeParts } from '../../reports/verdict/node-parts.ts';
import { validateVerdict } from '../../reports/verdict/validate.ts';
import type { Verdict } from '../../reports/verdict/verdict.ts';
import { createLookup } from '../../reports/verdict/verdict-lookup.ts';
import { renderHtml } from '../../reports/writers/html/render-html.ts';
import { plainScreen, writers } from '../../reports/writers/writers.ts';
import { judge } from '../judge/judge.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { runPaths, toJson } from '../store/run-directory.ts';
import type { RunEvidence } from '../store/run-evidence.ts';
import type { RunMaterial } from '../store/run-material.ts';

/** Judges a run by what is known about it, and writes the samples and the verdict beside its evidence. */
export async function judgeRun(evidence: RunEvidence, profile?: string): Promise<Verdict> {
  const { run } = evidence;
  const material = evidence.material(profile);
  await writeRecords(run, material);
  const verdict = validateVerdict(judge(material));
  await run.write(runPaths.verdict(verdict.profile.id), toJson(verdict));
  return verdict;
}

/**
 * Writes the reports of a verdict and says where each is, by the id of its writer. Those of the run's own profile stand
 * at the top of the run directory.
 */
export async function writeReports(
  run: RunDirectory,
  verdict: Verdict,
): Promise<ReadonlyMap<string, string>> {
  const prefix = verdict.profile.id === run.header.profile ? '' : `verdicts/${verdict.profile.id}.`;
  const lookup = createLookup(verdict);
  const paths = new Map<string, string>();
  for (const { id, file, render } of writers) {
    if (file === undefined) continue;
    paths.set(id, `${prefix}${file}`);
    await run.write(`${prefix}${file}`, render(lookup, plainScreen));
  }
  if (prefix === '' && lookup.isBlock) {
    const partOf = nodeParts(verdict);
    for (const { id } of verdict.nodes)
      await run.write(runPaths.nodeReport(id), renderHtml(createLookup(validateVerdict(partOf(id)))));
  }
  return paths;
}

/** One file per node with every sample, as NDJSON: what `judge` reads again is the raw output, never this. */
async function writeRecords(run: RunDirectory, material: RunMaterial): Promise<void> {
  for (const node of material.nodes) {
    if (!node.reached) continue;
    await run.write(
      runPaths.record(node.id),
      node.samples.map((sample) => `${JSON.stringify(sample)}\n`).join(''),
    );
  }
}

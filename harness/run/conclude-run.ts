import { renderJunit } from '../../reports/writers/junit.ts';
import { renderMarkdown } from '../../reports/writers/markdown.ts';
import { renderPunchList } from '../../reports/writers/punch-list.ts';
import { selectNode } from '../../reports/verdict/part-of-node.ts';
import { renderHtml } from '../../reports/writers/html/render-html.ts';
import { validateVerdict } from '../../reports/verdict/validate.ts';
import type { Verdict } from '../../reports/verdict/verdict.ts';
import { judge } from '../judge/judge.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { runPaths, toJson } from '../store/run-directory.ts';
import type { RunEvidence } from '../store/run-evidence.ts';
import type { RunMaterial } from '../store/run-material.ts';

/** Files that `report` writes, by what they are. */
export const reportFiles = {
  html: 'report.html',
  markdown: 'report.md',
  junit: 'report.junit.xml',
  punchList: 'punch-list.csv',
} as const;

/** Judges a run by what is known about it, and writes the samples and the verdict beside its evidence. */
export async function judgeRun(evidence: RunEvidence, profile?: string): Promise<Verdict> {
  const { run } = evidence;
  const material = evidence.material(profile);
  await writeRecords(run, material);
  const verdict = validateVerdict(judge(material));
  await run.write(runPaths.verdict(verdict.profile.id), toJson(verdict));
  return verdict;
}

/** Writes the reports of a verdict. Those of the run's own profile stand at the top of the run directory. */
export async function writeReports(
  run: RunDirectory,
  verdict: Verdict,
): Promise<Readonly<Record<keyof typeof reportFiles, string>>> {
  const prefix = verdict.profile.id === run.header.profile ? '' : `verdicts/${verdict.profile.id}.`;
  const texts = {
    html: renderHtml(verdict),
    markdown: renderMarkdown(verdict),
    junit: renderJunit(verdict),
    punchList: renderPunchList(verdict),
  };
  const paths = { ...reportFiles };
  for (const [kind, text] of Object.entries(texts) as [keyof typeof reportFiles, string][]) {
    await run.write(`${prefix}${reportFiles[kind]}`, text);
    Object.assign(paths, { [kind]: `${prefix}${reportFiles[kind]}` });
  }
  if (prefix === '' && (verdict.block?.nodes.length ?? 0) > 1) {
    for (const { id } of verdict.nodes)
      await run.write(runPaths.nodeReport(id), renderHtml(validateVerdict(selectNode(verdict, id))));
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

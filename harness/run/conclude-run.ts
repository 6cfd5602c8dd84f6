import { posix } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { sha256 } from '../../agents/protocol/chain.ts';
import { nodesWithPages } from '../../reports/verdict/node-pages.ts';
import { nodeParts } from '../../reports/verdict/node-parts.ts';
import { samplesText, sortSamples } from '../../reports/verdict/samples.ts';
import { validateHead, validateVerdict } from '../../reports/verdict/validate.ts';
import type { Verdict } from '../../reports/verdict/verdict.ts';
import type { VerdictLookup } from '../../reports/verdict/verdict-lookup.ts';
import { createLookup } from '../../reports/verdict/verdict-lookup.ts';
import type { Language } from '../../reports/verdict/words/front-words.ts';
import { languages } from '../../reports/verdict/words/front-words.ts';
import { htmlPieces } from '../../reports/writers/html/render-html.ts';
import { plainScreen, writers } from '../../reports/writers/writers.ts';
import { Inventory } from '../config/inventory.ts';
import { judge, runOf } from '../judge/judge.ts';
import { damaged } from '../store/evidence-damaged.ts';
import { jsonOf } from '../store/read-document.ts';
import { profileDigests, unknownProfile } from '../store/read-inputs.ts';
import type { ReportFolder } from '../store/report-folder.ts';
import { reportPaths } from '../store/report-folder.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { inputNames, runPaths } from '../store/run-directory.ts';
import type { RunEvidence } from '../store/run-evidence.ts';
import { judgedPlace, withSheets, writeDocument } from './verdict-document.ts';

/** The verdict on a run: a function of what is known about it, the same live, offline and elsewhere. */
export const judgeRun = (evidence: RunEvidence, profile?: string): Verdict =>
  validateVerdict(judge(evidence.material(profile)));

/** Writes a verdict and the samples that it names, node by node: what is judged again is the raw output, never these. */
export async function writeVerdict(
  folder: ReportFolder,
  verdict: Verdict,
  evidence: RunEvidence,
): Promise<void> {
  folder.mark();
  // What was concluded from evidence that has changed since stands for nothing.
  if (verdict.evidence.damage !== undefined) await folder.remove(conclusionsOf(evidence.run));
  for (const { node, path } of verdict.evidence.samples) {
    const samples = sortSamples(evidence.node(node).material.samples);
    folder.write(path, samplesText({ run: verdict.run.id, node, samples }));
  }
  await folder.removeOthers(
    'samples',
    new Set(verdict.evidence.samples.map(({ path }) => posix.basename(path))),
  );
  await writeDocument(folder, verdict, judgedPlace(verdict.profile.id));
}

/** All that may have been concluded from a run before, by whatever profile. */
export const conclusionsOf = (run: RunDirectory): readonly string[] => [
  ...pathsOfReports(run, run.header.profile).values(),
  ...askedFor(run, run.header.profile),
  'verdicts',
  'samples',
  'nodes',
];

/** Where the reports of a verdict stand, by the id of their writer: those of the run's own profile at the top. */
export function pathsOfReports(run: RunDirectory, profile: string): ReadonlyMap<string, string> {
  const prefix = profile === run.header.profile ? '' : `verdicts/${profile}.`;
  return new Map(
    writers.flatMap(({ id, file }) => (file === undefined ? [] : [[id, `${prefix}${file}`] as const])),
  );
}

/** Where the PDF of a verdict stands, which is made only for whoever asks. */
export const pdfPath = (run: RunDirectory, profile: string): string =>
  profile === run.header.profile ? 'report.pdf' : `verdicts/${profile}.report.pdf`;

/** Where the report of conformity in a language stands, which is made for whoever asks and when a run is signed. */
export const conformityPath = (run: RunDirectory, profile: string, language: Language): string =>
  `${profile === run.header.profile ? '' : `verdicts/${profile}.`}conformity.${language}.html`;

/** What is made only for whoever asks, and is no longer of a verdict that was judged anew. */
const askedFor = (run: RunDirectory, profile: string): readonly string[] => [
  pdfPath(run, profile),
  ...languages.map((language) => conformityPath(run, profile, language)),
];

/** Nodes of a block that have pages without being asked for: by the profile of the run, and by no other. */
export const pagesOf = (run: RunDirectory, verdict: Verdict): readonly string[] =>
  verdict.profile.id === run.header.profile ? nodesWithPages(verdict) : [];

/** Writes the reports of a verdict and says where each is, by the id of its writer. What was made for paper before is no longer of it. */
export async function writeReports(
  folder: ReportFolder,
  run: RunDirectory,
  lookup: VerdictLookup,
): Promise<ReadonlyMap<string, string>> {
  const { verdict, pages } = lookup;
  folder.mark();
  await folder.remove(askedFor(run, verdict.profile.id));
  const paths = pathsOfReports(run, verdict.profile.id);
  for (const { id, render, pieces } of writers) {
    const path = paths.get(id);
    if (path !== undefined) folder.write(path, pieces?.(lookup) ?? render(lookup, plainScreen));
  }
  if (verdict.profile.id !== run.header.profile) return paths;
  const partOf = nodeParts(verdict);
  for (const id of pages) folder.write(reportPaths.nodeReport(id), htmlPieces(createLookup(partOf(id))));
  await folder.removeOthers('nodes', pages);
  return paths;
}

/**
 * The verdict that lies in a folder, if it is about this run as it lies here: same run, profile, inputs and heads of all
 * chains. Absent when there is none; throws EVIDENCE_DAMAGED when it is about something else.
 */
export async function readVerdict(
  folder: ReportFolder,
  run: RunDirectory,
  profile: string,
): Promise<Verdict | undefined> {
  const known = profileDigests(run.header);
  const digest = known.get(profile);
  if (digest === undefined) throw unknownProfile(profile, known.keys());
  const path = reportPaths.verdict(profile);
  const text = await folder.read(path);
  if (text === undefined) return undefined;
  const verdict = validateHead(jsonOf(text, path));
  const refuse = (expected: string, found: string) => damaged(path, expected, found);
  if (verdict.profile.id !== profile) throw refuse(`the profile ${profile}`, verdict.profile.id);
  if (verdict.profile.digest !== digest)
    throw refuse(`the profile with sha256 ${digest}`, `sha256 ${verdict.profile.digest}`);
  if (!isDeepStrictEqual(verdict.run, runOf(run.header)))
    throw refuse('what the run says of itself', JSON.stringify(verdict.run).slice(0, 300));
  if (verdict.rehearsal !== run.header.rehearsal)
    throw refuse(
      run.header.rehearsal === true ? 'a rehearsal' : 'no rehearsal',
      `rehearsal: ${verdict.rehearsal}`,
    );
  // Files are named after nodes, so all of them are looked at before the first is written.
  const { nodes } = await run.readDocument(Inventory, `${runPaths.inputs}/${inputNames.inventory}`);
  const expected = nodes.map(({ name }) => name).toSorted();
  const found = verdict.nodes.map((node) => node.id);
  const at = [...expected.keys(), expected.length].find((place) => expected[place] !== found[place]);
  if (at !== undefined)
    throw refuse(
      `the nodes of the inventory, with ${expected[at] ?? 'no more'}`,
      `\`${(found[at] ?? 'no more').slice(0, 80)}\``,
    );
  if ((verdict.block === undefined) !== (found.length === 1))
    throw refuse('how the nodes of a block stand, when there are several', `${found.length} nodes`);
  const said = verdict.evidence;
  const inputs = new Set(run.header.inputs.map((each) => `${each.path} ${each.sha256}`));
  const other = said.inputs.find((each) => !inputs.has(`${each.path} ${each.sha256}`));
  if (other !== undefined || said.inputs.length !== inputs.size)
    throw refuse('the inputs of this run', other?.path ?? `${said.inputs.length} of ${inputs.size} inputs`);
  const heads = new Map(said.journals.map(({ node, head }) => [node, head]));
  for (const node of await run.list('nodes')) {
    const head = await headOf(run, runPaths.journal(node));
    if (head !== undefined && head !== heads.get(node) && !said.damage?.some((each) => each.node === node))
      throw refuse(`the journal of ${node} that ends with sha256 ${head}`, heads.get(node) ?? 'none of it');
    heads.delete(node);
  }
  const [gone] = heads.keys();
  if (gone !== undefined) throw refuse('journals of this run', `one of ${gone}`);
  const decided = run.header.schemaVersion === 1 ? undefined : await headOf(run, runPaths.coordinator);
  if (run.header.schemaVersion > 1 && decided !== said.decisions?.sha256)
    throw refuse(`decisions that end with sha256 ${decided ?? 'none'}`, said.decisions?.sha256 ?? 'none');
  return withSheets(verdict, folder, judgedPlace(profile));
}

/** The digest of the last line of a journal; absent when there is none. */
async function headOf(run: RunDirectory, path: string): Promise<string | undefined> {
  if (!(await run.has(path))) return undefined;
  const [last] = (await run.read(path)).toString('utf8').trimEnd().split('\n').toReversed();
  return last === undefined || last === '' ? undefined : sha256(last);
}

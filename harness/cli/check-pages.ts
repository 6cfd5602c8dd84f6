import { conformityPages } from '../run/conformity-pages.ts';
import { signaturesOf } from '../run/signatures-on.ts';
import { signedPaths } from '../run/signed-report.ts';
import type { Intact } from '../run/verify-run.ts';
import { damaged } from '../store/evidence-damaged.ts';
import type { ReportFolder } from '../store/report-folder.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { assayVersion } from '../version.ts';

/**
 * What somebody reads beside a signed verdict, its report of conformity, is not signed itself: it has to be what this verdict gives.
 * Yields what is said of each page. `packed` are the paths among the reports of a bundle, in which nothing else may lie. Throws
 * EVIDENCE_DAMAGED.
 */
export async function* checkPages(
  run: RunDirectory,
  folder: ReportFolder,
  { signed: statements, verdict }: Intact,
  packed: readonly string[],
): AsyncGenerator<string> {
  const signatures = signaturesOf(statements, verdict.profile.id);
  const pages = await conformityPages(folder, run, { verdict, signatures });
  const signed = `${signedPaths.folder(verdict.profile.id)}/`;
  const stray = packed.find((path) => !path.startsWith(signed) && !pages.has(path));
  if (stray !== undefined)
    throw damaged(stray, 'nothing in a bundle beside what was signed and its report of conformity', 'a file');
  for (const [path, page] of pages) {
    const isIts = (await folder.read(path)) === page;
    if (isIts) yield `● ${path} says what was signed`;
    else if (verdict.assay !== assayVersion)
      yield `○ ${path} is not compared: ${verdict.assay} judged, and this is ${assayVersion}; ${signedPaths.page(verdict.profile.id)} is signed`;
    else throw damaged(path, 'the report of conformity that what was signed gives', 'another one');
  }
}

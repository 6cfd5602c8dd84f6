import type { Verdict } from '../../reports/verdict/verdict.ts';
import { createLookup } from '../../reports/verdict/verdict-lookup.ts';
import type { Language } from '../../reports/verdict/words/front-words.ts';
import { languages } from '../../reports/verdict/words/front-words.ts';
import { renderPrint } from '../../reports/writers/html/render-print.ts';
import type { ReportFolder } from '../store/report-folder.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { conformityPath } from './conclude-run.ts';
import { signaturesOn } from './signatures-on.ts';

/** The report of conformity, with whoever has signed this verdict. */
export const conformityPage = async (
  folder: ReportFolder,
  verdict: Verdict,
  language: Language,
): Promise<string> =>
  renderPrint(createLookup(verdict), { language, signatures: await signaturesOn(folder, verdict) });

/** The reports of conformity as this verdict gives them, by path, in each language in which one lies in the folder. */
export async function conformityPages(
  folder: ReportFolder,
  run: RunDirectory,
  verdict: Verdict,
): Promise<ReadonlyMap<string, string>> {
  const pages = new Map<string, string>();
  for (const language of languages) {
    const path = conformityPath(run, verdict.profile.id, language);
    if ((await folder.read(path)) !== undefined)
      pages.set(path, await conformityPage(folder, verdict, language));
  }
  return pages;
}

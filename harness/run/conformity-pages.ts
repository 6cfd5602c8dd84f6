import type { Signature } from '../../reports/verdict/signature.ts';
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
): Promise<string> => pageOf(verdict, language, await signaturesOn(folder, verdict));

const pageOf = (verdict: Verdict, language: Language, signatures: readonly Signature[]): string =>
  renderPrint(createLookup(verdict), { language, signatures });

/** The reports of conformity as this verdict gives them, by path, in each language in which one lies in the folder or has to (`always`). */
export async function conformityPages(
  folder: ReportFolder,
  run: RunDirectory,
  { verdict, signatures }: { readonly verdict: Verdict; readonly signatures: readonly Signature[] },
  always?: Language,
): Promise<ReadonlyMap<string, string>> {
  const pages = new Map<string, string>();
  for (const language of languages) {
    const path = conformityPath(run, verdict.profile.id, language);
    if (language === always || (await folder.read(path)) !== undefined)
      pages.set(path, pageOf(verdict, language, signatures));
  }
  return pages;
}

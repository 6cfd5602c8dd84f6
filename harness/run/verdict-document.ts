import { posix } from 'node:path';
import { sha256 } from '../../agents/protocol/chain.ts';
import type { Sheet, SheetName } from '../../reports/verdict/sheet.ts';
import { joinVerdict, mostNodesInOne, splitVerdict } from '../../reports/verdict/split-verdict.ts';
import { requireConsistent, validateSheet } from '../../reports/verdict/validate.ts';
import type { Verdict } from '../../reports/verdict/verdict.ts';
import { nodeOf } from '../../workloads/kit/subject.ts';
import { damaged } from '../store/evidence-damaged.ts';
import { jsonOf, jsonPieces } from '../store/read-document.ts';
import type { ReportFolder } from '../store/report-folder.ts';
import { reportPaths } from '../store/report-folder.ts';

/** Where a verdict lies in a folder of reports, and what it says of each node alone. */
export interface VerdictPlace {
  readonly verdict: string;
  readonly sheets: string;
}

/** The one that is written whenever a run is judged. */
export const judgedPlace = (profile: string): VerdictPlace => ({
  verdict: reportPaths.verdict(profile),
  sheets: reportPaths.sheets(profile),
});

const sheetAt = ({ sheets }: VerdictPlace, node: string): string => `${sheets}/${node}.json`;

/** The documents of a verdict by their paths, in pieces: on many nodes it names what it says of each alone, and is the last one. */
export function* documentsOf(
  verdict: Verdict,
  place: VerdictPlace,
): Generator<readonly [path: string, pieces: Iterable<string>]> {
  if (verdict.nodes.length <= mostNodesInOne) {
    yield [place.verdict, jsonPieces(verdict)];
    return;
  }
  const { head, sheets } = splitVerdict(verdict);
  const named: SheetName[] = [];
  for (const sheet of sheets) {
    const path = sheetAt(place, sheet.node);
    const text = [...jsonPieces(sheet)].join('');
    named.push({ node: sheet.node, path, sha256: sha256(text) });
    yield [path, [text]];
  }
  yield [place.verdict, jsonPieces({ ...head, sheets: named })];
}

export async function writeDocument(
  folder: ReportFolder,
  verdict: Verdict,
  place: VerdictPlace,
): Promise<void> {
  const written = new Set<string>();
  for (const [path, pieces] of documentsOf(verdict, place)) {
    folder.write(path, pieces);
    if (path !== place.verdict) written.add(posix.basename(path));
  }
  if (verdict.nodes.length <= mostNodesInOne) return folder.remove([place.sheets]);
  await folder.removeOthers(place.sheets, written);
}

/** A verdict with what it says of each node alone, if that lies in documents of their own. Throws EVIDENCE_DAMAGED. */
export async function withSheets(
  verdict: Verdict,
  folder: ReportFolder,
  place: VerdictPlace,
): Promise<Verdict> {
  if (verdict.sheets === undefined) return requireConsistent(verdict);
  const sheets = new Map<string, Sheet>();
  for (const { node, sha256: expected } of verdict.sheets) {
    const path = sheetAt(place, node);
    const text = await folder.read(path);
    const found = text === undefined ? undefined : sha256(text);
    if (text === undefined || found !== expected)
      throw damaged(path, `sha256 ${expected}`, found === undefined ? 'no file' : `sha256 ${found}`);
    sheets.set(node, validateSheet(jsonOf(text, path)));
  }
  return requireConsistent(
    joinVerdict(verdict, (node) => {
      const sheet = sheets.get(node);
      if (sheet?.run !== verdict.run.id || sheet.profile !== verdict.profile.id || !isAbout(sheet, node))
        throw damaged(sheetAt(place, node), `the sheet of ${node} in this verdict`, 'none');
      return sheet;
    }),
  );
}

/** Nothing in the sheet of one node may speak of another. */
const isAbout = ({ node, cells, measurements, attempts }: Sheet, wanted: string): boolean =>
  node === wanted &&
  [...cells, ...measurements].every(({ subject }) => nodeOf(subject) === wanted) &&
  attempts.every((attempt) => attempt.node === wanted);

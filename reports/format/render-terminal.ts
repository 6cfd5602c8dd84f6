import type { AssetVerdict, Defect, Verdict } from '../schema/verdict.ts';
import { cleanText } from './clean-text.ts';
import { displayWidth } from './display-width.ts';
import { foldNotShown } from './fold-not-shown.ts';
import { formatMoment } from './format-moment.ts';
import { machineLine } from './machine-line.ts';
import { measuredLines } from './measured-lines.ts';
import type { TerminalPage } from './terminal-page.ts';
import { hang } from './terminal-page.ts';
import { cellStyle, conclusionStyle, paintOf } from './terminal-style.ts';
import { uncoveredCells } from './uncovered-cells.ts';
import {
  cellMarks,
  conclusionMarks,
  conclusionWords,
  countWords,
  emptyPunchList,
  exitWords,
  kindNotes,
  openingOf,
  profileOf,
  titleOf,
} from './verdict-words.ts';

export interface TerminalOptions {
  readonly columns: number;
  readonly color: boolean;
}

/** The verdict for a terminal: words first, then the one reason, who has to do what, what was measured, what was not. */
export function renderTerminal(verdict: Verdict, options: TerminalOptions): string {
  // Below 40 columns nothing aligns; above 110 the eye loses the line.
  const page = { columns: Math.min(Math.max(options.columns, 40), 110), paint: paintOf(options.color) };
  const sections = [
    headLines(verdict, page),
    verdictLines(verdict, page),
    ...verdict.assets.map((asset) => assetLines(asset, machineLine(verdict, asset.node), page)),
    punchLines(verdict, page),
    measuredLines(verdict, page),
    notShownLines(verdict, page),
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function headLines(verdict: Verdict, page: TerminalPage): readonly string[] {
  const { run, suite } = verdict;
  return [
    ...hang(`${titleOf(verdict)}: ${profileOf(verdict)}`, page, 0).map((line) => page.paint('strong', line)),
    ...hang(`run ${run.id} · ${formatMoment(run.startedAt)} · suite ${suite.id} ${suite.version}`, page, 0),
    ...hang(kindNotes[verdict.kind], page, 0).map((line) => page.paint('quiet', line)),
  ];
}

function verdictLines(verdict: Verdict, page: TerminalPage): readonly string[] {
  const { conclusion, counts } = verdict;
  const opening = openingOf(verdict);
  return [
    page.paint(
      opening.isPromise ? conclusionStyle[conclusion] : 'strong',
      page.paint('strong', cleanText(`${opening.mark} ${opening.words.toUpperCase()}`)),
    ),
    ...hang(verdict.headline, page, 2),
    ...hang(`${opening.sentence} ${exitWords(verdict.exitCode)}`, page, 2),
    ...hang(countWords(counts.required), page, 12, '  required'),
    ...hang(countWords(counts.advisory), page, 12, '  advisory'),
  ];
}

function assetLines(asset: AssetVerdict, machine: string, page: TerminalPage): readonly string[] {
  const width = Math.max(0, ...asset.ladder.map((rung) => displayWidth(cleanText(rung.profile))));
  return [
    ...hang(`${asset.node}: ${asset.verdict}, ${asset.meaning}`, page, 0).map((line) =>
      page.paint('strong', line),
    ),
    ...(machine === '' ? [] : hang(machine, page, 2)),
    ...hang(`because ${asset.reason}`, page, 2),
    ...asset.ladder.flatMap((rung) => {
      const words = `${conclusionMarks[rung.conclusion]} ${conclusionWords[rung.conclusion]}`;
      return width > page.columns - 26
        ? hang(`${rung.profile} ${words}`, page, 2)
        : hang(words, page, width + 4, `  ${cleanText(rung.profile)}`);
    }),
  ];
}

function punchLines(verdict: Verdict, page: TerminalPage): readonly string[] {
  const uncovered = uncoveredCells(verdict);
  return [
    page.paint('strong', `PUNCH LIST (${verdict.defects.length})`),
    ...(verdict.defects.length === 0
      ? hang(emptyPunchList(verdict), page, 2)
      : verdict.defects.flatMap((defect, place) => defectLines(defect, place, page))),
    ...(uncovered.length === 0
      ? []
      : hang(
          `Not met and in no defect: ${uncovered.map((cell) => `${cell.id} (${cell.verdict})`).join(', ')}`,
          page,
          2,
        )),
  ];
}

function defectLines(defect: Defect, place: number, page: TerminalPage): readonly string[] {
  const cells = `${defect.cells.length} ${defect.cells.length === 1 ? 'cell' : 'cells'}`;
  const [first = '', ...more] = hang(
    `${cellMarks[defect.verdict]} ${defect.verdict} · ${defect.subject} · ${defect.owner} · ${cells}`,
    page,
    5,
    ` ${place + 1}.`,
  );
  return [
    page.paint(cellStyle[defect.verdict], first),
    ...more,
    ...hang(defect.symptom, page, 5),
    ...hang(defect.action, page, 7, '     →'),
  ];
}

function notShownLines(verdict: Verdict, page: TerminalPage): readonly string[] {
  const rows = foldNotShown(verdict);
  return [
    page.paint('strong', 'NOT SHOWN'),
    ...(rows.length === 0
      ? ['  The document names nothing.']
      : rows.flatMap((row) => hang(`${row.what.join('; ')}: ${row.reason}`, page, 4, '  –'))),
  ];
}

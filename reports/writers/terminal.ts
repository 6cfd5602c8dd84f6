import type { AssetVerdict, Defect, Verdict } from '../verdict/verdict.ts';
import { blameSentences, looseBlames, whereabouts } from '../format/blame-sentences.ts';
import { blockLines, blockShownLines } from '../format/block-lines.ts';
import { isBlock } from '../verdict/words/block-words.ts';
import { cleanText } from '../text/clean-text.ts';
import { displayWidth } from '../text/display-width.ts';
import { foldAssets } from '../format/fold-assets.ts';
import { foldNames } from '../verdict/words/fold-names.ts';
import { foldNotShown } from '../format/fold-not-shown.ts';
import { foldPunchList } from '../format/fold-punch-list.ts';
import { formatMoment } from '../format/format-moment.ts';
import { inTheWay } from '../format/in-the-way.ts';
import { machineLine } from '../format/machine-line.ts';
import { measuredLines } from '../format/measured-lines.ts';
import type { TerminalPage } from '../format/terminal-page.ts';
import { hang } from '../format/terminal-page.ts';
import { cellStyle, conclusionStyle, paintOf } from '../format/terminal-style.ts';
import { uncoveredRows } from '../format/uncovered-cells.ts';
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
} from '../verdict/words/verdict-words.ts';

export interface TerminalOptions {
  readonly columns: number;
  readonly color: boolean;
}

/** The verdict for a terminal: words first, then the one reason, who has to do what, what was measured, what was not. */
export function renderTerminal(verdict: Verdict, options: TerminalOptions): string {
  // Below 40 columns nothing aligns; above 110 the eye loses the line.
  const page = { columns: Math.min(Math.max(options.columns, 40), 110), paint: paintOf(options.color) };
  const isSurvey = verdict.profile.id === 'survey';
  const sections = [
    headLines(verdict, page),
    verdictLines(verdict, page),
    ...(isBlock(verdict) ? [blockLines(verdict, page)] : []),
    ...(isBlock(verdict) && !isSurvey ? [] : assetParagraphs(verdict, page)),
    punchLines(verdict, page),
    isBlock(verdict) ? blockShownLines(verdict, page) : measuredLines(verdict, page),
    notShownLines(verdict, page),
    // Of a block that was promised something, this is not the answer but a consequence.
    ...(isBlock(verdict) && !isSurvey ? assetParagraphs(verdict, page) : []),
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
    ...(opening.tally === undefined
      ? []
      : hang(opening.tally, page, 2).map((line) => page.paint('strong', line))),
    ...(isBlock(verdict) ? hang(inTheWay(verdict), page, 2) : []),
    ...hang(verdict.headline, page, 2),
    ...hang(`${opening.sentence} ${exitWords(verdict.exitCode)}`, page, 2),
    ...hang(countWords(counts.required), page, 12, '  required'),
    ...hang(countWords(counts.advisory), page, 12, '  advisory'),
  ];
}

/** Above this many nodes an asset is a line and not a paragraph. */
const mostParagraphs = 8;

function assetParagraphs(verdict: Verdict, page: TerminalPage): readonly (readonly string[])[] {
  const groups = foldAssets(verdict.assets);
  if (verdict.assets.length > mostParagraphs) {
    const lines = groups.flatMap(({ asset, nodes }) =>
      hang(
        `${foldNames(nodes)}: ${asset.verdict}, ${asset.meaning}, because ${asset.reason}`,
        page,
        4,
        '  –',
      ),
    );
    return [[page.paint('strong', 'WHAT IT CAN BE USED FOR'), ...lines]];
  }
  return groups.map(({ asset, nodes }) => {
    const [only, ...more] = nodes;
    const machine = only === undefined || more.length > 0 ? '' : machineLine(verdict, only);
    return assetLines({ ...asset, node: foldNames(nodes) }, machine, page);
  });
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
  const uncovered = uncoveredRows(verdict);
  const defects = foldPunchList(verdict);
  return [
    page.paint('strong', `PUNCH LIST (${defects.length})`),
    ...(defects.length === 0
      ? hang(emptyPunchList(verdict), page, 2)
      : defects.flatMap((defect, place) => defectLines(defect, place, verdict, page))),
    ...looseBlames(verdict).flatMap(({ reason }) => hang(reason, page, 5, '   –')),
    ...(uncovered.length === 0
      ? []
      : hang(
          `Not met and in no defect: ${uncovered.map((cell) => `${cell.id} (${cell.verdict})`).join(', ')}`,
          page,
          2,
        )),
  ];
}

function defectLines(defect: Defect, place: number, verdict: Verdict, page: TerminalPage): readonly string[] {
  const cells = `${defect.cells.length} ${defect.cells.length === 1 ? 'cell' : 'cells'}`;
  const [first = '', ...more] = hang(
    [
      `${cellMarks[defect.verdict]} ${defect.verdict}`,
      ...whereabouts(verdict, defect),
      defect.owner,
      cells,
    ].join(' · '),
    page,
    5,
    ` ${place + 1}.`,
  );
  return [
    page.paint(cellStyle[defect.verdict], first),
    ...more,
    ...hang(defect.symptom, page, 5),
    ...blameSentences(verdict, defect).flatMap((sentence) => hang(sentence, page, 5)),
    ...hang(defect.action, page, 7, '     →').map((line) => page.paint('strong', line)),
    ...(defect.retest === undefined ? [] : hang(`Re-test: ${defect.retest}`, page, 7)),
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

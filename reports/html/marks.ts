import { cellMarks, conclusionMarks, conclusionWords } from '../verdict/words/verdict-words.ts';
import type { CellVerdict, Conclusion } from '../verdict/verdict.ts';
import type { SafeHtml } from '../writers/html/html.ts';
import { html } from '../writers/html/html.ts';

type Tone = 'good' | 'bad' | 'doubt' | 'none';

const cellTones: Readonly<Record<CellVerdict, Tone>> = {
  fail: 'bad',
  invalid: 'doubt',
  missing: 'doubt',
  inconclusive: 'doubt',
  pass: 'good',
  'not-applicable': 'none',
};

export const conclusionTones: Readonly<Record<Conclusion, Tone>> = {
  pass: 'good',
  fail: 'bad',
  undecided: 'doubt',
  unreached: 'doubt',
};

/** The word for a cell, with a mark and a colour that only repeat it; quiet where it only heads a count of nothing. */
export const cellWord = (verdict: CellVerdict, isQuiet = false): SafeHtml =>
  html`<span class="word ${isQuiet ? 'none' : cellTones[verdict]}"><span aria-hidden="true">${cellMarks[verdict]}</span> ${verdict === 'not-applicable' ? 'not applicable' : verdict}</span>`;

export const conclusionWord = (conclusion: Conclusion): SafeHtml =>
  html`<span class="word ${conclusionTones[conclusion]}"><span aria-hidden="true">${conclusionMarks[conclusion]}</span> ${conclusionWords[conclusion].toLowerCase()}</span>`;

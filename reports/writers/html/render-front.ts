import { conclusionTones } from '../../page/content.ts';
import type { Front, FrontDefect, ShownRow } from '../../page/front.ts';
import { openingOf } from '../../page/opening.ts';
import { formatMoment } from '../../page/page.ts';
import { anyBundle, opensslCommands } from '../../verdict/signature.ts';
import type { Conclusion } from '../../verdict/verdict.ts';
import type { VerdictLookup } from '../../verdict/verdict-lookup.ts';
import { cellIn, conclusionIn, meaningIn, nodeIn, ownerIn } from '../../verdict/words/front-terms.ts';
import type { Language, SentenceKey, SentenceValues } from '../../verdict/words/front-words.ts';
import { allSentences, piecesIn } from '../../verdict/words/front-words.ts';
import { inDays } from '../../verdict/words/soak-words.ts';
import { cellMarks, conclusionMarks } from '../../verdict/words/verdict-words.ts';
import type { SafeHtml } from './html.ts';
import { html } from './html.ts';
import { nodeLink, renderProse } from './render-text.ts';

type Say = <Key extends SentenceKey>(key: Key, ...values: SentenceValues<Key>) => SafeHtml;

interface Tongue {
  readonly language: Language;
  readonly say: Say;
}

/** Words of the document itself, in English and from left to right wherever they stand. */
const asIs = (text: string): SafeHtml => html`<bdi lang="en" dir="ltr">${renderProse(text)}</bdi>`;

/** Page one of a report of conformity in a language: the verdict in words, what is to be done, what was shown and what was not. */
export function renderFront(front: Front, lookup: VerdictLookup, language: Language): SafeHtml {
  const say: Say = (key, ...values) =>
    html`${piecesIn(language, key, ...values).map(({ text, isValue }) => (isValue ? asIs(text) : html`${text}`))}`;
  return html`<div class="front">
${headOf(front, say)}${verdictOf(front, lookup, language, say)}${front.map === undefined ? undefined : mapOf(front.map, language, say)}${defectsOf(front, language, say)}${shownOf(front, { language, say })}${notShownOf(front, say)}${restOf(front, say)}</div>
`;
}

function headOf({ verdict, nodes, classes, accelerators, signatures }: Front, say: Say): SafeHtml {
  const { run, profile, suite, contract, kind, rehearsal } = verdict;
  const row = (term: SafeHtml, text: SafeHtml): SafeHtml => html`<div><dt>${term}</dt><dd>${text}</dd></div>`;
  const validity = signatures.map(({ expires }) =>
    expires === undefined ? say('no expiry') : say('valid until', { day: expires.slice(0, 10) }),
  );
  return html`<header>
<p class="maker">Assay</p>
<h1>${say(rehearsal === true ? 'rehearsal' : kind)}</h1>
<dl class="particulars">
${row(say('report'), asIs(run.id))}${row(say('items'), say('items of', { nodes: nodes.of, classes: classes === '' ? '–' : classes, accelerators }))}${row(say('customer'), contract === undefined ? say('no customer') : asIs(contract.by))}${row(
  say('profile'),
  html`${asIs(`${profile.id} ${profile.version}`)} ${asIs(`(${profile.digest.slice(0, 12)}…)`)}`,
)}${contract === undefined ? undefined : row(say('contract'), asIs(contract.id))}${row(say('suite'), asIs(`${suite.id} ${suite.version}`))}${row(say('tested'), asIs(formatMoment(run.startedAt)))}${row(say('valid'), validity[0] ?? say('unsigned'))}${signatures.map(({ key, issued }) => row(say('signed'), say('signed on', { key, day: issued.slice(0, 10) })))}
</dl>
</header>
`;
}

function verdictOf(
  { verdict, isBlock, nodes, inTheWay }: Front,
  lookup: VerdictLookup,
  language: Language,
  say: Say,
): SafeHtml {
  const { conclusion, rehearsal } = verdict;
  const opening = openingOf(lookup);
  // A survey answers with a letter, which its own words say.
  const isLetter = opening.tone === 'none' && rehearsal !== true;
  const words = conclusionIn[conclusion][isBlock ? 'block' : 'one'][language];
  return html`<section class="verdict ${rehearsal === true ? 'none' : isLetter ? 'none' : conclusionTones[conclusion]}">
<h2><span class="mark" aria-hidden="true">${isLetter ? opening.mark : conclusionMarks[conclusion]}</span> ${isLetter ? asIs(opening.words) : words}</h2>
${isBlock && !isLetter ? html`<p class="tally">${say('nodes conform', { passed: nodes.passed, of: nodes.of })}${nodes.atLeast === undefined ? undefined : html` · ${say('asked for', { atLeast: nodes.atLeast, of: nodes.of })}`}</p>` : undefined}
${isLetter ? undefined : html`<p>${meaningIn[conclusion][language]}</p>`}${!isBlock || isLetter ? undefined : html`<p class="in-the-way">${inTheWay === undefined ? say('nothing in the way') : say('in the way', { ...inTheWay })}</p>`}
</section>
`;
}

const conclusions: readonly Conclusion[] = ['pass', 'fail', 'undecided', 'unreached'];

/** More nodes than this are counted by rack and not named. */
const mostNamed = 128;

function mapOf(
  { racks, elsewhere, pages }: NonNullable<Front['map']>,
  language: Language,
  say: Say,
): SafeHtml {
  const placed = racks.flatMap(({ slots }) => slots.flatMap(({ nodes }) => nodes));
  const all = [...placed, ...elsewhere];
  const entry = ({ id, conclusion }: (typeof all)[number]): SafeHtml =>
    html`<li class="${conclusionTones[conclusion]}">${conclusionMarks[conclusion]} ${nodeLink(id, pages)}</li>`;
  const groups = [
    ...racks.map(({ rack, tally, slots }) => ({
      name: asIs(rack),
      tally: tally.replace(' of ', '/'),
      nodes: slots.flatMap(({ nodes }) => nodes),
    })),
    ...(elsewhere.length === 0
      ? []
      : [
          {
            name: say('no rack'),
            tally: `${elsewhere.filter(({ conclusion }) => conclusion === 'pass').length}/${elsewhere.length}`,
            nodes: elsewhere,
          },
        ]),
  ];
  return html`<section class="map"><h2>${say('by rack')}</h2>
<p class="legend">${conclusions.flatMap((each) => {
    const count = all.filter(({ conclusion }) => conclusion === each).length;
    return count === 0
      ? []
      : [html`<span>${conclusionMarks[each]} ${nodeIn[each][language]}: ${count}</span> `];
  })}</p>
<div class="cabinets">${groups.map(
    ({ name, tally, nodes }) =>
      html`<div><h3>${name} <span class="note">${tally}</span></h3>${all.length > mostNamed ? undefined : html`<ul class="plain">${nodes.map(entry)}</ul>`}</div>`,
  )}</div></section>
`;
}

function defectsOf({ verdict, defects }: Front, language: Language, say: Say): SafeHtml {
  const { entries, count } = defects;
  return html`<section><h2>${say('punch list', { count })}</h2>
${
  count > 0 ? undefined : html`<p>${say(verdict.conclusion === 'pass' ? 'no defect' : 'no defect named')}</p>`
}<ol class="defects">${entries.map((each) => defectOf(each, language, say))}</ol>
${count > entries.length ? html`<p class="note">${say('more defects', { count: count - entries.length })}</p>` : undefined}</section>
`;
}

const defectOf = (
  { verdict, where, owner, symptom, action, retest }: FrontDefect,
  language: Language,
  say: Say,
): SafeHtml => html`<li>
<p class="line"><b>${cellMarks[verdict]} ${cellIn[verdict][language]}</b> ${where.map((each) => html`<b>${asIs(each)}</b> `)}<span class="owner">${ownerIn[owner][language]}</span></p>
<p>${asIs(symptom)}</p>
<p><span class="lead">${say('to do')}</span> ${asIs(action)}${retest === undefined ? undefined : html` <span class="lead">${say('retest')}</span> ${asIs(retest)}`}</p>
</li>`;

function shownOf({ verdict, isBlock, nodes, shown }: Front, tongue: Tongue): SafeHtml {
  const { say } = tongue;
  const { rows, measured, facts } = shown;
  const isOfNodes = isBlock && verdict.profile.id !== 'survey';
  return html`<section class="shown"><h2>${isOfNodes ? say('shown on', { count: nodes.passed }) : say('shown')}</h2>
${
  rows.length === 0
    ? html`<p>${say('nothing measured')}</p>`
    : html`<div class="table"><table><thead><tr><th>${say('requirement')}</th>${(['limit', 'lowest', 'median', 'highest', 'margin'] as const).map((key) => html`<th class="number">${say(key)}</th>`)}</tr></thead>
<tbody>${rows.map((row) => shownRow(row, tongue))}</tbody></table></div>`
}
<p class="note">${say('more shown', { count: measured - rows.length, facts })}${rows.some(({ isOfContract }) => isOfContract) ? html` ${say('by contract')}` : undefined}</p></section>
`;
}

function shownRow(
  { cells, anchor, isOfContract, met, of, readings, ...row }: ShownRow,
  { language, say }: Tongue,
): SafeHtml {
  const label = (key: SentenceKey): string => allSentences[key][language];
  const linked = (key: 'lowest' | 'median' | 'highest'): SafeHtml =>
    html`<td class="number" data-label="${label(key)}"><a href="#${anchor}">${asIs(row[key])}</a></td>`;
  return html`<tr><th scope="row">${asIs(cells[0].title)} <small>${say('met by', { met, of, readings })}</small></th><td class="number" data-label="${label('limit')}">${asIs(`${row.limit}${isOfContract ? ' ᶜ' : ''}`)}</td>${linked('lowest')}${linked('median')}${linked('highest')}<td class="number" data-label="${label('margin')}">${asIs(row.margin)}</td></tr>
`;
}

const notShownOf = (
  { notShown: { names, count } }: Front,
  say: Say,
): SafeHtml => html`<section><h2>${say('not shown')}</h2>
<p>${count === 0 ? say('nothing named') : html`${names.map((name, place) => html`${place === 0 ? undefined : html` · `}${asIs(name)}`)}`}${count > names.length ? html` · ${say('more not shown', { count: count - names.length })}` : undefined}</p></section>
`;

/** Time under load, attempts, conditions, how to check it: one paragraph each. */
function restOf({ verdict, signatures, steps, conditions }: Front, say: Say): SafeHtml {
  const { soak, waivers = [], contract, superseded = [], run, profile, evidence } = verdict;
  const { planned, completed } = steps;
  const [signature] = signatures;
  const ledgers = signatures.flatMap(({ ledger, attempts }) =>
    ledger === undefined ? [] : [say('in ledger', { origin: ledger.origin, count: attempts.length })],
  );
  const found = (values: Front['conditions']['drivers']): SafeHtml => {
    const [first, ...more] = values;
    if (first === undefined) return say('unknown');
    return html`${asIs(`${first[0]} (${first[1]})`)}${more.length === 0 ? undefined : html`, ${say('differ', { count: more.length + 1 })}`}`;
  };
  const command = (text: string): SafeHtml => html`<code dir="ltr">${text}</code>`;
  return html`<section><h2>${say('attempts')}</h2>
<p>${soak === undefined ? say('no soak') : say('soak', { nodes: soak.nodes, days: inDays(soak.nodeSeconds), failures: soak.failures.length, mean: inDays(soak.meanSeconds), percent: Math.round(100 * soak.confidence) })}</p>
<p>${say('steps', { planned, completed, others: planned - completed })} ${say('exceptions', { waivers: waivers.length, deviations: contract?.deviations.length ?? 0, superseded: superseded.length })} ${ledgers.length === 0 ? say('no ledger') : html`${ledgers}`}</p></section>
<section><h2>${say('conditions')}</h2>
<p>${say('inlet')} ${conditions.inlet === undefined ? say('unknown') : asIs(conditions.inlet)} · ${say('driver')} ${found(conditions.drivers)} · ${say('kernel')} ${found(conditions.kernels)} · ${say('clock')} ${conditions.clock === undefined ? say('unknown') : asIs(conditions.clock)}</p></section>
<section class="checks"><h2>${say('check')}</h2>
<p>${command(`assay verify ${run.id} --profile ${profile.id} --key signer.pub`)} ${say('by assay')}</p>
<p>${command(`cosign verify-blob-attestation --bundle ${signature?.bundle ?? anyBundle} --key signer.pub … manifest.json`)} ${command(opensslCommands[signature?.algorithm ?? 'ecdsa-p256'])} ${say('by others')}</p>
<p>${say('evidence')}: ${asIs(`sha256 ${(evidence.decisions?.sha256 ?? evidence.journals[0]?.head ?? '–').slice(0, 16)}…`)} · ${say('attests')} ${say('untranslated')}</p></section>
`;
}

/**
 * The report's only style sheet. System fonts, one column of matter with the headings in the margin, rules instead of
 * boxes. Colour repeats what a word and a mark say, so black and white loses nothing. All text colours have a contrast
 * of at least 4.5 with their ground in both schemes (test/browser/html.test.ts measures it).
 */
export const styleSheet = `
:root {
  color-scheme: light dark;
  --paper: #fdfcf9; --ink: #1b1a17; --soft: #5b5850; --rule: #dcd8ce; --strong-rule: #1b1a17; --tint: #f5f3ec;
  --good: #1c5f38; --bad: #a01c1c; --doubt: #7a4a00; --lost: #4b3f8f;
  --serif: ui-serif, "New York", "Iowan Old Style", Charter, "Bitstream Charter", "Palatino Linotype", Georgia, serif;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #151513; --ink: #ebe9e2; --soft: #aaa69a; --rule: #383630; --strong-rule: #8f8b80; --tint: #1e1d1a;
    --good: #8ccf9f; --bad: #ff9b8e; --doubt: #e6b768; --lost: #b9b0f5;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto; max-width: 76rem; padding: 3.5rem 2.5rem 4rem;
  background: var(--paper); color: var(--ink);
  font: 400 0.9375rem/1.55 var(--sans); font-variant-numeric: tabular-nums lining-nums;
  overflow-wrap: anywhere; hyphens: manual;
}
h1, h2, h3, h4, p, dl, dd, ul, ol { margin: 0; }
h1, h2, h3, h4 { font-weight: 600; line-height: 1.25; text-wrap: balance; }
p + p { margin-top: 0.5rem; }
a { color: inherit; }
code { font: 0.875em/1.5 var(--mono); }
small { display: block; font-weight: 400; font-size: 0.8125rem; line-height: 1.45; color: var(--soft); }
.note { font-size: 0.8125rem; line-height: 1.45; color: var(--soft); font-weight: 400; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

header { border-top: 3px solid var(--strong-rule); padding-top: 0.75rem; }
.maker { font-size: 0.8125rem; font-weight: 600; letter-spacing: 0.16em; text-transform: uppercase; }
h1 { margin-top: 2.25rem; font: 400 2rem/1.2 var(--serif); }
.promise { margin-top: 0.25rem; font-size: 1.1875rem; line-height: 1.35; text-wrap: balance; }
header .note { margin-top: 0.625rem; max-width: 46rem; }
.particulars { display: flex; flex-wrap: wrap; gap: 0.75rem 2.75rem; margin-top: 1.5rem; padding-top: 0.75rem; border-top: 1px solid var(--rule); }
dt, .lead { font-size: 0.8125rem; color: var(--soft); }
.part { margin-top: 0.75rem; }
.particulars dd { line-height: 1.4; }

.verdict { margin-top: 2.25rem; padding: 1.5rem 0 1.75rem; border-top: 1px solid var(--strong-rule); border-bottom: 1px solid var(--strong-rule); }
.verdict h2 { font: 400 3.25rem/1.1 var(--serif); letter-spacing: -0.01em; }
.verdict .mark { font-family: var(--sans); font-size: 0.62em; vertical-align: 0.12em; margin-right: 0.12em; }
.verdict.good h2 { color: var(--good); }
.verdict.bad h2 { color: var(--bad); }
.verdict.doubt h2 { color: var(--doubt); }
.verdict.lost h2 { color: var(--lost); }
.headline { margin-top: 0.75rem; font-size: 1.1875rem; line-height: 1.4; max-width: 52rem; }
.headline + p { margin-top: 0.375rem; color: var(--soft); }

main > section:not(.verdict) { display: grid; grid-template-columns: 12.5rem minmax(0, 1fr); column-gap: 2.5rem; padding: 2rem 0 2.25rem; border-bottom: 1px solid var(--rule); }
.heading h2 { font-size: 1.0625rem; }
.heading .note { margin-top: 0.375rem; }
.matter > * + * { margin-top: 1.25rem; }

span.word { white-space: nowrap; font-weight: 600; }
.word.good { color: var(--good); } .word.bad { color: var(--bad); } .word.doubt { color: var(--doubt); } .word.lost { color: var(--lost); } .word.none { color: var(--soft); font-weight: 400; }
.tag { display: inline-block; padding: 0 0.375rem; border: 1px solid var(--rule); border-radius: 2px; font-size: 0.75rem; line-height: 1.35; color: var(--soft); white-space: nowrap; font-weight: 400; vertical-align: 0.06em; }

.asset { display: grid; grid-template-columns: 4.25rem minmax(0, 1fr); column-gap: 1.5rem; }
.asset + .asset { margin-top: 2rem; padding-top: 2rem; border-top: 1px solid var(--rule); }
.letter { font: 400 3rem/4.1rem var(--serif); width: 4.25rem; height: 4.25rem; text-align: center; border: 1.5px solid currentColor; }
.asset h3 { font-size: 1.0625rem; }
.meaning { font-size: 1.0625rem; }
.asset .lead { margin-right: 0.375rem; }
.asset table { margin-top: 1rem; }
.asset table { table-layout: fixed; }
.asset th:nth-child(1) { width: 31%; } .asset th:nth-child(2) { width: 24%; }

table { width: 100%; border-collapse: collapse; font-size: 0.875rem; line-height: 1.45; }
th, td { padding: 0.5rem 1.25rem 0.5rem 0; text-align: left; vertical-align: top; font-weight: 400; border-bottom: 1px solid var(--rule); }
tr > :last-child { padding-right: 0; }
tbody tr:last-child > * { border-bottom: 0; }
thead th { padding-top: 0; font-size: 0.8125rem; color: var(--soft); border-bottom-color: var(--soft); white-space: nowrap; }
tbody th { min-width: 10rem; }
.number { text-align: right; }
.figure { white-space: nowrap; }
.blocks .group > th { padding-top: 1.25rem; font-weight: 600; unicode-bidi: isolate; }
b { unicode-bidi: isolate; }
.wide { width: 34%; }
#measurements tbody th { width: 34%; }
#measurements td.word { min-width: 6rem; }
#measurements small .figure { display: inline-block; }
.remark { margin-top: 0.125rem; color: var(--doubt); font-weight: 600; }
.compact { max-width: 22rem; }
.compact th, .compact td { padding-top: 0.3125rem; padding-bottom: 0.3125rem; }
.strip { display: block; margin-top: 0.2rem; overflow: visible; }
.strip .axis { stroke: var(--soft); fill: none; stroke-width: 1; }
.strip .median { stroke: var(--ink); fill: none; stroke-width: 1.25; }
.strip .dot { fill: none; stroke: var(--ink); stroke-width: 1.1; }

.tally { margin-top: 0.5rem; font: 400 1.75rem/1.25 var(--serif); }
.in-the-way { margin-top: 0.75rem; font-weight: 600; }
main > #map:not(.verdict) { grid-template-columns: minmax(0, 1fr); row-gap: 1rem; }
.legend { font-weight: 600; white-space: pre-wrap; }
.racks { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, var(--entry)), 1fr)); gap: 1.25rem 0.75rem; font-size: 0.8125rem; line-height: 1.5rem; }
.rack h3 { font-size: 0.8125rem; line-height: 1.5rem; border-bottom: 1px solid var(--soft); margin-bottom: 0.125rem; }
.rack li { display: grid; grid-template-columns: minmax(2.125rem, auto) minmax(0, 1fr); column-gap: 0.25rem; }
.slot { color: var(--soft); }
.node a { text-decoration: none; }
.node a:hover, .node a:focus-visible { text-decoration: underline; }
.node.good { color: var(--good); } .node.good a { color: var(--ink); }
.node.bad { color: var(--bad); font-weight: 700; } .node.doubt { color: var(--doubt); } .node.lost { color: var(--lost); font-weight: 600; }
.elsewhere { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, var(--entry)), 1fr)); gap: 0 1rem; font-size: 0.8125rem; line-height: 1.5rem; }
.standings > li + li { margin-top: 0.5rem; }
.zero { color: var(--soft); }
#conditions .wide { width: 64%; }
#trials .wide { width: 58%; }

.plain, .punch-list, .paths { list-style: none; padding: 0; }
.matter ul:not(.plain):not(.paths) { padding-left: 1.125rem; }
.punch-list { counter-reset: defect; }
.punch-list > li { position: relative; padding-left: 2.25rem; counter-increment: defect; }
.punch-list > li::before { content: counter(defect); position: absolute; left: 0; top: -0.2rem; font: 400 1.375rem/1.5 var(--serif); color: var(--soft); }
.punch-list > li + li { margin-top: 1.5rem; padding-top: 1.25rem; border-top: 1px solid var(--rule); }
.punch-list > li + li::before { top: 1.05rem; }
.punch-list p + p { margin-top: 0.25rem; }
.line { display: flex; flex-wrap: wrap; gap: 0 0.75rem; align-items: baseline; }
.owner { color: var(--soft); }
.action { font-weight: 600; }
.action .lead { font-weight: 400; }
.punch-list .lead { margin-right: 0.375rem; }
.punch-list details { margin-top: 0.375rem; font-size: 0.8125rem; }

summary { cursor: pointer; color: var(--ink); padding: 0.25rem 0; }
.punch-list summary { color: var(--soft); }
summary:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
details > * + table, details > * + dl, details > * + h3 { margin-top: 0.625rem; }
#cells details table { table-layout: fixed; }
#cells details th:nth-child(1) { width: 25%; } #cells details th:nth-child(2) { width: 15%; } #cells details th:nth-child(3) { width: 17%; } #cells details th:nth-child(4) { width: 18%; }
#cells details + details { border-top: 1px solid var(--rule); padding-top: 1rem; }

.group { font-size: 0.8125rem; }
.group + .facts { margin-top: 0.25rem; }
.facts > div, .digests > div { display: grid; grid-template-columns: minmax(0, 12rem) minmax(0, 1fr); column-gap: 1.25rem; padding: 0.0625rem 0; }
.facts dt, .digests dt { line-height: 1.5rem; }
.facts dd { font-size: 0.875rem; line-height: 1.5rem; }
.digests code { font-size: 0.75rem; }
.reasons { font-size: 0.875rem; line-height: 1.45; }
.reasons > div { display: grid; grid-template-columns: minmax(0, 46fr) minmax(0, 54fr); column-gap: 1.25rem; padding: 0.5rem 0; }
.reasons > div + div { border-top: 1px solid var(--rule); }
.reasons dt { grid-column: 1; font-size: inherit; color: inherit; }
.reasons dd { grid-column: 2; grid-row: 1 / span 40; }
.commands > div + div { margin-top: 0.75rem; }
.commands dt { color: var(--ink); padding: 0.375rem 0.625rem; background: var(--tint); }
.commands dd { margin-top: 0.25rem; font-size: 0.8125rem; color: var(--soft); }
footer { margin-top: 1.5rem; font-size: 0.8125rem; color: var(--soft); }

@media screen and (max-width: 72rem) {
  main > section:not(.verdict) { grid-template-columns: minmax(0, 1fr); row-gap: 1rem; }
}
@media screen and (max-width: 56rem) {
  .wide, #measurements tbody th, .figure, #cells details th:nth-child(n), .asset th:nth-child(n) { width: auto; white-space: normal; }
  .blocks td:has(.zero) { display: none !important; }
  #conditions .wide, #trials .wide { width: auto; }
  .blocks, .blocks tbody, .blocks tr, .blocks tbody th, .blocks td { display: block; }
  .blocks thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .blocks tbody tr { padding: 0.625rem 0; border-bottom: 1px solid var(--rule); }
  .blocks tbody tr:last-child { border-bottom: 0; }
  .blocks tbody th, .blocks td { padding: 0.125rem 0; border: 0; min-width: 0 !important; }
  .blocks tbody th { font-weight: 600; padding-bottom: 0.25rem; }
  .blocks td { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); column-gap: 0.75rem; align-items: baseline; text-align: left; }
  .blocks td::before { content: attr(data-label); font-size: 0.8125rem; color: var(--soft); }
}
@media screen and (max-width: 44rem) {
  .tally { font-size: 1.375rem; }
  body { padding: 1.5rem 1.125rem 2.5rem; }
  h1 { margin-top: 1.5rem; font-size: 1.625rem; }
  .promise { font-size: 1.0625rem; }
  .verdict h2 { font-size: 2.25rem; }
  .headline { font-size: 1.0625rem; }
  .particulars { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0.625rem 1rem; }
  .asset { grid-template-columns: 3rem minmax(0, 1fr); column-gap: 1rem; }
  .letter { font-size: 2rem; line-height: 2.9rem; width: 3rem; height: 3rem; }
  .asset table { margin-left: -4rem; width: calc(100% + 4rem); }
  .facts > div, .digests > div, .reasons > div { grid-template-columns: minmax(0, 1fr); }
  .facts > div, .digests > div { padding: 0.125rem 0; }
  .reasons dt { font-weight: 600; }
  .reasons dd { grid-column: 1; grid-row: auto; }
  .facts dt, .facts dd { line-height: 1.35; }
}
@media print {
  @page { margin: 16mm 15mm 18mm; }
  :root {
    color-scheme: light;
    --paper: #fff; --ink: #000; --soft: #3d3d3d; --rule: #bbb; --strong-rule: #000; --tint: #fff; --good: #000; --bad: #000; --doubt: #000; --lost: #000;
  }
  html { font-size: 9pt; }
  body { padding: 0; max-width: none; }
  main > section:not(.verdict) { display: block; padding: 5mm 0; }
  .heading { margin-bottom: 3mm; break-after: avoid; }
  h2, h3, h4, thead, summary { break-after: avoid; }
  tr, .punch-list > li, .asset > div > p, .verdict { break-inside: avoid; }
  .commands dt { padding: 0; }
  .racks { font-size: 0.77rem; gap: 1rem 0.5rem; }
  .rack, .standings > li { break-inside: avoid; }
  .node a { color: inherit; text-decoration: none; }
  /* Folded matter is printed too, where the browser lets a style sheet say so. */
  details::details-content { content-visibility: visible; display: block; block-size: auto; }
  tbody th details { display: none; }
  summary { list-style: none; }
  summary::-webkit-details-marker { display: none; }
}
`;

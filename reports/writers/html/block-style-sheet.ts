/** What only the report on a block needs, after the common sheet. Marks say what the colours repeat. */
export const blockStyleSheet = `
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
.node.bad { color: var(--bad); font-weight: 700; } .node.doubt { color: var(--doubt); font-weight: 600; }
.elsewhere { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, var(--entry)), 1fr)); gap: 0 1rem; font-size: 0.8125rem; line-height: 1.5rem; }
.standings > li + li { margin-top: 0.75rem; padding-top: 0.75rem; border-top: 1px solid var(--rule); }
.nothing { color: var(--soft); }
#cells .by-requirement table { table-layout: auto; }
#cells .by-requirement th:nth-child(n) { width: auto; }
#conditions details > table, #measurements details > table, #shown details > table { margin-top: 0.625rem; }
#conditions .wide { width: 64%; }
#trials .wide { width: 58%; }
@media screen and (max-width: 56rem) {
  .by-requirement .blocks td:has(.nothing) { display: none; }
  #conditions .wide, #trials .wide { width: auto; }
}
@media screen and (max-width: 44rem) {
  .tally { font-size: 1.375rem; }
}
@media print {
  .racks { font-size: 0.77rem; gap: 1rem 0.5rem; }
  .rack, .standings > li { break-inside: avoid; }
  .node a { color: inherit; text-decoration: none; }
}
`;

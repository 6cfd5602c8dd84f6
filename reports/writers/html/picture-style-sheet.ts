/** What pages with pictures have beside the style sheet of all pages. Marks and dashes say what colours repeat. */
export const pictureStyleSheet = `
.picture { display: block; overflow: visible; font: 400 11px/1 var(--sans); }
.picture.broad { width: 100%; max-width: 44rem; height: auto; font-size: 13px; }
.picture text { fill: var(--ink); }
.picture .soft { fill: var(--soft); }
.picture .grid { stroke: var(--rule); fill: none; }
.picture .floor { stroke: var(--ink); stroke-dasharray: 4 3; fill: none; }
.picture .line { stroke: var(--ink); fill: none; stroke-width: 1.5; }
.picture .end { fill: var(--paper); stroke: var(--ink); stroke-width: 1.5; }
.picture .dots { stroke: var(--soft); fill: none; stroke-width: 3.4; stroke-linecap: round; stroke-dasharray: 0 4; }
.picture .squares { fill: var(--soft); }
.picture .range { fill: var(--rule); opacity: 0.6; }
.picture .dash1 { stroke-dasharray: 6 3; } .picture .dash2 { stroke-dasharray: 2 3; } .picture .dash3 { stroke-dasharray: 8 3 2 3; }
.picture .good { stroke: var(--good); } .picture .bad { stroke: var(--bad); stroke-width: 2.5; } .picture .doubt { stroke: var(--doubt); }
.picture .squares.bad { fill: var(--paper); stroke-width: 1; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 18rem), 1fr)); gap: 1.5rem 1rem; }
figure { margin: 0; min-width: 0; font-size: 0.8125rem; line-height: 1.45; }
figure p + p { margin-top: 0; }
.frame { overflow-x: auto; overflow-y: hidden; padding: 0.375rem 0; }
figure.matrix { grid-column: 1 / -1; }
@media screen and (max-width: 44rem) {
  /* Its words would be too small to read; the table beside it says the same. */
  .picture.broad { display: none; }
}
@media print {
  figure { break-inside: avoid; }
  .frame { overflow: visible; } .frame .picture { max-width: 100%; height: auto; }
}
`;

/** The same for a report that is not about one run, with the table of a conversion. */
export const paperStyleSheet = `${pictureStyleSheet}
#assets td.word { min-width: 6rem; }
`;

/** What a report that is not about one run has beside the style sheet of all pages: pictures, and the table of a conversion. */
export const paperStyleSheet = `
.picture { display: block; width: 100%; max-width: 44rem; height: auto; overflow: visible; font: 400 13px/1 var(--sans); }
.picture text { fill: var(--ink); }
.picture .soft { fill: var(--soft); }
.picture .grid { stroke: var(--rule); fill: none; }
.picture .floor { stroke: var(--ink); stroke-dasharray: 4 3; fill: none; }
.picture .line { stroke: var(--ink); fill: none; stroke-width: 1.5; }
.picture .end { fill: var(--paper); stroke: var(--ink); stroke-width: 1.5; }
.picture .good { stroke: var(--good); } .picture .bad { stroke: var(--bad); stroke-width: 2.5; } .picture .doubt { stroke: var(--doubt); }
#assets td.word { min-width: 6rem; }
@media screen and (max-width: 44rem) {
  /* Its words would be too small to read; the table beside it says the same. */
  .picture { display: none; }
}
`;

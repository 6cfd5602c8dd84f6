/** What page one of a report of conformity has beside the style sheet of all pages. It reads in both directions. */
export const frontStyleSheet = `
.front .particulars { gap: 0.5rem 2rem; margin-top: 1rem; }
.front h1 { margin-top: 1rem; }
.front h2 { font-size: 1.0625rem; }
.front .verdict h2 { font: 400 2.5rem/1.15 var(--serif); }
.front .verdict { margin-top: 1.25rem; padding: 1rem 0; }
.front section:not(.verdict) { padding: 0.875rem 0; border-bottom: 1px solid var(--rule); }
.front section > h2 + * { margin-top: 0.375rem; }
.front section + section:not(.verdict) > p { max-width: none; }
.cabinets { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 8.5rem), 1fr)); gap: 0.5rem 0.75rem; font-size: 0.8125rem; line-height: 1.4; }
.cabinets h3 { font-size: 0.8125rem; border-bottom: 1px solid var(--soft); }
.cabinets ul { columns: 8.5rem; column-gap: 0.75rem; }
.cabinets a { text-decoration: none; }
.cabinets .bad { color: var(--bad); font-weight: 700; } .cabinets .good { color: var(--good); } .cabinets .doubt { color: var(--doubt); } .cabinets .lost { color: var(--lost); }
.front .legend span { margin-inline-end: 1rem; }
.front .defects { padding-inline-start: 1.5rem; }
.front .defects > li + li { margin-top: 0.5rem; }
.front .defects p + p { margin-top: 0.125rem; }
.front th, .front td { text-align: start; padding: 0.25rem 0; padding-inline-end: 0.75rem; }
.front .number { text-align: end; }
.front tbody th { min-width: 0; }
.front th small { display: inline; }
.front .table { overflow-x: auto; }
.front .checks code { display: block; overflow-wrap: anywhere; text-align: left; }
.front p + p { margin-top: 0.25rem; }
.end { margin-top: 1.5rem; text-align: center; }
@media screen and (max-width: 44rem) {
  .front .verdict h2 { font-size: 2rem; }
  .front table, .front tbody, .front tr, .front tbody th { display: block; }
  .front thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .front tbody tr { padding: 0.375rem 0; border-bottom: 1px solid var(--rule); }
  .front tbody th, .front tbody td { border: 0; padding: 0; }
  .front tbody td { display: inline-block; margin-inline-end: 0.75rem; white-space: nowrap; }
  .front td::before { content: attr(data-label) " "; font-size: 0.8125rem; color: var(--soft); }
  .front th small { display: block; }
}
`;

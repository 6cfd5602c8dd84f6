import { pictureStyleSheet } from '../writers/html/picture-style-sheet.ts';
import { styleSheet } from '../writers/html/style-sheet.ts';

/** The style sheet of the site: that of the reports, and what only a site has. Marks and numbers say what colours repeat. */
export const siteStyleSheet = `${styleSheet}${pictureStyleSheet}
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: 0.25rem; background: var(--paper); padding: 0.25rem 0.5rem; z-index: 1; }
body { padding-top: 1.5rem; }
header h1 { margin-top: 1rem; }
header .note + .note { margin-top: 0.125rem; }
nav ul { display: flex; flex-wrap: wrap; gap: 0 1.5rem; margin-top: 0.5rem; }
nav a { display: inline-block; padding: 0.25rem 0; text-decoration: none; }
nav a:hover { text-decoration: underline; }
nav a[aria-current] { border-bottom: 3px solid var(--strong-rule); font-weight: 600; }
:is(a, button, input, select, .frame):focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
.beside { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; margin-top: 0.75rem; }
.verdict { margin-top: 1rem; padding: 1rem 0 1.25rem; }
.verdict h2 { font-size: 2.25rem; }
.counts { display: flex; flex-wrap: wrap; gap: 0.5rem 2.5rem; margin-top: 0.75rem; }
.counts b { font: 400 1.75rem/1.25 var(--serif); display: block; }
.filter { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: center; padding: 1rem 0; border-bottom: 1px solid var(--rule); font-size: 0.875rem; }
.filter label { color: var(--soft); }
.filter :is(input, select, button) { font: inherit; color: var(--ink); background: var(--paper); border: 1px solid var(--soft); border-radius: 2px; padding: 0.25rem 0.5rem; max-width: 100%; }
.filter button { cursor: pointer; }
.picture .subject { stroke-width: 2; stroke-linecap: round; }
.nights .range { fill: var(--band); opacity: 1; }
:root { --band: #d9d4c6; --heat1: #f0dfb8; --heat2: #e8b48c; --heat3: #8c2318; --hatch: #6a6472; --ground: #e4e0ea; }
@media (prefers-color-scheme: dark) { :root { --band: #45423a; --heat1: #4a3d1c; --heat2: #74401f; --heat3: #ffb3a6; --hatch: #9a92a8; --ground: #2b2833; } }
.picture .since { stroke-width: 1.5; }
.figures { margin-bottom: 0.5rem; }
.commands code { overflow-wrap: anywhere; }
.events > li + li { margin-top: 1rem; padding-top: 1rem; border-top: 1px solid var(--rule); }
.events p + p { margin-top: 0.125rem; }
main > #map:not(.verdict) { grid-template-columns: minmax(0, 1fr); row-gap: 1rem; }
.frame { position: relative; }
.heat .rack th { padding-top: 0.5rem; font-weight: 600; }
.heat { width: auto; font-size: 0.6875rem; line-height: 1.2; border-collapse: separate; border-spacing: 1px; }
.heat th, .heat td { padding: 0.1875rem 0.1875rem; border: 0; white-space: nowrap; }
.heat tbody th { min-width: 0; position: sticky; left: 0; background: var(--paper); padding-right: 0.5rem; font-size: 0.75rem; }
.heat thead th { position: static; vertical-align: bottom; }
.heat .turned span { writing-mode: vertical-rl; transform: rotate(180deg); max-height: 14rem; }
.heat .turned a { text-decoration: none; }
.heat td { min-width: 2rem; text-align: center; background: var(--tint); color: var(--ink); }
.heat small { display: inline; font-size: 0.625rem; color: inherit; margin-left: 0.125rem; }
.heat .l1 { background: var(--heat1); } .heat .l2 { background: var(--heat2); font-weight: 700; } .heat .l3 { background: var(--heat3); color: var(--paper); font-weight: 700; }
:is(.heat, .legend) .gone { background: repeating-linear-gradient(45deg, var(--hatch) 0 2px, var(--ground) 2px 6px); color: var(--ink); }
.heat .gone b { background: var(--ground); font-weight: 400; padding: 0 0.125rem; border-radius: 50%; }
:is(.heat, .legend) .never { background: repeating-linear-gradient(45deg, var(--rule) 0 1px, var(--tint) 1px 6px); }
.heat .part { border-bottom: 3px dashed var(--hatch); }
.swatch { display: inline-block; width: 1.5rem; height: 0.875rem; vertical-align: -0.1rem; }
@media screen and (max-width: 44rem) {
  .verdict h2 { font-size: 1.75rem; }
  .counts { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0.5rem 1rem; }
}
@media print {
  :root { --band: #ddd; --heat1: #eee; --heat2: #ccc; --heat3: #333; --hatch: #000; --ground: #fff; }
  .heat td { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  nav, .filter, .skip, .beside { display: none; }
  .events > li { break-inside: avoid; }
}
`;

/** Arrow keys go to the view before and after, a slash to the search; a choice shows itself. What it does, links and buttons do too. */
export const keysScript = `'use strict';
addEventListener('keydown', (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest('input, select, textarea, .frame')) return;
  const rel = { ArrowLeft: 'prev', ArrowRight: 'next' }[event.key];
  if (rel !== undefined) document.querySelector('a[rel="' + rel + '"]')?.click();
  else if (event.key === '/') {
    const search = document.querySelector('input[type="search"]');
    if (search === null) return;
    search.focus();
    event.preventDefault();
  }
});
addEventListener('change', (event) => {
  if (event.target.matches('select')) event.target.form.requestSubmit();
});
`;

import { html } from '../writers/html/html.ts';
import type { SiteLink, SiteView } from './site-page.ts';
import { siteLink } from './site-page.ts';

/** A page for what is not there, or was asked for wrongly: what was expected and found, and what to do. */
export const refusalPage = (
  title: string,
  message: string,
  hint: string | SiteLink | undefined,
): SiteView => ({
  title,
  note: message,
  main: html`<section id="verdict" class="verdict lost"><p>${
    hint === undefined
      ? 'What there is stands in the navigation above.'
      : typeof hint === 'string'
        ? hint
        : html`Did you mean ${siteLink(hint.href, hint.text)}?`
  }</p></section>
`,
});

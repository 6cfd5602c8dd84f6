import { expect, it } from 'vitest';
import type { VerdictLookup } from '../../../../reports/verdict/verdict-lookup.ts';
import { createLookup } from '../../../../reports/verdict/verdict-lookup.ts';
import { renderHtml } from '../../../../reports/writers/html/render-html.ts';
import { renderMarkdown } from '../../../../reports/writers/markdown.ts';
import { renderTerminal } from '../../../../reports/writers/terminal.ts';
import { blockVerdict, vmVerdict } from '../../../support/judged-examples.ts';

const writers: Readonly<Record<string, (lookup: VerdictLookup) => string>> = {
  html: renderHtml,
  markdown: renderMarkdown,
  terminal: (lookup) => renderTerminal(lookup, { columns: 400, color: false }),
};

it.each(
  Object.keys(writers),
)('names in %s who vouched for load without a coordinator, also without a soak', (name) => {
  for (const verdict of [vmVerdict(), blockVerdict()]) {
    const by = { ...verdict, run: { ...verdict.run, unattended: 'Ada Night' } };
    expect(writers[name]?.(createLookup(by)).replaceAll(/\s+/g, ' ')).toContain('by the word of Ada Night.');
    expect(writers[name]?.(createLookup(verdict))).not.toContain('by the word of');
  }
});

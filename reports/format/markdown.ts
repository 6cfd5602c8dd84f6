import { cleanText } from '../text/clean-text.ts';

/**
 * Text from a document as literal Markdown: no markup, no HTML, no table cell end, and no link that a renderer
 * would make of a bare address.
 */
export function escapeMarkdown(text: string): string {
  return (
    cleanText(text)
      .replace(/[\\`*_{}[\]<>|#~&!$]/g, '\\$&')
      .replace(/:\/\//g, String.raw`:\/\/`)
      .replace(/www\./gi, (start) => `${start.slice(0, -1)}\\.`)
      // A mention notifies a stranger: an entity in between is shown as nothing and stops it.
      .replace(/@(?=\w)/g, '@&#8203;')
      .replace(
        /^(\s*)([-+=]|\d+[.)](?=\s|$))/,
        (_, indent: string, start: string) => `${indent}${start.slice(0, -1)}\\${start.slice(-1)}`,
      )
  );
}

/** A code span that no backtick inside can end; not for tables, where a bar would end the cell. */
export function markdownCode(text: string): string {
  const clean = cleanText(text);
  const longest = Math.max(0, ...[...clean.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `\`${clean}\`` : `${fence} ${clean} ${fence}`;
}

/** A table, or nothing without rows; its cells are Markdown already. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  if (rows.length === 0) return [];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

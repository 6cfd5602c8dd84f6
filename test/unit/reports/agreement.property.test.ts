import fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { renderJunit } from '../../../reports/writers/junit.ts';
import { renderMarkdown } from '../../../reports/writers/markdown.ts';
import { renderPunchList } from '../../../reports/writers/punch-list.ts';
import { renderTerminal } from '../../../reports/writers/terminal.ts';
import { selectNode } from '../../../reports/verdict/part-of-node.ts';
import { renderHtml } from '../../../reports/writers/html/render-html.ts';
import { validateVerdict } from '../../../reports/verdict/validate.ts';
import type { Conclusion, Verdict } from '../../../reports/verdict/verdict.ts';
import { blockVerdict, smallBlockVerdict } from '../../support/example-block.ts';
import {
  clusterVerdict,
  conformingVerdict,
  hostileVerdict,
  unreachedVerdict,
  vmVerdict,
} from '../../support/example-verdict.ts';
import { arbitraryBlockVerdict } from './arbitrary-block.ts';
import { arbitraryVerdict } from './arbitrary-verdict.ts';

const words: Readonly<Record<Conclusion, string>> = {
  pass: 'Conforms',
  fail: 'Does not conform',
  undecided: 'Not decided',
  unreached: 'Nothing was reached',
};
const blockWords: Readonly<Record<Conclusion, string>> = {
  pass: 'Block: conforms',
  fail: 'Block: not accepted',
  undecided: 'Block: not decided',
  unreached: 'Nothing was reached',
};
const exits: Readonly<Record<Conclusion, string>> = {
  pass: 'Exit code 0 (pass).',
  fail: 'Exit code 1 (fail).',
  undecided: 'Exit code 2 (undecided).',
  unreached: 'Exit code 3 (infrastructure).',
};

interface Junit {
  readonly testsuites: { readonly failures: string; readonly tests: string; readonly skipped: string };
}

function expectAgreement(verdict: Verdict): void {
  validateVerdict(verdict);
  const isBlock = (verdict.block?.nodes.length ?? 0) > 1;
  const word = (isBlock ? blockWords : words)[verdict.conclusion];
  const exit = exits[verdict.conclusion];
  const terminal = renderTerminal(verdict, { columns: 80, color: false }).replace(/\s+/g, ' ');
  expect(terminal).toContain(word.toUpperCase());
  expect(terminal).toContain(exit);
  const markdown = renderMarkdown(verdict);
  expect(markdown).toContain(` ${word}.**`);
  expect(markdown).toContain(exit);
  const page = renderHtml(verdict);
  expect(page).toContain(`<title>${word}: `);
  expect(page).toContain(exit);
  const junit = renderJunit(verdict);
  expect(junit).toContain(`<property name="conclusion" value="${verdict.conclusion}"/>`);
  expect(junit).toContain(`${word}. ${exit}`);
  // Red exactly when the verdict is not a pass.
  const { testsuites } = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '' }).parse(
    junit,
  ) as Junit;
  expect(Number(testsuites.failures) === 0).toBe(verdict.conclusion === 'pass');
  const { required, advisory } = verdict.counts;
  const open = required.fail + required.invalid + required.missing + required.inconclusive;
  expect(Number(testsuites.failures)).toBe(open === 0 && verdict.conclusion !== 'pass' ? 1 : open);
  expect(Number(testsuites.skipped)).toBe(
    advisory.fail +
      advisory.invalid +
      advisory.missing +
      advisory.inconclusive +
      advisory['not-applicable'] +
      required['not-applicable'],
  );
  // The same counts everywhere.
  const counts = `${required.fail} fail · ${required.invalid} invalid · ${required.missing} missing · ${required.inconclusive} inconclusive · ${required.pass} pass`;
  expect(terminal).toContain(counts);
  expect(markdown).toContain(counts);
  expect(page).toContain(
    `<td role="cell" data-label="Required" class="number"><div>${required.missing}</div></td>`,
  );
}

describe('the renderings of one verdict', () => {
  it('agree on verdict, exit code and counts whatever the document says', () => {
    fc.assert(fc.property(arbitraryVerdict, expectAgreement), { numRuns: 300 });
  });

  it('agree on a block, and on each of its nodes, whatever the document says', () => {
    fc.assert(
      fc.property(arbitraryBlockVerdict, (verdict) => {
        expectAgreement(verdict);
        for (const { id } of verdict.nodes.slice(0, 1)) expectAgreement(selectNode(verdict, id));
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ['vm', vmVerdict()],
    ['cluster', clusterVerdict()],
    ['conforming', conformingVerdict()],
    ['unreached', unreachedVerdict()],
    ['hostile', hostileVerdict()],
    ['block', blockVerdict()],
    ['small block', smallBlockVerdict()],
  ])('agree on the example %s', (_, verdict) => {
    expectAgreement(verdict);
  });

  it('never let a control, a bidi override or a lone surrogate through', () => {
    fc.assert(
      fc.property(fc.oneof(arbitraryVerdict, arbitraryBlockVerdict), (verdict) => {
        const texts = [
          renderHtml(verdict),
          renderMarkdown(verdict),
          renderJunit(verdict),
          renderTerminal(verdict, { columns: 80, color: false }),
          renderPunchList(verdict),
        ];
        for (const text of texts)
          expect(text.replace(/\r?\n/g, '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffe\uffff]/u);
      }),
      { numRuns: 150 },
    );
  });

  it('are the same text for the same document', () => {
    expect(renderHtml(clusterVerdict())).toBe(renderHtml(clusterVerdict()));
    expect(renderJunit(clusterVerdict())).toBe(renderJunit(clusterVerdict()));
  });
});

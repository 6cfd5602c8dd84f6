import fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { isUnmet } from '../../../../reports/verdict/algebra.ts';
import { nodeParts } from '../../../../reports/verdict/node-parts.ts';
import { validateVerdict } from '../../../../reports/verdict/validate.ts';
import type { Conclusion } from '../../../../reports/verdict/verdict.ts';
import { Verdict } from '../../../../reports/verdict/verdict.ts';
import { createLookup } from '../../../../reports/verdict/verdict-lookup.ts';
import { describeLetters } from '../../../../reports/verdict/words/asset-words.ts';
import { say } from '../../../../reports/verdict/words/say.ts';
import { plainScreen, writers } from '../../../../reports/writers/writers.ts';
import { readGoldens } from '../../../golden/golden.ts';
import { hostileStrings, hostileVerdict } from '../../../support/example-verdict.ts';
import {
  acceptedVerdict,
  blockVerdict,
  clusterVerdict,
  conformingVerdict,
  smallBlockVerdict,
  unreachedVerdict,
  vmVerdict,
} from '../../../support/judged-examples.ts';
import { arbitraryBlockVerdict } from '../arbitrary-block.ts';
import { arbitraryVerdict } from '../arbitrary-verdict.ts';

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
const exits: readonly string[] = [
  'Exit code 0 (pass).',
  'Exit code 1 (fail).',
  'Exit code 2 (undecided).',
  'Exit code 3 (infrastructure).',
  'Exit code 4 (evidence).',
];

/** A survey answers what its machines can be used for. */
const surveyWords = ({ assets }: Verdict): string =>
  assets.length === 1 ? describeLetters(assets[0]!) : `${assets.length} machines classified`;

interface Junit {
  readonly testsuites: { readonly failures: string; readonly tests: string; readonly skipped: string };
}

/** What each writer makes of a verdict, by its id. */
function renderAll(verdict: Verdict): Readonly<Record<string, string>> {
  const lookup = createLookup(verdict);
  return Object.fromEntries(writers.map(({ id, render }) => [id, render(lookup, plainScreen)]));
}

function expectAgreement(verdict: Verdict): void {
  const texts = renderAll(verdict);
  validateVerdict(verdict);
  const isBlock = (verdict.block?.nodes.length ?? 0) > 1;
  const isClassified = verdict.profile.id === 'survey' && verdict.conclusion !== 'unreached';
  const word = isClassified ? surveyWords(verdict) : (isBlock ? blockWords : words)[verdict.conclusion];
  const exit = exits[verdict.exitCode]!;
  const terminal = texts['terminal']!.replace(/\s+/g, ' ');
  expect(terminal).toContain(word.toUpperCase());
  expect(terminal).toContain(exit);
  const markdown = texts['markdown']!;
  expect(markdown).toContain(` ${word}.**`);
  expect(markdown).toContain(exit);
  const page = texts['html']!;
  expect(page).toContain(`<title>${word}: `);
  expect(page).toContain(exit);
  const junit = texts['junit']!;
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
      required['not-applicable'] +
      verdict.notShown.length,
  );
  // The same counts everywhere.
  const counts = `${required.fail} fail · ${required.invalid} invalid · ${required.missing} missing · ${required.inconclusive} inconclusive · ${required.pass} pass`;
  expect(terminal).toContain(counts);
  expect(markdown).toContain(counts);
  expect(page).toContain(
    `<td role="cell" data-label="Required" class="number"><div><span class="figure">${required.missing}</span></div></td>`,
  );
}

const goldens = Object.entries(readGoldens()).flatMap(([name, { 'verdict.json': text }]) =>
  text === undefined ? [] : [[name, Verdict.parse(JSON.parse(text))] as const],
);

/** All that a reader sees, without what a medium adds: escapes, tags, line ends. */
const seen = (text: string): string =>
  text
    .replace(/<[^>]*>/g, '')
    .replace(/&(amp|lt|gt|quot|#39|#96|apos|#8203);/g, '')
    .replace(/[\\&<>"'`\s]/g, '');

describe('the writers on a frozen run', () => {
  it.each(goldens)('agree on %s: verdict, counts, what is red and what has to be done', (_, verdict) => {
    expectAgreement(verdict);
    const { junit = '', ...texts } = renderAll(verdict);
    const red = [...junit.matchAll(/<testcase name="[^"]* \[([^"]*)\]" [^>]*>\s*<failure /g)].map(
      ([, id]) => id,
    );
    const unmet = verdict.cells.filter((cell) => cell.level === 'required' && isUnmet(cell));
    expect(red.toSorted()).toEqual(unmet.map(({ id }) => id).toSorted());
    for (const [id, text] of Object.entries(texts)) {
      for (const { symptom, action } of verdict.defects) {
        expect(seen(text), id).toContain(seen(say(symptom)));
        expect(seen(text), id).toContain(seen(say(action)));
      }
    }
  });
});

/** The same document with a hostile text before every sentence, title and name that a node or a file can fill. */
function poison<T>(value: T, evil: string): T {
  const free =
    /^(title|headline|reason|symptom|action|what|why|value|unknown|part|retest|source|meaning|tool|toolVersion|rack|slot|name|execution|invalid|text|label|found|expected|file|because|model|entry|serial)$/;
  const walk = (it: unknown, key: string): unknown => {
    if (typeof it === 'string') return free.test(key) ? `${evil}${it}` : it;
    if (Array.isArray(it)) return it.map((each) => walk(each, key));
    if (typeof it !== 'object' || it === null) return it;
    return Object.fromEntries(Object.entries(it).map(([name, each]) => [name, walk(each, name)]));
  };
  return walk(value, '') as T; // the same shape
}

describe('text from a node', () => {
  const shapes = (verdict: Verdict): Readonly<Record<string, unknown>> => {
    const { html = '', markdown = '', junit = '', terminal = '', ...texts } = renderAll(verdict);
    const lines = (text: string, start: RegExp): number =>
      text.split('\n').filter((line) => start.test(line)).length;
    return {
      tags: new Set([...html.matchAll(/<[^\s>]+/g)].map(([tag]) => tag)),
      links: new Set([...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, target]) => target)),
      headings: lines(markdown, /^#/),
      fences: lines(markdown, /^(```|---|<)/),
      // Fixed columns are indented: there, nothing is a mark.
      marks: markdown.replace(/^ {4}.*$|&#8203;|\\./gm, '').match(/[<>[\]*_`|#~]/g)?.length,
      suites: junit.match(/<(testsuite|testcase|failure|skipped|property) /g)?.length,
      rows: texts['punch-list']?.split('\r\n').length,
      sections: lines(terminal, /^[A-Z][A-Z ]+/),
    };
  };

  it.each(hostileStrings.filter((text) => text.length < 1000))('breaks out of no format: %j', (evil) => {
    for (const name of ['block-slow', 'nv-below', 'survey-good']) {
      const verdict = goldens.find(([each]) => each === name)![1];
      expect(shapes(poison(verdict, evil))).toEqual(shapes(verdict));
    }
  });
});

describe('the renderings of one verdict', () => {
  it('agree on verdict, exit code and counts whatever the document says', () => {
    fc.assert(fc.property(arbitraryVerdict, expectAgreement), { numRuns: 300 });
  });

  it('agree on a block, and on each of its nodes, whatever the document says', () => {
    fc.assert(
      fc.property(arbitraryBlockVerdict, (verdict) => {
        expectAgreement(verdict);
        for (const { id } of verdict.nodes.slice(0, 1)) expectAgreement(nodeParts(verdict)(id));
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ['vm', vmVerdict()],
    ['accepted', acceptedVerdict()],
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
        for (const text of Object.values(renderAll(verdict)))
          expect(text.replace(/\r?\n/g, '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffe\uffff]/u);
      }),
      { numRuns: 150 },
    );
  });

  it('are the same text for the same document', () => {
    expect(renderAll(clusterVerdict())).toEqual(renderAll(clusterVerdict()));
  });
});

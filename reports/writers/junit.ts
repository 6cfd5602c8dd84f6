import type { PageHead } from '../page/page.ts';
import { headOf } from '../page/page.ts';
import { cleanText } from '../text/clean-text.ts';
import { listedUnder } from '../verdict/algebra.ts';
import type { Cell } from '../verdict/cell.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { dimensionTitle } from '../verdict/words/dimension-title.ts';
import { formatLimit } from '../verdict/words/format-limit.ts';
import { formatObserved } from '../verdict/words/format-observed.ts';
import { say } from '../verdict/words/say.ts';
import { conclusionWords } from '../verdict/words/verdict-words.ts';

/** One testcase: `failure` turns the suite red, `skipped` is seen but does not, neither is met. */
interface Testcase {
  readonly name: string;
  readonly group: string;
  readonly outcome?: {
    readonly element: NonNullable<Element>;
    readonly type: string;
    readonly message: string;
    readonly lines: readonly string[];
  };
}

type Element = 'failure' | 'skipped' | undefined;

/** What becomes a testcase, and how that ends: of a quarter of a million the texts are never all there at once. */
interface Case {
  readonly element: Element;
  readonly write: () => Testcase;
}

interface Testsuite {
  readonly name: string;
  readonly cases: readonly Case[];
}

/**
 * JUnit XML: a suite for each node and one for the groups of a block, a testcase for each cell. A required cell that is not met fails, whatever the
 * word; an advisory one is skipped with its message, never silently passed. Red exactly when the verdict is not `pass`.
 */
export const renderJunit = (lookup: VerdictLookup): string => [...junitPieces(lookup)].join('');

/** The same, suite by suite: of a thousand nodes it is the largest of all reports. */
export function* junitPieces(lookup: VerdictLookup): Generator<string> {
  const { verdict } = lookup;
  const head = headOf(lookup);
  const suites = suitesOf(verdict);
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield `<testsuites ${attributes({ name: `Assay ${head.title}: ${head.promise}`, ...tally(suites.flatMap((suite) => suite.cases)) })}>\n`;
  for (const suite of suites) yield `${writeSuite(suite, verdict, head)}\n`;
  yield '</testsuites>\n';
}

function suitesOf(verdict: Verdict): readonly Testsuite[] {
  const { nodes, cells, block, notShown } = verdict;
  const ids = new Set(nodes.map((node) => node.id));
  // Pairs and groups of a block would be hundreds of suites of one testcase.
  const ofGroups = block === undefined ? [] : cells.filter((cell) => !ids.has(listedUnder(cell)));
  const names = new Set([...ids, ...(block === undefined ? cells.map(listedUnder) : [])]);
  const byNode = Map.groupBy(cells, listedUnder);
  const suites: Testsuite[] = [
    ...[...names].map((name) => ({
      name,
      cases: (byNode.get(name) ?? []).map(caseOf),
    })),
    ...(ofGroups.length === 0 ? [] : [{ name: 'groups', cases: ofGroups.map(caseOf) }]),
    ...(notShown.length === 0 ? [] : [{ name: 'not shown', cases: notShown.map(gapOf) }]),
  ];
  const isRed = suites.some((suite) => suite.cases.some(({ element }) => element === 'failure'));
  // Zero testcases, or none that fails, must not make an undecided or unreached run green.
  return isRed || verdict.conclusion === 'pass'
    ? suites
    : [...suites, { name: 'verdict', cases: [verdictCase(verdict)] }];
}

/** What was not shown is seen in every suite, and turns none red by itself: its cells do. */
const gapOf = ({ what, reason }: Verdict['notShown'][number]): Case => ({
  element: 'skipped',
  write: () => ({
    name: say(what),
    group: 'not shown',
    outcome: {
      element: 'skipped',
      type: 'not shown',
      message: `not shown: ${say(reason)}`,
      lines: [say(reason)],
    },
  }),
});

function verdictCase(verdict: Verdict): Case {
  const message = `${conclusionWords[verdict.conclusion]}: ${say(verdict.headline)}`;
  const outcome = { element: 'failure', type: verdict.conclusion, message, lines: [message] } as const;
  return { element: 'failure', write: () => ({ name: 'verdict', group: 'verdict', outcome }) };
}

const caseOf = (cell: Cell): Case => ({ element: elementOf(cell), write: () => testcaseOf(cell) });

function elementOf({ verdict, level }: Cell): Element {
  if (verdict === 'pass') return undefined;
  return level === 'required' && verdict !== 'not-applicable' ? 'failure' : 'skipped';
}

function testcaseOf(cell: Cell): Testcase {
  const testcase = {
    name: `${cell.title} [${cell.id}]`,
    group: `${listedUnder(cell)}.${cell.dimension} ${dimensionTitle(cell.dimension)}`,
  };
  const element = elementOf(cell);
  if (element === undefined) return testcase;
  const reason = say(cell.reason);
  const lines = [
    `${cell.level} ${cell.verdict}, owner: ${cell.owner}`,
    `expected: ${formatLimit(cell)}`,
    `found: ${formatObserved(cell)}`,
    `reason: ${reason}`,
    ...(cell.action === undefined ? [] : [`action: ${say(cell.action)}`]),
  ];
  return {
    ...testcase,
    outcome: {
      element,
      type: cell.verdict,
      message: `${element === 'failure' || cell.verdict === 'not-applicable' ? '' : `${cell.level} `}${cell.verdict}: ${reason}`,
      lines,
    },
  };
}

function writeSuite(suite: Testsuite, verdict: Verdict, { opening }: PageHead): string {
  const properties = {
    conclusion: verdict.conclusion,
    verdict: `${opening.words}. ${opening.exit}`,
    exitCode: String(verdict.exitCode),
    run: verdict.run.id,
    profile: `${verdict.profile.id} ${verdict.profile.version}`,
  };
  return [
    `  <testsuite ${attributes({ name: suite.name, ...tally(suite.cases), timestamp: verdict.run.startedAt.replace(/(\.\d+)?Z$/, '') })}>`,
    '    <properties>',
    ...Object.entries(properties).map(([name, value]) => `      <property ${attributes({ name, value })}/>`),
    '    </properties>',
    ...suite.cases.flatMap(({ write }) => testcaseLines(write())),
    '  </testsuite>',
  ].join('\n');
}

function testcaseLines({ name, group, outcome }: Testcase): readonly string[] {
  const start = `    <testcase ${attributes({ name, classname: group })}`;
  if (outcome === undefined) return [`${start}/>`];
  const { element, type, message, lines } = outcome;
  // JUnit's <skipped> has no type attribute: its message begins with the word.
  const described = attributes(element === 'failure' ? { type, message } : { message });
  return [
    `${start}>`,
    `      <${element} ${described}>${escapeXml(lines.map(cleanText).join('\n'))}</${element}>`,
    '    </testcase>',
  ];
}

function tally(cases: readonly Case[]): Readonly<Record<string, string>> {
  const count = (wanted: Element) => String(cases.filter(({ element }) => element === wanted).length);
  return {
    tests: String(cases.length),
    failures: count('failure'),
    errors: '0',
    skipped: count('skipped'),
  };
}

/** Attributes of an element, from texts that anybody may have written. */
export function attributes(values: Readonly<Record<string, string>>): string {
  let text = '';
  for (const [name, value] of Object.entries(values))
    text += `${text === '' ? '' : ' '}${name}="${plain.test(value) ? value : escapeXml(cleanText(value))}"`;
  return text;
}

/** Short and printable, with nothing to clean or escape: almost all values are. */
const plain = /^[ !#-%(-;=?-~]{0,1000}$/;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Printable, with nothing to escape: almost all texts are. */
const harmless = /^[ !#-%(-;=?-~]*$/;

/** Characters that XML 1.0 forbids are gone: `cleanText` has spelled them out. Line ends of our own stay. */
export const escapeXml = (text: string): string =>
  harmless.test(text) ? text : text.replace(/[&<>"']/g, (character) => entities[character] ?? character);

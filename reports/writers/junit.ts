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
    readonly element: 'failure' | 'skipped';
    readonly type: string;
    readonly message: string;
    readonly lines: readonly string[];
  };
}

interface Testsuite {
  readonly name: string;
  readonly testcases: readonly Testcase[];
}

/**
 * JUnit XML: a suite for each node and one for the groups of a block, a testcase for each cell. A required cell that is not met fails, whatever the
 * word; an advisory one is skipped with its message, never silently passed. Red exactly when the verdict is not `pass`.
 */
export function renderJunit(lookup: VerdictLookup): string {
  const { verdict } = lookup;
  const head = headOf(lookup);
  const suites = suitesOf(verdict);
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${attributes({ name: `Assay ${head.title}: ${head.promise}`, ...tally(suites.flatMap((suite) => suite.testcases)) })}>`,
    ...suites.flatMap((suite) => suiteLines(suite, verdict, head)),
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
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
      testcases: (byNode.get(name) ?? []).map(testcaseOf),
    })),
    ...(ofGroups.length === 0 ? [] : [{ name: 'groups', testcases: ofGroups.map(testcaseOf) }]),
    ...(notShown.length === 0 ? [] : [{ name: 'not shown', testcases: notShown.map(gapOf) }]),
  ];
  const isRed = suites.some((suite) =>
    suite.testcases.some((testcase) => testcase.outcome?.element === 'failure'),
  );
  // Zero testcases, or none that fails, must not make an undecided or unreached run green.
  return isRed || verdict.conclusion === 'pass'
    ? suites
    : [...suites, { name: 'verdict', testcases: [verdictTestcase(verdict)] }];
}

/** What was not shown is seen in every suite, and turns none red by itself: its cells do. */
const gapOf = ({ what, reason }: Verdict['notShown'][number]): Testcase => ({
  name: say(what),
  group: 'not shown',
  outcome: {
    element: 'skipped',
    type: 'not shown',
    message: `not shown: ${say(reason)}`,
    lines: [say(reason)],
  },
});

function verdictTestcase(verdict: Verdict): Testcase {
  const message = `${conclusionWords[verdict.conclusion]}: ${say(verdict.headline)}`;
  return {
    name: 'verdict',
    group: 'verdict',
    outcome: { element: 'failure', type: verdict.conclusion, message, lines: [message] },
  };
}

function testcaseOf(cell: Cell): Testcase {
  const testcase = {
    name: `${cell.title} [${cell.id}]`,
    group: `${listedUnder(cell)}.${cell.dimension} ${dimensionTitle(cell.dimension)}`,
  };
  if (cell.verdict === 'pass') return testcase;
  const reason = say(cell.reason);
  const isRequired = cell.level === 'required' && cell.verdict !== 'not-applicable';
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
      element: isRequired ? 'failure' : 'skipped',
      type: cell.verdict,
      message: `${isRequired || cell.verdict === 'not-applicable' ? '' : `${cell.level} `}${cell.verdict}: ${reason}`,
      lines,
    },
  };
}

function suiteLines(suite: Testsuite, verdict: Verdict, { opening }: PageHead): readonly string[] {
  const properties = {
    conclusion: verdict.conclusion,
    verdict: `${opening.words}. ${opening.exit}`,
    exitCode: String(verdict.exitCode),
    run: verdict.run.id,
    profile: `${verdict.profile.id} ${verdict.profile.version}`,
  };
  return [
    `  <testsuite ${attributes({ name: suite.name, ...tally(suite.testcases), timestamp: verdict.run.startedAt.replace(/(\.\d+)?Z$/, '') })}>`,
    '    <properties>',
    ...Object.entries(properties).map(([name, value]) => `      <property ${attributes({ name, value })}/>`),
    '    </properties>',
    ...suite.testcases.flatMap(testcaseLines),
    '  </testsuite>',
  ];
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

function tally(testcases: readonly Testcase[]): Readonly<Record<string, string>> {
  const count = (element: string) =>
    String(testcases.filter((testcase) => testcase.outcome?.element === element).length);
  return {
    tests: String(testcases.length),
    failures: count('failure'),
    errors: '0',
    skipped: count('skipped'),
  };
}

const attributes = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}="${escapeXml(cleanText(value))}"`)
    .join(' ');

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
const escapeXml = (text: string): string =>
  harmless.test(text) ? text : text.replace(/[&<>"']/g, (character) => entities[character] ?? character);

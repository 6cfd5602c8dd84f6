import { countCells, isUnmet } from '../../reports/verdict/algebra.ts';
import type { Cell } from '../../reports/verdict/cell.ts';
import type { Verdict } from '../../reports/verdict/verdict.ts';
import { nodeOf } from '../../workloads/kit/subject.ts';
import type { Statement, TestResult } from './statement.ts';

type Predicate = Statement['predicate'];

/** What a statement says of a verdict: everything in it that follows from the verdict alone. */
export type Conformity = Pick<
  Predicate,
  | 'result'
  | 'configuration'
  | 'passedTests'
  | 'warnedTests'
  | 'failedTests'
  | 'assay_schemaVersion'
  | 'assay_run'
  | 'assay_profile'
  | 'assay_title'
  | 'assay_kind'
  | 'assay_conclusion'
  | 'assay_measuredBy'
  | 'assay_judgedBy'
  | 'assay_testedAt'
  | 'assay_expires'
  | 'assay_counts'
  | 'assay_states'
  | 'assay_waivers'
>;

/** How long a report stands: what others give (NVIDIA's Exemplar programme), from the day of the test and not of the signature. */
const validMonths = 12;

/**
 * What is stated of a verdict, of one node or of a block. A test of a node is a cell; of a block it is a node, or a requirement
 * on what its nodes do together. Nothing passes that was not shown: missing, invalid and inconclusive have failed.
 */
export function conformityOf(verdict: Verdict): Conformity {
  const { run, profile, conclusion, evidence, waivers } = verdict;
  const isBlock = verdict.block !== undefined && verdict.block.whole === undefined;
  const { passed, warned, failed } = isBlock ? testsOfBlock(verdict) : testsOfCells(verdict.cells);
  if (passed.length === 0 && failed.size === 0) failed.set('nothing-required', 'missing');
  if (conclusion !== 'pass' && failed.size === 0)
    failed.set('conclusion', conclusion === 'fail' ? 'fail' : 'undecided');
  const result = resultOf(conclusion === 'pass' && failed.size === 0, warned.length);
  return {
    result,
    configuration: evidence.inputs.map(({ path, sha256 }) => ({ name: path, digest: { sha256 } })),
    passedTests: passed,
    warnedTests: warned,
    failedTests: [...failed.keys()],
    assay_schemaVersion: 1,
    assay_run: run.id,
    assay_profile: profile.id,
    assay_title: `${profile.title} (${profile.id} ${profile.version})`,
    assay_kind: verdict.kind,
    assay_conclusion: conclusion,
    assay_measuredBy: run.assay,
    assay_judgedBy: verdict.assay,
    assay_testedAt: run.startedAt,
    ...(result === 'FAILED' ? {} : { assay_expires: monthsAfter(run.startedAt, validMonths) }),
    assay_counts: {
      required: countCells(verdict.cells, 'required'),
      advisory: countCells(verdict.cells, 'advisory'),
    },
    assay_states: Object.fromEntries(
      [...failed].flatMap(([test, state]) => (state === 'fail' ? [] : [[test, state]])),
    ),
    ...(waivers === undefined ? {} : { assay_waivers: waivers.map(({ unmatched: _, ...waiver }) => waiver) }),
  };
}

type State = Predicate['assay_states'][string] | 'fail';

interface Tests {
  readonly passed: string[];
  readonly warned: string[];
  readonly failed: Map<string, State>;
}

const resultOf = (isMet: boolean, warned: number): TestResult =>
  isMet ? (warned === 0 ? 'PASSED' : 'WARNED') : 'FAILED';

function testsOfCells(cells: readonly Cell[]): Tests {
  const tests: Tests = { passed: [], warned: [], failed: new Map() };
  for (const cell of cells) {
    if (cell.verdict === 'not-applicable') continue;
    if (cell.level === 'advisory') {
      if (isUnmet(cell)) tests.warned.push(cell.id);
    } else if (cell.verdict === 'pass') tests.passed.push(cell.id);
    else tests.failed.set(cell.id, cell.verdict);
  }
  return tests;
}

/** Cells of a thousand nodes are a quarter of a million: they stand in the statements on the nodes. */
function testsOfBlock({ block, cells }: Verdict): Tests {
  const tests: Tests = { passed: [], warned: [], failed: new Map() };
  for (const { id, conclusion } of block?.nodes ?? []) {
    if (conclusion === 'pass') tests.passed.push(`node ${id}`);
    else tests.failed.set(`node ${id}`, conclusion);
  }
  const together = Map.groupBy(
    cells.filter(({ subject }) => nodeOf(subject) === undefined),
    ({ requirement, level }) => `${level === 'advisory' ? 'advisory ' : ''}together ${requirement}`,
  );
  for (const [test, members] of together) {
    const of = testsOfCells(members);
    const [worst] = [...of.failed.values()].toSorted((a, b) => gravest.indexOf(a) - gravest.indexOf(b));
    if (worst !== undefined) tests.failed.set(test, worst);
    else if (of.warned.length > 0) tests.warned.push(test);
    else if (of.passed.length > 0) tests.passed.push(test);
  }
  const unmet = cells.find(
    (cell) => cell.level === 'advisory' && isUnmet(cell) && nodeOf(cell.subject) !== undefined,
  );
  if (unmet !== undefined) tests.warned.push('advisory on nodes');
  return tests;
}

const gravest: readonly State[] = ['fail', 'invalid', 'missing', 'inconclusive', 'undecided', 'unreached'];

/** The same day and time so many months later; the last day of a month that is shorter. */
export function monthsAfter(iso: string, months: number): string {
  const date = new Date(iso);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return date.toISOString();
}

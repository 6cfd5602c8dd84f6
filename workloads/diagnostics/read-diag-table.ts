import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';
import type { DiagAnswer, TestResult } from './read-diag.ts';

const ruler = '+---------------------------+------------------------------------------------+';
const opening = [
  'Successfully ran diagnostic for group.',
  ruler,
  '| Diagnostic                | Result                                         |',
  '+===========================+================================================+',
];
const section = /^[|+]-----  (Metadata|Deployment|Integration|Hardware|Stress)  -{4,}\+-{48}[|+]$/;
const cells = /^\| (.{25}) \| (.{46}) \|$/;
/** Of the machine, and of the run: nothing of it is a result. */
const metadata =
  /^(?:DCGM Version|Driver Version Detected|\w{1,12} Device IDs Detected|Number of CPUs Detected|(?:CPU )?EUD Test Version)$/;
/** What DCGM says beside a result, of the machine or of one part of it. */
const message = /^(?:Error|Warning|Info)(?:: \w{1,12}\d{1,4})?$/;
type Status = TestResult['status'];

interface Row {
  readonly label: string;
  readonly value: string;
  /** From 1. */
  readonly line: number;
}

/**
 * Reads the table that `dcgmi diag` prints without `-j` (dcgmi/Diag.cpp), from its first line to its last: of DCGM 4 a row for each GPU of
 * each test, of DCGM 3 the GPUs of each outcome in a row, or `All`, which says how many and not which. Pointers are numbers of lines.
 */
export function readDiagTable(printed: string): Result<DiagAnswer> {
  const lines = printed.split('\n');
  const end = lines.indexOf(ruler, opening.length);
  if (opening.some((line, index) => lines[index] !== line) || end === -1)
    return err(
      'dcgmi diag: expected a whole table that begins with `Successfully ran diagnostic for group.`',
    );
  if (lines.slice(end + 1).some((line) => line !== ''))
    return err('dcgmi diag: expected nothing behind the table');
  const rows: Row[] = [];
  for (const [index, text] of lines.slice(opening.length, end).entries()) {
    const line = opening.length + index + 1;
    const [, label, value] = cells.exec(text) ?? [];
    if (label !== undefined && value !== undefined)
      rows.push({ label: label.trimEnd(), value: value.trimEnd(), line });
    else if (!section.test(text)) return err(`dcgmi diag: line ${line}: expected a row of the table`);
    else if (!cells.test(lines[line] ?? ''))
      return err(`dcgmi diag: line ${line}: expected rows below a heading`);
  }
  const about = new Map(
    rows.filter(({ label }) => metadata.test(label)).map(({ label, value }) => [label, value]),
  );
  const version = about.get('DCGM Version');
  const major = Number(/^(\d{1,3})\./.exec(version ?? '')?.[1]);
  const count =
    about
      .get('GPU Device IDs Detected')
      ?.split(/, ?/)
      .filter((id) => /^[0-9a-f]{4}$/.test(id)).length ?? 0;
  if (!(major >= 3) || count === 0)
    return err('dcgmi diag: expected the version of DCGM and the ids of the GPUs above the tests');
  const tests = testsOf(rows, major, count);
  if (!tests.ok) return err(`dcgmi diag: ${tests.error}`);
  const names = tests.value.map(({ name }) => name);
  if (new Set(names).size < names.length) return err('dcgmi diag: expected every test once');
  const told = new Set(tests.value.flatMap(({ results }) => results.flatMap(({ gpu }) => gpu ?? [])));
  if (told.size !== count) return err(`dcgmi diag: expected results of ${count} GPUs, got ${told.size}`);
  const gpus = major >= 4 ? [...told].toSorted((a, b) => a - b) : undefined;
  return ok({ version, gpus, tests: tests.value });
}

function testsOf(rows: readonly Row[], major: number, count: number): Result<DiagAnswer['tests']> {
  const tests: { readonly name: string; readonly results: TestResult[]; readonly summary: Row }[] = [];
  let isMessage = false;
  for (const row of rows) {
    if (metadata.test(row.label)) {
      if (tests.length > 0) return err(`line ${row.line}: expected a test, got ${row.label}`);
      continue;
    }
    const test = tests.at(-1);
    if (message.test(row.label)) {
      if (test === undefined) return err(`line ${row.line}: expected a test above what is said of it`);
      isMessage = true;
      continue;
    }
    if (row.label === '') {
      const results = (major >= 4 ? resultOf4(row) : resultsOf3(row, count)) ?? [];
      if (test === undefined || (results.length === 0 && !isMessage))
        return err(`line ${row.line}: expected a result, got \`${row.value}\``);
      test.results.push(...results);
      if (results.length > 0) isMessage = false;
      continue;
    }
    if (!/^[\w .\-/]{1,25}$/.test(row.label)) return err(`line ${row.line}: expected the name of a test`);
    const results = major >= 4 ? [] : resultsOf3(row, count);
    if (results === undefined || (major >= 4 && statusOf(row.value) === undefined))
      return err(`line ${row.line}: expected a result, got \`${row.value}\``);
    isMessage = false;
    tests.push({ name: row.label, results: [...results], summary: row });
  }
  return ok(
    tests.map(({ name, results, summary }) => {
      // In DCGM 4 it repeats the worst of its results; only what none of them says is a result of its own.
      const worst = statusOf(summary.value) ?? 'Skip';
      const isTold = major < 4 || results.some(({ status }) => status === worst);
      const all = isTold
        ? results
        : [...results, { gpu: undefined, status: worst, errors: [], pointer: `${summary.line}` }];
      return { name, results: all.toSorted((a, b) => (a.gpu ?? -1) - (b.gpu ?? -1)) };
    }),
  );
}

/** A test that was not run has no word. */
const statusOf = (text: string): Status | undefined =>
  text === '' ? 'Skip' : (['Pass', 'Fail', 'Skip', 'Warn'] as const).find((status) => status === text);

/** `GPU0: Pass`; of a CPU or a switch it is a result of the machine. */
function resultOf4({ value, line }: Row): readonly TestResult[] | undefined {
  const [, of, number, text] = /^([A-Za-z]{2,12})(\d{1,4}): (\w{0,4})$/.exec(value) ?? [];
  const status = text === undefined ? undefined : statusOf(text);
  return status === undefined
    ? undefined
    : [{ gpu: of === 'GPU' ? Number(number) : undefined, status, errors: [], pointer: `${line}` }];
}

/** `Pass`, `Pass - All`, `Fail - GPU: 1`, `Pass - GPUs: 0, 2, 3`. */
function resultsOf3({ value, line }: Row, count: number): readonly TestResult[] | undefined {
  const [, text = '', of] =
    /^(Pass|Fail|Skip|Warn)(?: - (All|GPUs?: \d{1,3}(?:, \d{1,3})*))?$/.exec(value) ?? [];
  const status = text === '' ? undefined : statusOf(text);
  if (status === undefined) return undefined;
  const gpus =
    of === undefined
      ? [undefined]
      : of === 'All'
        ? Array.from({ length: count }, (_, index) => index)
        : of
            .replace(/^GPUs?: /, '')
            .split(', ')
            .map(Number);
  return gpus.map((gpu) => ({ gpu, status, errors: [], pointer: `${line}` }));
}

import { join, relative } from 'node:path';
import type { Verdict } from '../../reports/verdict/verdict.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import type { KnownRun } from '../store/known-runs.ts';
import type { CliContext } from './command.ts';
import { defineCommand } from './command.ts';

/** One run as it is listed. */
interface Row {
  readonly id: string | undefined;
  readonly path: string;
  readonly startedAt: string | undefined;
  readonly profile: string | undefined;
  readonly targets: readonly string[];
  /** `judged`; `not judged` where it did not end, or its reports lie elsewhere; `damaged` with the code. */
  readonly state: string;
  readonly verdict: { readonly words: string; readonly exitCode: number } | undefined;
}

/** `assay runs`: the runs that somebody has at hand, the newest first. */
export const runsCommand = defineCommand({
  command: 'runs',
  describe: 'List your runs: those in assay-runs/ here, and those that you started elsewhere with --out',
  examples: [
    ['runs', 'the newest first; each command takes `latest` for that one'],
    ['runs --json', 'as a document'],
  ],
  builder: (argv) => argv.option('json', { type: 'boolean', default: false, describe: 'Print as JSON' }),
  run: async ({ json }, context) => {
    const { runsFolder } = await import('../store/run-directory.ts');
    const { listRuns } = await import('../store/known-runs.ts');
    const { escapeJson } = await import('../../reports/text/clean-text.ts');
    const { workingDirectory, stateHome } = context.environment;
    const rows: Row[] = [];
    for (const known of await listRuns(stateHome, join(workingDirectory, runsFolder)))
      rows.push(await describe(known));
    if (json) context.out.write(`${escapeJson(JSON.stringify(rows, undefined, 1))}\n`);
    else await print(rows, context);
    return exitCodes.pass;
  },
});

async function describe(known: KnownRun): Promise<Row> {
  const { path } = known;
  if ('fault' in known)
    return {
      id: undefined,
      path,
      startedAt: undefined,
      profile: undefined,
      targets: [],
      state: `cannot be read: ${known.fault.code}`,
      verdict: undefined,
    };
  const { readVerdict } = await import('../run/conclude-run.ts');
  const { Inventory } = await import('../config/inventory.ts');
  const { inputNames, runPaths } = await import('../store/run-directory.ts');
  const { ReportFolder } = await import('../store/report-folder.ts');
  const { AssayError } = await import('../../workloads/kit/assay-error.ts');
  const { run } = known;
  const { id, startedAt, profile } = run.header;
  const { nodes } = await run.readDocument(Inventory, `${runPaths.inputs}/${inputNames.inventory}`);
  const targets = nodes.map(({ name }) => name);
  const read = async (): Promise<Pick<Row, 'state' | 'verdict'>> => {
    try {
      const verdict = await readVerdict(await ReportFolder.open(run), run, profile);
      return verdict === undefined
        ? { state: 'not judged', verdict: undefined }
        : { state: 'judged', verdict: { words: await wordsOf(verdict), exitCode: verdict.exitCode } };
    } catch (cause) {
      return { state: `cannot be read: ${AssayError.from(cause).code}`, verdict: undefined };
    }
  };
  return { id, path, startedAt, profile, targets, ...(await read()) };
}

async function wordsOf(verdict: Verdict): Promise<string> {
  const { createLookup } = await import('../../reports/verdict/verdict-lookup.ts');
  const { renderLine } = await import('../../reports/writers/one-line.ts');
  return renderLine(createLookup(verdict));
}

async function print(rows: readonly Row[], { environment, out, err, now }: CliContext): Promise<void> {
  const { cleanText } = await import('../../reports/text/clean-text.ts');
  const { foldNames } = await import('../../reports/verdict/words/fold-names.ts');
  if (rows.length === 0) {
    err.write('no runs yet. Measure something: assay survey local\n');
    return;
  }
  for (const [place, { id, path, startedAt, profile, targets, state, verdict }] of rows.entries()) {
    const age = startedAt === undefined ? '' : `, ${ageOf(now().getTime() - Date.parse(startedAt))} ago`;
    const lines = [
      `${id ?? '–'}  ${verdict?.words ?? state}${place === 0 && id !== undefined ? '  (latest)' : ''}`,
      ...(profile === undefined ? [] : [`  ${profile} of ${foldNames(targets)}${age}`]),
      `  ${relative(environment.workingDirectory, path) || '.'}`,
    ];
    out.write(`${lines.map(cleanText).join('\n')}\n`);
  }
}

/** How long ago, in the one unit that says enough. A clock that was set back makes it nothing. */
function ageOf(milliseconds: number): string {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  if (minutes < 120) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / (24 * 60))} days`;
}

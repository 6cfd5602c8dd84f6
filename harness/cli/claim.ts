import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { asExitCode } from '../../workloads/kit/error-code.ts';
import type { Contract } from '../config/contract.ts';
import type { NightWindow } from '../history/find-machine.ts';
import type { History } from '../history/history.ts';
import type { ReadLedger } from '../store/ledger.ts';
import type { ClaimMaterial } from './claim-document.ts';
import type { CliContext } from './command.ts';
import { defineCommand } from './command.ts';

/** `assay claim <node>`: what a customer claims with against a contract, for one machine and a window of nights. */
export const claimCommand = defineCommand({
  command: 'claim <node>',
  describe:
    'Make the claim against a contract for one machine: its nights, runs, events, repairs and gaps, digests of the evidence, and what is not shown. Exit codes: 0 a breach is shown by runs that count, 1 none is shown, 2 it cannot be decided (docs/evidence.md)',
  examples: [
    [
      'claim gpu007 --from 2026-10-01 --to 2026-10-31 --contract hall3-contract.yaml',
      'as Markdown, on standard output',
    ],
    [
      'claim gpu007 --from 2026-10-01 --to 2026-10-31 --contract hall3-contract.yaml --runs /archive/runs --out claim',
      'with runs that lie elsewhere; claim.json and claim.md in a folder',
    ],
  ],
  lists: ['runs'],
  builder: (argv) =>
    argv
      .positional('node', {
        type: 'string',
        demandOption: true,
        describe: 'The machine, by its serial number or its name in the index of nights',
      })
      .options({
        from: { type: 'string', demandOption: true, describe: 'First night, YYYY-MM-DD' },
        to: { type: 'string', demandOption: true, describe: 'Last night, YYYY-MM-DD' },
      })
      .option('contract', {
        type: 'string',
        demandOption: true,
        describe: 'Contract to claim against (docs/contract.md)',
      })
      .option('runs', {
        type: 'string',
        array: true,
        describe: 'Folders of runs (default: assay-runs/; those that you started elsewhere are found, too)',
      })
      .option('database', {
        type: 'string',
        describe: "The index of nights (default: ASSAY_DATABASE_URL, else this user's)",
      })
      .option('ledger', { type: 'string', describe: "Copy of a ledger (default: this user's)" })
      .option('out', {
        type: 'string',
        describe: 'Folder for claim.json and claim.md (nothing is written without)',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print as a document' }),
  run: async (args, context) => {
    const { environment, out } = context;
    const { escapeJson } = await import('../../reports/text/clean-text.ts');
    const { claimMarkdown } = await import('../../reports/writers/claim-markdown.ts');
    const { sha256 } = await import('../../agents/protocol/chain.ts');
    const { Contract } = await import('../config/contract.ts');
    const { loadSource } = await import('../config/load-source.ts');
    const { readConfig } = await import('../config/read-config.ts');
    const { openLedger } = await import('../run/ledger-place.ts');
    const { ledgerFolder } = await import('../store/ledger.ts');
    const { jsonPieces } = await import('../store/read-document.ts');
    const { claimDocument } = await import('./claim-document.ts');
    const { requireFree, writePapers } = await import('./write-papers.ts');
    const at = (path: string): string => resolve(environment.workingDirectory, path);
    const window = await readNights(args.from, args.to);
    const source = await loadSource(at(args.contract));
    const contract = readConfig(Contract, source);
    if (contract.limits.length === 0)
      throw new AssayError(
        'CONFIG_INVALID',
        `${source.file}: limits: expected a number to claim by, got none`,
        {
          hint: 'A claim is about what a contract states.',
        },
      );
    if (args.out !== undefined) requireFree(at(args.out), ['claim.json', 'claim.md']);
    const ledger = openLedger(
      args.ledger === undefined ? ledgerFolder(environment.stateHome) : at(args.ledger),
    );
    const history = await openIndex(context, args.database);
    try {
      const folders = (args.runs ?? ['assay-runs']).map(at);
      const missing = args.runs === undefined ? undefined : folders.find((each) => !existsSync(each));
      if (missing !== undefined)
        throw new AssayError('USAGE', `--runs: expected a folder of runs, found none at ${missing}`, {
          hint: 'Name the folder in which the directories of runs lie.',
        });
      const claim = claimDocument({
        ...(await gather(history, args.node, { window, contract, folders, ledger }, context)),
        contractDigest: sha256(source.text),
      });
      const json = [...jsonPieces(claim)].join('');
      const markdown = claimMarkdown(claim);
      if (args.out !== undefined)
        await writePapers(
          at(args.out),
          new Map([
            ['claim.json', json],
            ['claim.md', markdown],
          ]),
        );
      if (args.json) out.write(escapeJson(json));
      else if (args.out === undefined) out.write(markdown);
      else out.write(`${join(args.out, 'claim.md')}: ${claim.conclusion}. Exit code ${claim.exitCode}.\n`);
      return asExitCode(claim.exitCode);
    } finally {
      await history.close();
    }
  },
});

/** Three years: nobody claims for longer. */
const mostNights = 1100;

/** Both nights of a window. Throws USAGE. */
async function readNights(from: string, to: string): Promise<NightWindow> {
  const { dateOf, nightOfDate } = await import('../../reports/verdict/words/night-words.ts');
  const [first, last] = Object.entries({ from, to }).map(([option, text]) => {
    const night = /^\d{4}-\d{2}-\d{2}$/.test(text) ? nightOfDate(text) : Number.NaN;
    // The 31st of a month that has 30 days is another day.
    if (Number.isNaN(night) || dateOf(night) !== text)
      throw new AssayError(
        'USAGE',
        `expected --${option} with a date as 2026-10-31, got \`${text.slice(0, 40)}\``,
        { hint: 'Nights are dates at the site.' },
      );
    return night;
  }) as [number, number]; // one for each
  if (first > last)
    throw new AssayError('USAGE', `expected --from before --to, got ${from} and ${to}`, {
      hint: 'Give the first night, then the last.',
    });
  if (last - first >= mostNights)
    throw new AssayError('USAGE', `expected at most ${mostNights} nights, got ${last - first + 1}`, {
      hint: 'Make a claim for each year.',
    });
  return { from: first, to: last };
}

/** The index of nights, which has to be there. */
async function openIndex({ environment }: CliContext, database: string | undefined): Promise<History> {
  const { isPostgres } = await import('../history/place.ts');
  const { historyPath, historyPlace, openHistory } = await import('./open-history.ts');
  const place = await historyPath(environment.stateHome, historyPlace(environment, database));
  if (!isPostgres(place) && !existsSync(place))
    throw new AssayError('HISTORY_UNUSABLE', `expected an index of nights, found none at ${place}`, {
      hint: 'assay history add RUN.. makes one.',
    });
  return openHistory(environment.stateHome, place, undefined);
}

/** Reads all that is known of a machine in a window. Throws what is wrong with the contract where no run can be judged by it. */
async function gather(
  history: History,
  node: string,
  given: {
    readonly window: NightWindow;
    readonly contract: Contract;
    readonly folders: readonly string[];
    readonly ledger: ReadLedger;
  },
  { environment, now, err }: CliContext,
): Promise<Omit<ClaimMaterial, 'contractDigest'>> {
  const { dateOf } = await import('../../reports/verdict/words/night-words.ts');
  const { loadRegistry } = await import('../../workloads/registry.ts');
  const { findMachine, isWithin } = await import('../history/find-machine.ts');
  const { machineOf, wordsOf } = await import('../history/judge-nights.ts');
  const { nightOf } = await import('../history/run-rows.ts');
  const { assayVersion } = await import('../version.ts');
  const { findRuns, readClaimRun } = await import('./claim-runs.ts');
  const { window, contract, folders, ledger } = given;
  const { zone } = history;
  const at = now().toISOString();
  const today = nightOf(at, zone);
  if (window.to > today)
    throw new AssayError(
      'USAGE',
      `expected nights that were, until ${dateOf(today)}, got ${dateOf(window.to)}`,
      {
        hint: 'What has not been shows nothing.',
      },
    );
  const machine = findMachine(node, await history.attendance(), window);
  const owns = (subject: string): boolean => [machine.machine, ...machine.names].includes(machineOf(subject));
  const imported: ClaimMaterial['imported'] = [];
  const kinds = new Set<string>();
  const { events } = await history.judge((members) => {
    for (const { row, nights } of members) {
      if (!owns(row.subject)) continue;
      if (row.tool !== 'imported') kinds.add(row.kind);
      const those = nights.filter(({ night }) => row.tool === 'imported' && isWithin(window, night));
      if (those.length > 0)
        imported.push({
          series: wordsOf(row),
          unit: row.unit,
          nights: those.map(({ night, value }) => ({ night: dateOf(night), value })),
        });
    }
    return Promise.resolve();
  });
  const runs = new Map((await history.runs()).map((run) => [run.id, run]));
  const here = await findRuns(environment.stateHome, folders, new Set(machine.rows.map(({ run }) => run)));
  const registry = await loadRegistry();
  const found = new Map<string, Awaited<ReturnType<typeof readClaimRun>>>();
  for (const { run: id, node: name } of machine.rows) {
    const copies = here.get(id) ?? [];
    // Of several that say that they are this run, the one that the ledger has.
    const run =
      copies.find(({ headDigest }) =>
        ledger.entries.some((entry) => entry.type === 'begin' && entry.header === headDigest),
      ) ?? copies[0];
    if (run === undefined) continue;
    err.write(`reading ${id}\n`);
    found.set(id, await readClaimRun(run, registry, { contract, node: name, zone }));
  }
  const faults = [...found.values()].flatMap((each) => ('fault' in each ? [each.fault] : []));
  const wrong = faults.find(({ code }) => code === 'CONFIG_INVALID' || code === 'LIMIT_REFUSED');
  if (wrong !== undefined && faults.length === found.size) throw wrong;
  return {
    ...machine,
    window,
    zone,
    at,
    assay: assayVersion,
    contract,
    runs,
    found,
    events,
    kinds,
    imported,
    ledger,
  };
}

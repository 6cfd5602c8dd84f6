import type { Claim, ClauseCell } from '../../reports/verdict/claim.ts';
import { foldNames } from '../../reports/verdict/words/fold-names.ts';

/** What nobody may read into a claim, in sentences. */
export function notShownBy(
  { machine, runs, gaps, coverage, contract, imported, attempts, ledger }: Omit<Claim, 'notShown'>,
  isDecided: (cell: ClauseCell) => boolean,
): readonly string[] {
  const silent = runs.filter(({ counts }) => !counts);
  const why = [...Map.groupBy(silent, (run) => run.why ?? '')];
  const idle = [
    ...Map.groupBy(
      runs.filter(({ state }) => state !== 'measured'),
      ({ state }) => state,
    ),
  ];
  const cells = runs.filter(({ counts }) => counts).flatMap((run) => run.cells);
  const decided = new Set(cells.filter(isDecided).map(({ clause }) => clause));
  const open = contract.clauses.flatMap(({ requirement, says }, at) =>
    decided.has(at + 1)
      ? []
      : [`Clause ${at + 1} (${requirement}; ${says}) was decided by no run that counts.`],
  );
  return [
    ...(gaps.length === 0
      ? []
      : [
          `On ${coverage.withoutRun} of the nights no run of the index has this machine: that is no evidence, and does not say that it was down.`,
        ]),
    ...idle.map(
      ([state, those]) =>
        `In ${those.length} ${those.length === 1 ? 'run' : 'runs'} it was not measured: ${state} (${foldNames(those.map(({ run }) => run))}).`,
    ),
    ...why.map(
      ([reason, those]) => `Supports nothing: ${foldNames(those.map(({ run }) => run))} (${reason}).`,
    ),
    ...open,
    ...(imported.length === 0
      ? []
      : [
          `${imported.length} imported series: numbers that the site brought along, which nobody vouches for; alone they support nothing.`,
        ]),
    ...(attempts.length === 0
      ? []
      : [
          `${attempts.length} attempts at this machine stand in the ledger and in no run of the index: what they came to is not shown here.`,
        ]),
    ...(runs.some(({ evidence }) => evidence !== undefined)
      ? []
      : [
          'No run of it was found here, so that other attempts at this machine cannot be told from the ledger.',
        ]),
    ...(machine.names.includes(machine.id)
      ? ['The machine tells no serial number that is its own: it is known by its name alone.']
      : []),
    'What the machine did between the runs, and at what time anything was by any other clock than that of who measured.',
    `That nothing else was tried: the ledger (${ledger.origin}) shows what was entered in it, and is the one of who measured.`,
  ];
}

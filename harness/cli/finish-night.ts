import type { Cell } from '../../reports/verdict/cell.ts';
import { Night } from '../../reports/verdict/night.ts';
import type { Verdict } from '../../reports/verdict/verdict.ts';
import { dateOf } from '../../reports/verdict/words/night-words.ts';
import { say } from '../../reports/verdict/words/say.ts';
import type { ExitCode } from '../../workloads/kit/error-code.ts';
import { nameOf } from '../../workloads/kit/subject.ts';
import type { Registry } from '../../workloads/registry.ts';
import { concludeNight, counts } from '../history/conclude-night.ts';
import type { History } from '../history/history.ts';
import { covered, nightMachines } from '../history/night-machines.ts';
import type { RunRows } from '../history/run-rows.ts';
import { rowsOfRun } from '../history/run-rows.ts';
import { judgeRun } from '../run/conclude-run.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import type { NodeVerdict } from '../told/night-prometheus.ts';
import type { CliContext } from './command.ts';
import { readWhole } from './load-readings.ts';
import { printNight } from './print-night.ts';
import { nightsDocument } from './print-nights.ts';
import type { TellingOptions } from './telling.ts';
import { tell } from './telling.ts';

/** What a night is told by. */
export interface Telling {
  readonly history: History;
  readonly registry: Registry;
  /** Nights without a measurement that a machine may have; the coverage is about as many. */
  readonly maxGap: number;
  /** An event that was confirmed tonight is told, and changes no exit code. */
  readonly areEventsNews: boolean;
  readonly json: boolean;
  /** Who else is told. */
  readonly others: TellingOptions;
}

/**
 * Takes the run of a night into the index, finds what got worse, and prints what the night came to; whoever does so again gets the
 * same. The exit code is that of the night.
 */
export async function finishNight(
  context: CliContext,
  run: RunDirectory,
  telling: Telling,
): Promise<ExitCode> {
  const { history, registry, json, others } = telling;
  const evidence = await readWhole(run, registry);
  const rows = rowsOfRun(evidence.material(run.header.profile), history.zone);
  await history.add(rows);
  const verdict = judgeRun(evidence);
  const night = await nightDocument(rows, verdict, telling);
  printNight(night, json, context);
  return tell(night.nights, others, {
    ...{ context, history, exitCode: night.exitCode },
    verdicts: standings(verdict, run.header.profile),
  });
}

/** How each machine of a run stands; of who was not reached nothing is known. */
const standings = ({ block, nodes, conclusion }: Verdict, profile: string): readonly NodeVerdict[] =>
  (block?.nodes ?? nodes.map(({ id }) => ({ id, conclusion }))).flatMap(({ id: node, conclusion: state }) =>
    state === 'unreached' ? [] : [{ node, profile, state }],
  );

async function nightDocument(
  { run, attendance }: RunRows,
  verdict: Verdict,
  { history, maxGap, areEventsNews }: Telling,
): Promise<Night> {
  const judgement = await history.judge();
  const states = new Map(attendance.map(({ node, reason }) => [node, reason ?? 'measured']));
  const inOrder = new Map(verdict.nodes.map(({ id }) => [id, states.get(id) ?? 'not reached']));
  const machines = nightMachines(inOrder, await history.attendance(), { night: run.night, maxGap });
  const members = membersOf(verdict);
  const unmet = verdict.cells.flatMap((cell) => {
    const { verdict: stands } = cell;
    if (cell.level !== 'required' || stands === 'pass' || stands === 'not-applicable') return [];
    return [{ stands, cell, nodes: members(cell) }];
  });
  const failed = unmet.filter(({ stands }) => stands === 'fail');
  const undecided = unmet.filter(
    ({ stands, nodes }) => stands !== 'fail' && counts({ verdict: stands, nodes }, inOrder),
  );
  const isLast = judgement.lastNight === run.night;
  const fresh = isLast
    ? judgement.events.filter(({ standing }) => standing === 'new').map(({ id }) => id)
    : [];
  const shown = machines.map(({ last, ...machine }) => ({
    ...machine,
    ...(last === undefined ? {} : { last: dateOf(last) }),
  }));
  return Night.parse({
    schema: 'assay/night',
    schemaVersion: 1,
    night: dateOf(run.night),
    zone: history.zone,
    run: run.id,
    profile: run.profile,
    coverage: { measured: covered(machines, maxGap), of: machines.length, nights: maxGap },
    machines: shown,
    failed: failed.map(described),
    undecided: undecided.map(described),
    fresh,
    nights: nightsDocument(judgement, history.zone),
    exitCode: concludeNight({
      isReached: verdict.conclusion !== 'unreached',
      failed: failed.length,
      undecided: undecided.length,
      fresh: areEventsNews ? 0 : fresh.length,
      machines: shown,
    }),
  });
}

const described = ({ cell, stands }: { readonly cell: Cell; readonly stands: Cell['verdict'] }) => ({
  cell: cell.id,
  title: cell.title,
  verdict: stands,
  reason: say(cell.reason),
});

/** The machines that a cell is about: those of a pair or group stand with what it did. */
function membersOf({ block }: Verdict): (cell: Cell) => readonly string[] {
  const groups = new Map(block?.trials.map(({ group, members }) => [group, members]));
  return ({ subject }) => {
    switch (subject.kind) {
      case 'node':
      case 'device':
        return [subject.node];
      case 'pair':
        return subject.nodes;
      case 'group':
        return groups.get(nameOf(subject)) ?? [];
    }
  };
}

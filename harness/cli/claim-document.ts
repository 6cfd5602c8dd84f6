import type { ClaimRun } from '../../reports/verdict/claim.ts';
import { Claim } from '../../reports/verdict/claim.ts';
import { dateOf } from '../../reports/verdict/words/night-words.ts';
import { say } from '../../reports/verdict/words/say.ts';
import type { Contract } from '../config/contract.ts';
import { attemptAt, attemptsWith } from '../evidence/ledger-entry.ts';
import type { StatedEvent } from '../history/event-state.ts';
import type { FoundMachine, NightWindow } from '../history/find-machine.ts';
import { gapsOf, isWithin } from '../history/find-machine.ts';
import { nightOf, withoutSlash } from '../history/run-rows.ts';
import type { Tables } from '../history/tables.ts';
import type { JudgedClause } from '../judge/judge-by-contract.ts';
import type { ReadLedger } from '../store/ledger.ts';
import type { FoundRun } from './claim-runs.ts';
import { notShownBy } from './not-shown-by.ts';
import { eventDocument } from './print-nights.ts';

/** What a claim is made of: everything that was read, and nothing that was concluded. */
export interface ClaimMaterial extends FoundMachine {
  readonly window: NightWindow;
  readonly zone: string;
  readonly at: string;
  readonly assay: string;
  readonly contract: Contract;
  /** Digest of its file. */
  readonly contractDigest: string;
  /** The runs of the index, by id. */
  readonly runs: ReadonlyMap<string, Pick<Tables['run'], 'night' | 'started' | 'suite' | 'profile'>>;
  /** What was found here of the runs of this machine. */
  readonly found: ReadonlyMap<string, FoundRun>;
  readonly events: readonly StatedEvent[];
  /** Make and model of its series. */
  readonly kinds: ReadonlySet<string>;
  readonly imported: Claim['imported'];
  readonly ledger: Pick<ReadLedger, 'entries' | 'checkpoint' | 'key' | 'note'>;
}

/** Concludes a claim. Only what runs show counts that are whole, of this machine, no rehearsal, and entered in the ledger. */
export function claimDocument(material: ClaimMaterial): Claim {
  const { window, contract, ledger, rows, found, zone } = material;
  const { from, to } = window;
  const today = nightOf(material.at, zone);
  const runs = rows.map((row) => claimRun(row, material));
  const nights = Map.groupBy(rows, ({ night }) => night);
  const measured = [...nights.values()].filter((those) => those.some(({ reason }) => reason === null)).length;
  const claimBy = (night: number): number | undefined =>
    contract.claims === undefined ? undefined : night + contract.claims.withinDays;
  const breaches = runs.flatMap((run, at) => {
    const due = claimBy(rows[at]?.night ?? 0);
    return run.cells.flatMap((cell) =>
      run.counts && isBreach(cell)
        ? [
            {
              ...{ run: run.run, night: run.night, cell: cell.cell, clause: cell.clause },
              ...(due === undefined ? {} : { claimBy: dateOf(due) }),
            },
          ]
        : [],
    );
  });
  const isShown = runs.some((run) => run.counts && run.cells.some(isDecided));
  const conclusion =
    breaches.length > 0 ? 'a breach is shown' : isShown ? 'no breach is shown' : 'cannot be decided';
  const read = [...found.values()].flatMap((each) => ('read' in each ? [each.read] : []));
  const own = new Set(rows.map(({ run }) => run));
  const attempts = attemptsWith(ledger.entries, {
    items: new Set(read.flatMap(({ items }) => items)),
    inventories: new Set(
      read.flatMap(({ header, headDigest }) => {
        const attempt = attemptAt(ledger.entries, header.id, headDigest);
        return attempt === undefined ? [] : [attempt.inventory];
      }),
    ),
  }).filter(({ at, run }) => isWithin(window, nightOf(at, zone)) && !own.has(run));
  const { origin, size } = ledger.checkpoint;
  const document = {
    schema: 'assay/claim' as const,
    schemaVersion: 1 as const,
    at: material.at,
    assay: material.assay,
    machine: { id: material.machine, names: [...material.names] },
    window: { from: dateOf(from), to: dateOf(to), zone, nights: to - from + 1 },
    contract: describeContract(contract, material.contractDigest),
    ...deadlineOf(contract, breaches, dateOf(today), dateOf(today + soonDays)),
    breaches,
    coverage: {
      measured,
      unmeasured: nights.size - measured,
      withoutRun: to - from + 1 - nights.size,
    },
    runs,
    gaps: gapsOf(window, new Set(nights.keys())).map((gap) => ({
      from: dateOf(gap.from),
      to: dateOf(gap.to),
      nights: gap.to - gap.from + 1,
    })),
    events: material.events.filter((event) => isOfMachine(event, material)).map(eventDocument),
    repairs: repairsOf(material),
    attempts: attempts.map(({ index: entry, ...attempt }) => ({ entry, ...attempt })),
    imported: material.imported,
    ledger: { origin, size, key: ledger.key.fingerprint, checkpoint: ledger.note },
    conclusion,
    exitCode: exitCodeOf[conclusion],
  } satisfies Omit<Claim, 'notShown'>;
  return Claim.parse({ ...document, notShown: notShownBy(document, isDecided) });
}

const exitCodeOf = { 'a breach is shown': 0, 'no breach is shown': 1, 'cannot be decided': 2 } as const;

/** 72 hours, in nights. */
const soonDays = 3;

type ShownCell = ClaimRun['cells'][number];

/** A clause decided it, it is not met, and nobody let go of it. */
const isBreach = (cell: ShownCell): cell is ShownCell & { readonly clause: number } =>
  cell.verdict === 'fail' && cell.clause !== undefined && !cell.waived;

/** A pass that another limit decided says nothing of a clause. */
const isDecided = ({ verdict, clause }: ShownCell): boolean =>
  clause !== undefined && (verdict === 'pass' || verdict === 'fail');

/** A run that the machine was in, and whether it may support anything. */
function claimRun(row: ClaimMaterial['rows'][number], material: ClaimMaterial): ClaimRun {
  const { run, node, reason, night } = row;
  const indexed = material.runs.get(run);
  const found = material.found.get(run);
  const read = found !== undefined && 'read' in found ? found.read : undefined;
  const attempt = read === undefined ? undefined : attemptAt(material.ledger.entries, run, read.headDigest);
  const why = whyNothing(row, material, attempt !== undefined);
  return {
    run,
    night: dateOf(night),
    startedAt: read?.header.startedAt ?? indexed?.started ?? '',
    suite: indexed?.suite ?? '',
    profile: read?.header.profile ?? indexed?.profile ?? '',
    node,
    state: reason ?? 'measured',
    counts: why === undefined,
    ...(why === undefined ? {} : { why }),
    ...(attempt === undefined ? {} : { ledger: { entry: attempt.index, end: attempt.end } }),
    ...(read === undefined ? {} : { begunWith: read.begunWith, rules: read.rules, evidence: read.evidence }),
    documents: [...(read?.documents ?? [])],
    cells: (read?.clauses ?? []).map(shownCell),
  };
}

/** Why a run supports nothing; `undefined` for one that counts. */
function whyNothing(
  { run, night, node }: ClaimMaterial['rows'][number],
  { found, machine }: ClaimMaterial,
  isEntered: boolean,
): string | undefined {
  const it = found.get(run);
  if (it === undefined) return 'its evidence was not found here';
  if ('fault' in it) return `${it.fault.code}: ${it.fault.message}`;
  const { machines } = it.read;
  if (machines.includes(withoutSlash(node)) && machine !== withoutSlash(node))
    return 'no serial number was read in it, so that nobody can say that it is this machine';
  if (!machines.includes(machine)) return `by its own evidence this is ${machines[0] ?? 'no machine of it'}`;
  if (it.read.night !== night) return `by its own evidence it is of another night, ${dateOf(it.read.night)}`;
  if (it.read.header.rehearsal === true) return 'a rehearsal, which says nothing about any machine';
  return isEntered ? undefined : 'no entry of the ledger has it';
}

const shownCell = ({ cell, clause, isWaived }: JudgedClause): ShownCell => ({
  cell: cell.id,
  title: cell.title,
  verdict: cell.verdict,
  ...(clause === undefined ? {} : { clause }),
  waived: isWaived,
  reason: say(cell.reason),
  ...(cell.limit === undefined ? {} : { limit: cell.limit }),
  ...(cell.observed === undefined ? {} : { observed: cell.observed }),
});

function describeContract(
  { id, title, by, date, profile, class: hardware, limits }: Contract,
  digest: string,
): Claim['contract'] {
  const clauses = limits.map(({ requirement, where, atLeast, atMost, says }) => ({
    requirement,
    expected: atLeast === undefined ? `at most ${atMost ?? ''}` : `at least ${atLeast}`,
    ...(where === undefined ? {} : { where: JSON.stringify(where) }),
    says,
  }));
  return { id, title, by, date, profile, class: hardware, sha256: digest, clauses };
}

/** The next day that is not over by which a breach has to be claimed, else the last. */
function deadlineOf(
  { claims }: Contract,
  breaches: Claim['breaches'],
  today: string,
  soon: string,
): Pick<Claim, 'deadline'> {
  const days = breaches.flatMap(({ claimBy }) => claimBy ?? []).toSorted();
  const claimBy = days.find((day) => day >= today) ?? days.at(-1);
  if (claims === undefined || claimBy === undefined) return {};
  const state = claimBy < today ? 'over' : claimBy <= soon ? 'closes within 72 hours' : 'open';
  return { deadline: { withinDays: claims.withinDays, claimBy, state } };
}

/** Events of the machine or of all of its kind that have a night in the window. */
function isOfMachine(event: StatedEvent, { machine, kinds, window }: ClaimMaterial): boolean {
  return (
    event.first <= window.to &&
    event.last >= window.from &&
    event.spells.some(
      (spell) => spell.machine === machine || (spell.subject === spell.kind && kinds.has(spell.kind)),
    )
  );
}

/** Repairs that runs measured again after, and those that people noted when they closed an event. */
function repairsOf(material: ClaimMaterial): Claim['repairs'] {
  const { found, window, zone } = material;
  const ofRuns = [...found].flatMap(([run, it]) =>
    'read' in it ? it.read.repairs.map((each) => ({ source: 'run' as const, run, ...each })) : [],
  );
  const ofEvents = material.events
    .filter(({ spells }) => spells.some(({ machine }) => machine === material.machine))
    .flatMap(({ id: event, notes }) =>
      notes.flatMap(({ action, at, author: by, words: note }) =>
        action === 'repaired' ? [{ source: 'event' as const, event, at, by, note }] : [],
      ),
    );
  return [...ofRuns, ...ofEvents]
    .filter(({ at }) => isWithin(window, nightOf(at, zone)))
    .toSorted((a, b) => (a.at < b.at ? -1 : 1));
}

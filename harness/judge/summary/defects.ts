import { isUnmet, listedUnder, nodeOfCell, worstFirst } from '../../../reports/verdict/algebra.ts';
import type { Cell } from '../../../reports/verdict/cell.ts';
import type { Said } from '../../../reports/verdict/said.ts';
import type { Blame, Defect } from '../../../reports/verdict/verdict.ts';
import { compareText } from '../../../workloads/kit/compare-text.ts';
import { valueOf } from '../../../workloads/kit/facts/fact.ts';
import { nameOf, nodeOf, nodeOrGroupOf } from '../../../workloads/kit/subject.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import { subjectOf } from '../../plan/plan.ts';
import type { Cause } from '../cause.ts';
import { nameOfCause } from '../cause.ts';
import type { JudgedCell } from '../judge-cells.ts';
import { joinAdvice, ownerOf } from '../missing-action.ts';
import type { RunDossier } from '../run-dossier.ts';
import { listLostRuns } from '../samples/lost-runs.ts';
import { foldFates } from '../samples/step-fate.ts';

/** Gaps that nobody at the machine can close: the report lists them under what was not shown. */
const isGap = ({ missing }: Cell): boolean =>
  missing === 'not-covered' || missing === 'no-limit' || missing === 'no-siblings';

/**
 * Folds the cells that are not met into one row per cause: forty red cells of one dead GPU are one row. The
 * worst cell, required before advisory, gives the row its words. Worst rows first.
 */
export function foldDefects(
  judged: readonly JudgedCell[],
  blames: readonly Blame[],
  index: RunDossier,
): Defect[] {
  const groups = new Map<string, { readonly cause: Cause | undefined; readonly cells: Cell[] }>();
  for (const { cell, cause } of judged) {
    if (!isUnmet(cell) || isGap(cell)) continue;
    const key = cause === undefined ? keyOf(cell) : nameOfCause(cause);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { cause, cells: [cell] });
    else group.cells.push(cell);
  }
  const unmet = judged.filter(({ cell }) => isUnmet(cell));
  const found = [...groups.values()]
    .map(({ cause, cells }) => {
      const lead = leadOf(cells);
      return { id: cause === undefined ? lead.id : nameOfCause(cause), cause, cells, lead };
    })
    .toSorted((a, b) => compareLeads(a.lead, b.lead) || compareText(a.id, b.id))
    .map(({ id, cause, cells, lead }) => ({
      id,
      nodes: [...new Set(cells.map(listedUnder))],
      ...sharedSubject(cells),
      ...partOf(cells, index),
      // Whoever is to blame for a measurement that did not come about, it is not the one who set it up.
      owner:
        cause?.why === 'blamed' || cause?.why === 'other-work' ? lead.owner : (ownerOf(lead) ?? lead.owner),
      symptom: {
        say: 'symptom' as const,
        title: lead.title,
        reason: lead.reason,
        cells: cells.length,
      },
      verdict: lead.verdict,
      action: joinAdvice([lead, ...cells].map((each) => each.action)) ?? { say: 'investigate' as const },
      cells: cells.map(({ id }) => id),
      evidence: evidenceOf(cells, blames, index),
      ...describeRetest(cells, blames, index),
    }));
  return [...found, ...vanishedRuns(unmet, index)];
}

/**
 * What cells without a cause of their own are folded by: what is missing for one reason is one row, on however many
 * accelerators and nodes; anything else is about its own subject.
 */
const keyOf = ({ id, verdict, owner, reason }: Cell): string =>
  verdict === 'missing' ? JSON.stringify([owner, reason]) : id;

/** Measurements of which not one run came about, as far as no cell says so already. */
function vanishedRuns(unmet: readonly JudgedCell[], index: RunDossier): readonly Defect[] {
  const { profile, metrics } = index.material;
  const rules = new Map(profile.requirements.map(({ id, rule }) => [id, rule]));
  const told = new Set(
    unmet.flatMap(({ cell }) => {
      const rule = rules.get(cell.requirement);
      if (rule?.kind !== 'metric') return [];
      const workload = metrics.get(rule.metric)?.workload;
      return [nameOf(cell.subject), listedUnder(cell)].map((id) => JSON.stringify([id, workload]));
    }),
  );
  return listLostRuns(index)
    .filter(
      ({ subject, workload, planned, lost }) =>
        lost.length === planned && !told.has(JSON.stringify([subject.id, workload])),
    )
    .map(({ subject, entry, planned, lost }) => {
      const kept = lost.filter(({ step }) => subject.steps.has(step));
      const known = subject.subjects.get(subject.id);
      const leader = (step: string): string => index.leaders.get(step) ?? subject.id;
      return {
        id: nameOfCause({ of: subject.id, why: 'lost', in: entry }),
        nodes: [subject.id],
        ...(known === undefined ? {} : { subject: subjectOf(known.subject) }),
        owner: 'configuration' as const,
        symptom: { say: 'lost-runs' as const, entry, planned, fates: foldFates(lost) },
        verdict: 'missing' as const,
        action: { say: 'advice' as const, on: 'not-run' as const, names: [entry] },
        cells: [],
        evidence: kept.map(({ step }) => `nodes/${leader(step)}/steps/${step}`),
      };
    });
}

function leadOf(cells: readonly Cell[]): Cell {
  const [lead] = cells.toSorted(compareLeads);
  if (lead === undefined) throw new Error('a defect without cells');
  return lead;
}

const compareLeads = (a: Cell, b: Cell): number =>
  worstFirst(a, b) || compareText(b.level, a.level) || Number(b.gate) - Number(a.gate);

/** The one thing that all cells are about. One cause may concern many: an inventory that claims nothing. */
function sharedSubject(cells: readonly Cell[]): Pick<Defect, 'subject'> {
  const [only, ...more] = new Map(cells.map(({ subject }) => [nameOf(subject), subject])).values();
  return more.length === 0 && only !== undefined ? { subject: only } : {};
}

/** The serial number that the one thing has by which somebody finds it in the machine, where its facts tell one. */
function partOf(cells: readonly Cell[], index: RunDossier): Pick<Defect, 'part'> {
  const { subject } = sharedSubject(cells);
  if (subject?.kind !== 'device') return {};
  const device = index.node(subject.node)?.subjects.get(nameOf(subject))?.device;
  const serial = device !== undefined && 'serial' in device ? valueOf(device.serial) : undefined;
  return serial === undefined || serial === '' ? {} : { part: serial };
}

/** The steps that the cells rest on; the probes when a cell rests on a fact or on the lack of one. */
function evidenceOf(cells: readonly Cell[], blames: readonly Blame[], { leaders }: RunDossier): string[] {
  // What several nodes did together lies with the leader.
  const placeOf = (step: string, node: string): string => `nodes/${leaders.get(step) ?? node}/steps/${step}`;
  const blamed = blamedSteps(cells, blames).map(({ step, node }) => placeOf(step, node));
  const paths = cells.flatMap((cell) => {
    const { observed, missing } = cell;
    const node = listedUnder(cell);
    if (observed?.kind === 'samples') return observed.steps.map((step) => placeOf(step, node));
    const isAboutFacts =
      observed?.kind === 'fact' ||
      missing === 'unknown-fact' ||
      missing === 'no-driver' ||
      missing === 'no-subject';
    return isAboutFacts ? [`nodes/${node}/steps/facts/probes.json`] : [];
  });
  return [...new Set([...blamed, ...paths])].toSorted(compareText);
}

/** The steps by which the nodes were found out that are to blame for cells across nodes. */
function blamedSteps(
  cells: readonly Cell[],
  blames: readonly Blame[],
): readonly { readonly node: string; readonly step: string }[] {
  return cells.flatMap((cell) => {
    const node = nodeOfCell(cell);
    if (node === undefined || nodeOf(cell.subject) === node) return [];
    return blames
      .filter((blame) => blame.node === node)
      .flatMap(({ steps }) => steps.map((step) => ({ node, step })));
  });
}

/** What has to be measured again after the repair, with each partner that showed it, and how long that takes at most. */
function describeRetest(
  cells: readonly Cell[],
  blames: readonly Blame[],
  index: RunDossier,
): { readonly retest?: Said } {
  if (!cells.some(({ verdict }) => verdict === 'fail')) return {};
  const titles = [...new Set(cells.map(({ title }) => title))];
  const led = index.once(
    'led steps',
    () =>
      new Map(
        (index.material.plan?.steps ?? []).flatMap((step) =>
          step.seat?.rank === 0 ? [[step.step, step] as const] : [],
        ),
      ),
  );
  const planned = new Set([
    ...cells.flatMap(({ observed, subject }) => {
      const steps = observed?.kind === 'samples' ? observed.steps : [];
      const about = index.plannedFor(nodeOrGroupOf(subject));
      return steps.flatMap((step) => about.get(step) ?? []);
    }),
    ...blamedSteps(cells, blames).flatMap(({ step }) => led.get(step) ?? []),
  ]);
  const budgetOf = (steps: readonly PlannedStep[]): number =>
    steps.reduce((sum, { budgetMs }) => sum + budgetMs, 0);
  // Nodes are measured at the same time, and groups one after the other.
  const alone = Map.groupBy(planned, ({ node, seat }) => (seat === undefined ? node : undefined));
  const together = budgetOf(alone.get(undefined) ?? []);
  alone.delete(undefined);
  const longest = Math.max(0, ...[...alone.values()].map(budgetOf));
  const minutes = Math.ceil((longest + together) / 60_000);
  return { retest: { say: 'retest', titles, steps: planned.size, minutes } };
}

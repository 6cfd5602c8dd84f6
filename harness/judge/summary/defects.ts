import { isUnmet, worstFirst } from '../../../reports/verdict/algebra.ts';
import type { Blame, Cell, Defect } from '../../../reports/verdict/verdict.ts';
import { foldNodeSet } from '../../../reports/verdict/words/fold-names.ts';
import { compareText } from '../../plan/subjects.ts';
import { blameCause } from '../groups/judge-groups.ts';
import type { JudgedCell } from '../judge-cells.ts';
import { adviseOn, ownerOf } from '../missing-action.ts';
import type { RunDossier } from '../run-dossier.ts';
import { listLostRuns } from '../samples/lost-runs.ts';
import { describeFates } from '../samples/step-fate.ts';

/** Gaps that nobody at the machine can close: the report lists them under what was not shown. */
const isGap = ({ missing }: Cell): boolean => missing === 'not-covered' || missing === 'no-limit';

/**
 * Folds the cells that are not met into one row per cause: forty red cells of one dead GPU are one row. The
 * worst cell, required before advisory, gives the row its words. Worst rows first.
 */
export function foldDefects(
  judged: readonly JudgedCell[],
  blames: readonly Blame[],
  index: RunDossier,
): Defect[] {
  const groups = new Map<string, Cell[]>();
  for (const { cell, cause } of judged) {
    if (!isUnmet(cell) || isGap(cell)) continue;
    const group = groups.get(cause);
    if (group === undefined) groups.set(cause, [cell]);
    else group.push(cell);
  }
  const unmet = judged.filter(({ cell }) => isUnmet(cell));
  const found = [...groups.entries()]
    .map(([cause, cells]) => ({ cause, cells, lead: leadOf(cells) }))
    .toSorted((a, b) => compareLeads(a.lead, b.lead) || compareText(a.cause, b.cause))
    .map(({ cause, cells, lead }) => ({
      id: cause,
      node: nodesOf(cells),
      subject: subjectOf(cells),
      // Whoever is to blame for a measurement that did not come about, it is not the one who set it up.
      owner: cause === blameCause(lead.node) ? lead.owner : (ownerOf(lead) ?? lead.owner),
      symptom: `${lead.title}: ${lead.reason}${cells.length > 1 ? ` (decides ${cells.length} cells)` : ''}`,
      verdict: lead.verdict,
      action: lead.action ?? 'Investigate.',
      cells: cells.map(({ id }) => id),
      evidence: evidenceOf(cells, blames, index),
      ...describeRetest(cells, index),
    }));
  return [...found, ...vanishedRuns(unmet, index)];
}

/** Measurements of which not one run came about, as far as no cell says so already. */
function vanishedRuns(unmet: readonly JudgedCell[], index: RunDossier): readonly Defect[] {
  const rules = new Map(index.material.profile.requirements.map(({ id, rule }) => [id, rule]));
  const told = new Set(
    unmet.flatMap(({ cell: { requirement, subject, node } }) => {
      const rule = rules.get(requirement);
      if (rule?.kind !== 'metric') return [];
      const workload = rule.metric.slice(0, rule.metric.indexOf('.'));
      return [subject, node].map((id) => JSON.stringify([id, workload]));
    }),
  );
  return listLostRuns(index)
    .filter(
      ({ subject, workload, planned, lost }) =>
        lost.length === planned && !told.has(JSON.stringify([subject.id, workload])),
    )
    .map(({ subject, entry, planned, lost }) => {
      const kept = lost.filter(({ step }) => subject.steps.has(step));
      const leader = (step: string): string => index.leaders.get(step) ?? subject.id;
      return {
        id: `${subject.id}:lost:${entry}`,
        node: subject.id,
        subject: subject.id,
        owner: 'configuration' as const,
        symptom: `${entry}: 0 of ${planned} planned runs gave a reading: ${describeFates(lost)}`,
        verdict: 'missing' as const,
        action: adviseOn({ verdict: 'missing', missing: 'not-run' }) ?? '',
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

/** One cause may concern many nodes: a suite that leaves something out, an inventory that claims nothing. */
const nodesOf = (cells: readonly Cell[]): string => foldNodeSet([...new Set(cells.map(({ node }) => node))]);

/** The device, when all cells are about one; else the node. */
function subjectOf(cells: readonly Cell[]): string {
  const subjects = new Set(cells.map(({ subject }) => subject));
  const [only, ...more] = subjects;
  return more.length === 0 && only !== undefined ? only : nodesOf(cells);
}

/** The steps that the cells rest on; the probes when a cell rests on a fact or on the lack of one. */
function evidenceOf(cells: readonly Cell[], blames: readonly Blame[], { leaders }: RunDossier): string[] {
  // What several nodes did together lies with the leader.
  const placeOf = (step: string, node: string): string => `nodes/${leaders.get(step) ?? node}/steps/${step}`;
  const blamed = cells.flatMap(({ node, id }) =>
    id.startsWith(`${node}:`) || id.startsWith(`${node}/`)
      ? []
      : blames
          .filter((blame) => blame.node === node)
          .flatMap(({ steps }) => steps.map((step) => placeOf(step, node))),
  );
  const paths = cells.flatMap(({ node, observed, missing }) => {
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

/** What has to be measured again after the repair, and how long that takes at most. */
function describeRetest(
  cells: readonly Cell[],
  { material: { plan } }: RunDossier,
): { readonly retest?: string } {
  if (plan === undefined || !cells.some(({ verdict }) => verdict === 'fail')) return {};
  const requirements = [...new Set(cells.map(({ title }) => title))].join(', ');
  const steps = new Set(
    cells.flatMap(({ observed }) => (observed?.kind === 'samples' ? observed.steps : [])),
  );
  const planned = plan.steps.filter(({ step, seat }) => steps.has(step) && (seat?.rank ?? 0) === 0);
  const minutes = Math.ceil(planned.reduce((sum, { budgetMs }) => sum + budgetMs, 0) / 60_000);
  return {
    retest:
      planned.length === 0 ? requirements : `${requirements}; ${steps.size} steps, at most ${minutes} min`,
  };
}

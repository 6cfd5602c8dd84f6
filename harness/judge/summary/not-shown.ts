import type { Cell, Verdict } from '../../../reports/verdict/verdict.ts';
import type { RunDossier } from '../run-dossier.ts';
import { listLostRuns } from '../samples/lost-runs.ts';
import { describeFates } from '../samples/step-fate.ts';

type NotShown = Verdict['notShown'][number];

/** What this run does not say anything about, once per cause: as prominent in a report as what it shows. */
export function listNotShown(cells: readonly Cell[], index: RunDossier): NotShown[] {
  const { nodes, plan } = index.material;
  const unreached = nodes
    .filter(({ reached }) => !reached)
    .map(({ id, why }) => ({ what: `node ${id}`, reason: why ?? 'nobody could log in' }));
  const leftOut = (plan?.leftOut ?? []).map(({ node, reason }) => ({ what: `node ${node}`, reason }));
  const unplanned =
    plan?.unplanned.map(({ node, entry, reason }) => ({ what: `${entry} on ${node}`, reason })) ?? [];
  const lost = listLostRuns(index).map(({ subject, entry, planned, lost: fates }) => ({
    what:
      fates.length === planned
        ? `${entry} on ${subject.id}`
        : `${fates.length} of ${planned} runs of ${entry} on ${subject.id}`,
    reason: describeFates(fates),
  }));
  const groups = new Set(
    plan?.subjects.flatMap(({ id, members }) => (members === undefined ? [] : [id])) ?? [],
  );
  const together = cells
    .filter(({ subject, missing }) => missing !== undefined && groups.has(subject))
    .map(({ title, subject, reason }) => ({ what: `${title} (${subject})`, reason }));
  const gaps = cells
    .filter(({ missing }) => missing === 'not-covered' || missing === 'no-limit' || missing === 'no-claim')
    .map(({ title, reason }) => ({ what: title, reason }));
  const unique = new Map(
    [...unreached, ...leftOut, ...unplanned, ...lost, ...together, ...gaps].map((each) => [
      JSON.stringify(each),
      each,
    ]),
  );
  return [...unique.values()];
}

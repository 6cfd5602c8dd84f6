import type { Cell } from '../../../reports/verdict/cell.ts';
import type { NotShown } from '../../../reports/verdict/verdict.ts';
import { nameOf } from '../../../workloads/kit/subject.ts';
import type { RunDossier } from '../run-dossier.ts';
import { listLostRuns } from '../samples/lost-runs.ts';
import { foldFates } from '../samples/step-fate.ts';
import { listEqualIdentities } from './equal-identities.ts';

/** What this run does not say anything about, once per cause: as prominent in a report as what it shows. */
export function listNotShown(cells: readonly Cell[], index: RunDossier): NotShown[] {
  const { nodes, plan } = index.material;
  const unreached = nodes
    .filter(({ reached }) => !reached)
    .map(
      ({ id, why }): NotShown => ({
        what: { say: 'the-node', node: id },
        about: [id],
        reason: why ?? { say: 'no-access' },
      }),
    );
  const leftOut = (plan?.leftOut ?? []).map(
    ({ node, reason }): NotShown => ({ what: { say: 'the-node', node }, about: [node], reason }),
  );
  const unplanned =
    plan?.unplanned.map(
      ({ node, entry, reason }): NotShown => ({
        what: { say: 'entry-on', entry, subject: node },
        about: [node],
        reason,
      }),
    ) ?? [];
  const lost = listLostRuns(index).map(
    ({ subject, entry, planned, lost: fates }): NotShown => ({
      what:
        fates.length === planned
          ? { say: 'entry-on', entry, subject: subject.id }
          : { say: 'runs-of', lost: fates.length, of: planned, entry, subject: subject.id },
      about: subject.members,
      reason: { say: 'fates', fates: foldFates(fates) },
    }),
  );
  const groups = new Map(
    plan?.subjects.flatMap(({ id, members }) => (members === undefined ? [] : [[id, members]])),
  );
  const together = cells.flatMap((cell): NotShown[] => {
    const { title, missing, reason } = cell;
    const subject = nameOf(cell.subject);
    const about = missing === undefined ? undefined : groups.get(subject);
    return about === undefined ? [] : [{ what: { say: 'title-of', title, subject }, about, reason }];
  });
  const gaps = cells
    .filter(
      ({ missing }) =>
        missing === 'not-covered' ||
        missing === 'no-limit' ||
        missing === 'no-siblings' ||
        missing === 'no-claim',
    )
    .map(({ title, reason }): NotShown => ({ what: { say: 'title-of', title }, reason }));
  const unique = new Map(
    [
      ...unreached,
      ...leftOut,
      ...listEqualIdentities(index),
      ...unplanned,
      ...lost,
      ...together,
      ...gaps,
    ].map((each) => [JSON.stringify(each), each]),
  );
  return [...unique.values()];
}

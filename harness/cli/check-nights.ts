import { existsSync } from 'node:fs';
import { cleanText } from '../../reports/text/clean-text.ts';
import { foldNames } from '../../reports/verdict/words/fold-names.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { rowsOfRun } from '../history/run-rows.ts';
import { suspendingEvents } from '../history/suspending-events.ts';
import type { RunEvidence } from '../store/run-evidence.ts';
import type { CliContext } from './command.ts';
import { historyPlace, openHistory } from './open-history.ts';
import { describeEvent, nightsDocument } from './print-nights.ts';

/**
 * Tells events of the nights since a run that are on its machines and open. Throws NOT_IN_FORCE where there is one, and where a machine was
 * measured on no night since: of such a one nothing is known.
 */
export async function checkNights(
  evidence: RunEvidence,
  profile: string,
  given: string,
  { environment, out }: Pick<CliContext, 'environment' | 'out'>,
): Promise<void> {
  const place = historyPlace(environment, given);
  if (place === undefined || !existsSync(place))
    throw new AssayError('USAGE', `--nights: expected an index of nights, found none at ${given}`, {
      hint: 'assay history add makes one.',
    });
  const history = await openHistory(environment.stateHome, place, undefined);
  try {
    const judgement = await history.judge();
    const rows = rowsOfRun(evidence.material(profile), history.zone);
    const events = suspendingEvents(judgement.events, rows);
    const document = nightsDocument({ ...judgement, events }, history.zone);
    for (const event of document.events) out.write(`${describeEvent(event)}\n`);
    if (events.length > 0)
      throw new AssayError(
        'NOT_IN_FORCE',
        `expected machines without an open event of the nights since, found ${events.length}`,
        {
          hint: 'Until somebody says what it was (assay history event ID --close …), the report does not speak for them.',
        },
      );
    const seen = new Map(judgement.lastMeasured.map(({ machine, night }) => [machine, night]));
    const unseen = rows.attendance.filter(({ machine }) => (seen.get(machine) ?? 0) <= rows.run.night);
    if (unseen.length > 0)
      throw new AssayError(
        'NOT_IN_FORCE',
        `expected a night since for each machine, found none of ${cleanText(foldNames(unseen.map(({ node }) => node)))}`,
        { hint: 'Measure them, and add the run to the index (assay history add).' },
      );
    out.write(`● no open event of them in the nights until ${document.lastNight ?? ''}\n`);
  } finally {
    await history.close();
  }
}

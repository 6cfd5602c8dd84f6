import type { ImportedRow, ImportedSample } from '../../reports/verdict/imported.ts';
import { keyOfDimensions } from '../../reports/verdict/measurement.ts';
import { comparisonReason } from '../../reports/verdict/words/comparison-words.ts';
import { compareText } from '../../workloads/kit/compare-text.ts';
import { compareSessions } from '../compare/compare-sessions.ts';
import { median } from '../stats/median.ts';

/**
 * Every speed and time of both sides, laid beside itself where tool, device and all that the logs say are the same. A session is what
 * somebody gave as one: with one a side nothing is decided.
 */
export function compareImported(samples: readonly ImportedSample[], margin: number): readonly ImportedRow[] {
  const usable = samples.filter(
    ({ invalid, value, unit }) => invalid === undefined && value > 0 && unit !== 'count',
  );
  const groups = Map.groupBy(usable, ({ tool, metric, dimensions, device }) =>
    JSON.stringify([metric, keyOfDimensions(dimensions), device, tool]),
  );
  return [...groups]
    .toSorted(([a], [b]) => compareText(a, b))
    .flatMap(([, those]): readonly ImportedRow[] => {
      const [first] = those;
      if (first === undefined) return [];
      const { metric, title, unit, better, dimensions, tool, device } = first;
      const [before, after] = [sessionsOf(those, 'before'), sessionsOf(those, 'after')];
      const shared = {
        ...{ metric, title, unit, better, dimensions, tool },
        ...(device === undefined ? {} : { device }),
        ...{ before: [...before], after: [...after], margin },
      };
      if (before.length === 0 || after.length === 0) {
        const isBefore = after.length === 0;
        const side = isBefore ? 'before' : 'after';
        return [
          {
            ...shared,
            outcome: isBefore ? 'vanished' : 'appeared',
            reason: comparisonReason({ say: 'only', side }),
          },
        ];
      }
      const found = compareSessions(before, after, { better, margin });
      return [{ ...shared, ...found, reason: comparisonReason(found.reason) }];
    });
}

/** The medians of the sessions of a side, in the order in which they were given. */
const sessionsOf = (samples: readonly ImportedSample[], side: ImportedSample['side']): readonly number[] =>
  [
    ...Map.groupBy(
      samples.filter((sample) => sample.side === side),
      ({ session }) => session,
    ),
  ]
    .toSorted(([a], [b]) => a - b)
    .map(([, those]) => median(those.map(({ value }) => value)));

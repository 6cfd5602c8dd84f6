import { nodeOf } from '../../workloads/kit/subject.ts';
import { inKeyOrder } from './in-key-order.ts';
import { keyOfMeasurement } from './measurement.ts';
import type { Sheet } from './sheet.ts';
import type { Verdict } from './verdict.ts';

/** A verdict on so many nodes, a rack or two, is one document. */
export const mostNodesInOne = 64;

export interface SplitVerdict {
  /** The verdict without its sheets. */
  readonly head: Verdict;
  /** One for each node, in the order of the verdict. */
  readonly sheets: Iterable<Sheet>;
}

/** Takes what a verdict says of each node alone out of it. */
export function splitVerdict(verdict: Verdict): SplitVerdict {
  const ids = new Set(verdict.nodes.map(({ id }) => id));
  const known = (node: string | undefined): string | undefined =>
    node !== undefined && ids.has(node) ? node : undefined;
  // A verdict has the cells of its nodes first, then those on what nodes do together, of which some are about one alone.
  const together = verdict.cells.findIndex(({ subject }) => known(nodeOf(subject)) === undefined);
  const alone = together === -1 ? verdict.cells.length : together;
  const cells = Map.groupBy(verdict.cells.slice(0, alone), ({ subject }) => known(nodeOf(subject)));
  const measurements = Map.groupBy(verdict.measurements, ({ subject }) => known(nodeOf(subject)));
  const attempts = Map.groupBy(verdict.attempts, ({ node }) => known(node));
  const sheetOf = ({ id: node, facts }: Verdict['nodes'][number]): Sheet => ({
    schema: 'assay/sheet',
    schemaVersion: 1,
    run: verdict.run.id,
    profile: verdict.profile.id,
    node,
    facts,
    cells: cells.get(node) ?? [],
    measurements: measurements.get(node) ?? [],
    attempts: attempts.get(node) ?? [],
  });
  return {
    head: {
      ...verdict,
      nodes: verdict.nodes.map((node) => ({ ...node, facts: [] })),
      cells: verdict.cells.slice(alone),
      measurements: measurements.get(undefined) ?? [],
      attempts: attempts.get(undefined) ?? [],
    },
    sheets: {
      *[Symbol.iterator]() {
        for (const node of verdict.nodes) yield sheetOf(node);
      },
    },
  };
}

/** The verdict that was taken apart: `sheetOf` gives the sheet of each of its nodes. */
export function joinVerdict({ sheets: _, ...head }: Verdict, sheetOf: (node: string) => Sheet): Verdict {
  const sheets = head.nodes.map(({ id }) => sheetOf(id));
  return {
    ...head,
    nodes: head.nodes.map((node, place) => ({ ...node, facts: sheets[place]?.facts ?? [] })),
    cells: [...sheets.flatMap(({ cells }) => cells), ...head.cells],
    measurements: inKeyOrder(
      [...sheets.flatMap(({ measurements }) => measurements), ...head.measurements],
      keyOfMeasurement,
    ),
    attempts: [...sheets.flatMap(({ attempts }) => attempts), ...head.attempts],
  };
}

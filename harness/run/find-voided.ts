import type { Cell } from '../../reports/verdict/cell.ts';
import type { Verdict } from '../../reports/verdict/verdict.ts';
import { nameOf } from '../../workloads/kit/subject.ts';
import type { Happened } from '../evidence/voiding-events.ts';
import { findEvents, isVoid } from '../evidence/voiding-events.ts';
import type { RunEvidence } from '../store/run-evidence.ts';

/** What happened to the machines of a verdict until another run looked at them, and what it says of them no more. */
export interface Voided {
  readonly events: readonly Happened[];
  /** Cells that say nothing any more, each with the first event that voids it. */
  readonly cells: readonly { readonly cell: Cell; readonly by: Happened }[];
  /** Nodes of which the other run tells nothing, or the signed one does not. */
  readonly unknown: readonly string[];
}

/** Compares the machines of a signed run with what a later one found under the same names. */
export function findVoided(verdict: Verdict, signed: RunEvidence, later: RunEvidence): Voided {
  const events: Happened[] = [];
  const unknown: string[] = [];
  for (const { id, reached } of verdict.nodes) {
    const before = signed.node(id).material.facts;
    const after = later.nodes.get(id)?.material.facts;
    if (before !== undefined && after !== undefined) events.push(...findEvents(id, before, after));
    else if (reached) unknown.push(id);
  }
  const members = new Map(verdict.block?.trials.map(({ group, members: of }) => [group, new Set(of)]));
  const isAmong = ({ subject }: Cell, node: string): boolean =>
    subject.kind === 'pair'
      ? subject.nodes.includes(node)
      : (members.get(nameOf(subject))?.has(node) ?? true);
  const cells = verdict.cells.flatMap((cell) => {
    const by = events.find((event) => isVoid(cell, event, isAmong));
    return by === undefined ? [] : [{ cell, by }];
  });
  return { events, cells, unknown };
}

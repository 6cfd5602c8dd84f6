import type { JournalRecord } from '../../agents/protocol/journal-record.ts';
import type { Plan } from '../plan/plan.ts';

/**
 * Equal values as one object. The readings of a run are many and say few things: where they stand, their dimensions,
 * what they are about. What is given out is nobody's to change.
 */
export class Shared {
  readonly #texts = new Map<string, string>();
  readonly #values = new Map<string, unknown>();

  text(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    this.#texts.set(text, text);
    return text;
  }

  /** A JSON value, its keys in the order in which it has them. */
  value<T extends object>(value: T): T {
    const key = JSON.stringify(value);
    const known = this.#values.get(key);
    if (known !== undefined) return known as T; // its text is the same
    this.#values.set(key, value);
    return value;
  }
}

/** A piece of a string keeps the whole string alive: a version or a quoted line that was read in 16 MiB keeps all of them. */
export const detached = <T>(value: T): T => structuredClone(value);

/** A thousand nodes are asked for the same steps, and each member of a group has one that lists all of them. */
export const withSharedParts = (plan: Plan, shared: Shared): Plan => ({
  ...plan,
  steps: plan.steps.map((planned) => ({
    ...planned,
    step: shared.text(planned.step),
    workload: shared.text(planned.workload),
    tool: shared.text(planned.tool),
    node: shared.text(planned.node),
    entry: shared.text(planned.entry),
    params: shared.value(planned.params),
    ...(planned.seat && { seat: { ...planned.seat, members: shared.value(planned.seat.members) } }),
  })),
});

/** A journal names each of a thousand steps three times: planned, begun, ended. */
export function withSharedNames(record: JournalRecord, shared: Shared): JournalRecord {
  switch (record.type) {
    case 'step-started':
    case 'step-ended':
      return { ...record, step: shared.text(record.step) };
    case 'batch-started':
      return { ...record, steps: record.steps.map((step) => shared.text(step)) };
    default:
      return record;
  }
}

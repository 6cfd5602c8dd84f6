import { describe, expect, it } from 'vitest';
import { JournalFold } from '../../../../agents/protocol/journal-fold.ts';
import type { JournalEntry } from '../../../../agents/protocol/journal-record.ts';

const digest = 'a'.repeat(64);

/** The progress after these entries; the chain is not its business. */
function after(...entries: readonly JournalEntry[]): JournalFold {
  const progress = new JournalFold();
  progress.note({ type: 'plan', digest, seq: 0, prev: digest, at: '2026-11-23T00:00:00Z' });
  entries.forEach((entry, seq) => progress.note({ ...entry, seq, prev: digest, at: '2026-11-23T00:00:00Z' }));
  return progress;
}

const started = (step: string): JournalEntry => ({ type: 'step-started', step });
const ended = (step: string, execution: 'completed' | 'error' = 'completed'): JournalEntry => ({
  type: 'step-ended',
  step,
  execution,
  result: digest,
});

describe('JournalFold', () => {
  it('looks again after a restart, under a name of its own', () => {
    const first = after(started('facts'), ended('facts'));
    expect([first.facts, first.nextFacts]).toEqual(['facts', 'facts-2']);
    const restarted = after(started('facts'), ended('facts'), { type: 'restarted', bootId: 'b' });
    expect([restarted.facts, restarted.nextFacts]).toEqual([undefined, 'facts-2']);
  });

  it('does not take facts that were never finished', () => {
    expect(after(started('facts'), ended('facts', 'error')).facts).toBeUndefined();
  });

  it('knows the batch in progress and how one ended', () => {
    const running = after({ type: 'batch-started', batch: 'b1', steps: ['s'] });
    expect([running.runningBatch, running.nextBatch]).toEqual(['b1', 'b2']);
    const stopped = after(
      { type: 'batch-started', batch: 'b1', steps: ['s'] },
      { type: 'batch-ended', batch: 'b1', execution: 'cancelled', reason: 'by hand' },
    );
    expect(stopped.runningBatch).toBeUndefined();
    expect(stopped.endOf('b1')).toEqual({ execution: 'cancelled', reason: 'by hand' });
  });

  it('takes no second end of a step and no batch before a plan', () => {
    const at = { seq: 0, prev: digest, at: '2026-11-23T00:00:00Z' };
    expect(after(ended('s')).note({ ...ended('s', 'error'), ...at })).toEqual({
      expected: 'one end of s',
      found: 'another one',
    });
    const bare = new JournalFold();
    expect(bare.note({ type: 'batch-started', batch: 'b1', steps: [], ...at })?.found).toBe('none');
    expect(bare.runningBatch).toBeUndefined();
  });

  it('knows what is open', () => {
    const fold = after(started('a'), started('b'), ended('a'), { type: 'restarted', bootId: 'two' });
    expect([fold.openSteps, fold.openBatches, fold.restarts]).toEqual([['b'], [], [{ rebooted: true }]]);
  });
});

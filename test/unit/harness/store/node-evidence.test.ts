import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../../../agents/protocol/journal-record.ts';
import { NodeEvidence } from '../../../../harness/store/node-evidence.ts';
import type { RunHeader } from '../../../../harness/store/run-header.ts';

const digest = 'a'.repeat(64);
const header: RunHeader = {
  schema: 'assay/run',
  schemaVersion: 2,
  id: 'own-run',
  nonce: 'n',
  assay: 'test',
  purpose: 'survey',
  startedAt: '2026-11-23T00:00:00Z',
  profile: 'survey',
  inputs: [],
};

/** Lets the node n2 of this run have these as its journal, whose chain is not its business. */
function note(...entries: readonly JournalEntry[]): void {
  const evidence = new NodeEvidence('n2', { header, headDigest: digest }, new Map());
  const at = '2026-11-23T00:00:00Z';
  entries.forEach((entry, seq) =>
    evidence.note({ ...entry, seq, prev: digest, at }, { records: seq + 1, head: digest }),
  );
}

const opened = (node: string, run: string): JournalEntry => ({
  type: 'opened',
  run,
  node,
  protocol: 1,
  bundle: 'x',
  bootId: 'b',
  directory: '/',
});
const restarted: JournalEntry = { type: 'restarted', bootId: 'c' };

describe('the journal of a node', () => {
  it('is opened by this node for this run', () => {
    expect(() => note(opened('n2', 'own-run'), restarted)).not.toThrow();
  });

  it.each<[string, readonly JournalEntry[], string]>([
    ['another node', [opened('n1', 'own-run')], 'found that of n1 in the run own-run'],
    ['another run', [opened('n2', 'other')], 'found that of n2 in the run other'],
    ['nobody', [restarted], 'found `restarted` as its first record'],
    ['another node later on', [opened('n2', 'own-run'), opened('n1', 'own-run')], 'found that of n1'],
  ])('is damaged when it is opened by or for %s', (_, entries, found) => {
    expect(() => note(...entries)).toThrow(
      'nodes/n2/journal.ndjson: expected the journal of n2 in the run own-run, ',
    );
    expect(() => note(...entries)).toThrow(found);
  });
});

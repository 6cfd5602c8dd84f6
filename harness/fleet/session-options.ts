import type { JournalRecord } from '../../agents/protocol/journal-record.ts';
import type { Deadlines } from '../transport/deadlines.ts';
import type { SessionEvidence } from './asked.ts';

/** What a session with one node is opened with. */
export interface SessionOptions {
  readonly node: string;
  /** What is here already; the session adds to that of the node. */
  readonly evidence: SessionEvidence;
  readonly deadlines: Deadlines;
  /** Of the hello that the agent was started with. */
  readonly nonce: string;
  readonly onRecord: (record: JournalRecord) => void;
  /** Aborted to give up, whatever is being waited for. */
  readonly signal?: AbortSignal | undefined;
}

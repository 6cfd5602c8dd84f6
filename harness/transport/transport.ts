import type { Readable, Writable } from 'node:stream';

/** A process on a node, seen from here: three streams and an end. */
export interface Channel {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the process ended or the connection to it was lost (`exitCode` undefined then). */
  readonly ended: Promise<{ readonly exitCode: number | undefined }>;
  /** Drops the connection. What runs detached on the node is not touched. */
  readonly close: () => void;
}

/**
 * A way to a node. It can do one thing: start one of the fixed lines of deploy/ through the
 * node's `sh`. Throws `AssayError` HOST_UNREACHABLE when the node cannot be reached.
 */
export interface Transport {
  readonly name: string;
  readonly exec: (line: string) => Promise<Channel>;
  readonly close: () => Promise<void>;
}

import { sha256 } from '../../agents/protocol/chain.ts';
import type { FromAgent, ToAgent } from '../../agents/protocol/messages.ts';
import { damaged } from '../store/evidence-damaged.ts';
import { maxFileBytes } from '../store/pack.ts';

type Chunk = Extract<FromAgent, { type: 'chunk' }>;

interface Fetching {
  readonly parts: Buffer[];
  bytes: number;
  readonly resolve: (bytes: Buffer) => void;
  readonly reject: (cause: unknown) => void;
}

/** Fetches files of a node's run directory in chunks. Nothing that a node offers by itself is kept. */
export class Fetcher {
  readonly #node: string;
  readonly #send: (message: ToAgent) => void;
  readonly #open = new Map<string, Fetching>();

  constructor(node: string, send: (message: ToAgent) => void) {
    this.#node = node;
    this.#send = send;
  }

  /** Resolves with a file that has this digest. Throws EVIDENCE_DAMAGED. */
  async fetch(path: string, digest: string): Promise<Buffer> {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    this.#open.set(path, { parts: [], bytes: 0, resolve, reject });
    this.#send({ type: 'fetch', path });
    try {
      const bytes = await promise;
      const found = sha256(bytes);
      if (found !== digest) throw damaged(`${this.#node}:${path}`, `sha256 ${digest}`, `sha256 ${found}`);
      return bytes;
    } finally {
      this.#open.delete(path);
    }
  }

  /** Whether somebody waits for a part of this file. */
  wants(path: string): boolean {
    return this.#open.has(path);
  }

  /** Takes a chunk, which must continue a file that was asked for. Throws EVIDENCE_DAMAGED. */
  collect({ path, offset, data, last }: Chunk): void {
    const fetching = this.#open.get(path);
    if (fetching === undefined) return;
    const isEmpty = data === '' && !last;
    if (offset !== fetching.bytes || offset > maxFileBytes || isEmpty)
      throw damaged(
        `${this.#node}:${path}`,
        `a chunk at ${fetching.bytes}`,
        isEmpty ? 'an empty one' : `one at ${offset}`,
      );
    const part = Buffer.from(data, 'base64');
    fetching.parts.push(part);
    fetching.bytes += part.length;
    if (last) fetching.resolve(Buffer.concat(fetching.parts));
  }

  /** Nothing more will come. */
  fail(cause: unknown): void {
    for (const { reject } of this.#open.values()) reject(cause);
  }
}

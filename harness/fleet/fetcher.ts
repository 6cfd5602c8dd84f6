import type { Hash } from 'node:crypto';
import { createHash } from 'node:crypto';
import type { FromAgent, ToAgent } from '../../agents/protocol/messages.ts';
import { damaged } from '../store/evidence-damaged.ts';
import { floods } from './floods.ts';

type Chunk = Extract<FromAgent, { type: 'chunk' }>;

/** A file of the node's run directory as its journal or a result names it. */
export interface Wanted {
  readonly path: string;
  readonly sha256: string;
  /** More than this is not taken. */
  readonly most: number;
}

/** Takes the next part of a file. Nothing more is read from the node until it is done. */
export type Take = (part: Buffer) => Promise<void>;

interface Fetching {
  readonly wanted: Wanted;
  readonly take: Take;
  readonly hash: Hash;
  bytes: number;
  readonly resolve: () => void;
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

  /** Resolves when all of a file was taken and has its digest. Throws EVIDENCE_DAMAGED, NODE_FLOODS. */
  async fetch(wanted: Wanted, take: Take): Promise<void> {
    const { path, sha256 } = wanted;
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const hash = createHash('sha256');
    this.#open.set(path, { wanted, take, hash, bytes: 0, resolve: () => resolve(undefined), reject });
    this.#send({ type: 'fetch', path });
    try {
      await promise;
      const found = hash.digest('hex');
      if (found !== sha256) throw damaged(`${this.#node}:${path}`, `sha256 ${sha256}`, `sha256 ${found}`);
    } finally {
      this.#open.delete(path);
    }
  }

  /** Whether somebody waits for a part of this file. */
  wants(path: string): boolean {
    return this.#open.has(path);
  }

  /** Takes a chunk, which must continue a file that was asked for. Throws EVIDENCE_DAMAGED, NODE_FLOODS. */
  async collect({ path, offset, data, last }: Chunk): Promise<void> {
    const fetching = this.#open.get(path);
    if (fetching === undefined) return;
    const isEmpty = data === '' && !last;
    if (offset !== fetching.bytes || isEmpty)
      throw damaged(
        `${this.#node}:${path}`,
        `a chunk at ${fetching.bytes}`,
        isEmpty ? 'an empty one' : `one at ${offset}`,
      );
    const part = Buffer.from(data, 'base64');
    fetching.bytes += part.length;
    const { most } = fetching.wanted;
    if (fetching.bytes > most) throw floods(this.#node, path, most, fetching.bytes);
    fetching.hash.update(part);
    try {
      await fetching.take(part);
    } catch (cause) {
      fetching.reject(cause); // it is our own disk's
      throw cause;
    }
    if (last) fetching.resolve();
  }

  /** Nothing more will come. */
  fail(cause: unknown): void {
    for (const { reject } of this.#open.values()) reject(cause);
  }
}

import type { FileHandle } from 'node:fs/promises';
import { open, readFile } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import { sha256 } from '../protocol/chain.ts';
import type { JournalEntry } from '../protocol/journal-record.ts';

/**
 * The node's append-only journal. Every line is chained to the one before and is on the disk (fsync) before
 * anybody is told of it. A last line torn by a crash is cut, and a `truncated` record says how much went.
 */
export class Journal {
  readonly lines: string[];
  readonly #file: FileHandle;
  readonly #clock: Clock;
  #prev: string;
  #goodBytes: number;
  #listener: ((line: string) => void) | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(file: FileHandle, clock: Clock, lines: string[], head: string, goodBytes: number) {
    this.#file = file;
    this.#clock = clock;
    this.lines = lines;
    this.#goodBytes = goodBytes;
    this.#prev = lines.length === 0 ? head : sha256(lines.at(-1) ?? '');
  }

  static async open(path: string, head: string, clock: Clock): Promise<Journal> {
    const file = await open(path, 'a+', 0o600);
    const text = await readFile(path, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    const journal = new Journal(file, clock, whole.split('\n').slice(0, -1), head, Buffer.byteLength(whole));
    const torn = Buffer.byteLength(text) - Buffer.byteLength(whole);
    if (torn > 0) {
      await file.truncate(Buffer.byteLength(whole));
      await journal.append({ type: 'truncated', bytes: torn });
    }
    return journal;
  }

  /** Called with every new line, after it is safe on the disk. One listener: the coordinator that is attached. */
  listen(listener: ((line: string) => void) | undefined): void {
    this.#listener = listener;
  }

  /** Appends in call order. Rejects when the disk refuses; the chain then ends at the last good line. */
  append(entry: JournalEntry): Promise<void> {
    const written = this.#queue.then(() => this.#write(entry));
    this.#queue = written.catch(() => undefined);
    return written;
  }

  async #write(entry: JournalEntry): Promise<void> {
    const head = { seq: this.lines.length, prev: this.#prev, at: this.#clock.now().toISOString() };
    const line = JSON.stringify({ ...head, ...entry });
    try {
      await this.#file.appendFile(`${line}\n`);
      await this.#file.sync();
    } catch (cause) {
      // A part of the line may be on the disk: cut it, or the next line would continue it.
      await this.#file.truncate(this.#goodBytes);
      throw cause;
    }
    this.#goodBytes += Buffer.byteLength(line) + 1;
    this.lines.push(line);
    this.#prev = sha256(line);
    this.#listener?.(line);
  }

  async close(): Promise<void> {
    await this.#queue;
    await this.#file.close();
  }
}

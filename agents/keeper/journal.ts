import type { FileHandle } from 'node:fs/promises';
import { open, readFile } from 'node:fs/promises';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Clock } from '../clock.ts';
import type { ChainPlace } from '../protocol/chain.ts';
import { proveLink } from '../protocol/chain.ts';
import { JournalFold } from '../protocol/journal-fold.ts';
import type { JournalEntry } from '../protocol/journal-record.ts';

/**
 * The node's append-only journal. Every line is chained to the one before and is on the disk (fsync) before
 * anybody is told of it. A last line torn by a crash is cut, and a `truncated` record says how much went. A journal that
 * somebody changed is not continued: EVIDENCE_DAMAGED.
 */
export class Journal {
  readonly lines: string[] = [];
  /** What the lines say. */
  readonly fold = new JournalFold();
  readonly #file: FileHandle;
  readonly #clock: Clock;
  #place: ChainPlace;
  #goodBytes: number;
  #listener: ((line: string) => void) | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  /** Records before its first line, which are elsewhere. */
  readonly #before: number;

  private constructor(file: FileHandle, clock: Clock, text: string, from: ChainPlace) {
    this.#file = file;
    this.#clock = clock;
    this.#place = from;
    this.#before = from.records;
    this.#goodBytes = Buffer.byteLength(text);
    for (const line of text.split('\n').slice(0, -1)) this.#take(line);
  }

  /** Opens the journal that continues a chain from there. */
  static async open(path: string, from: ChainPlace, clock: Clock): Promise<Journal> {
    const file = await open(path, 'a+', 0o600);
    const text = await readFile(path, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    const journal = new Journal(file, clock, whole, from);
    const torn = Buffer.byteLength(text) - Buffer.byteLength(whole);
    if (torn > 0) {
      await file.truncate(Buffer.byteLength(whole));
      // Of a first line nobody was ever told: the journal begins anew.
      if (whole !== '') await journal.append({ type: 'truncated', bytes: torn });
    }
    return journal;
  }

  /** Of the whole chain, also those that are elsewhere. */
  get records(): number {
    return this.#place.records;
  }

  /** The lines from a record of the chain on; `undefined` when some of them are not here. */
  linesFrom(record: number): readonly string[] | undefined {
    return record < this.#before ? undefined : this.lines.slice(record - this.#before);
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
    const { records: seq, head: prev } = this.#place;
    const head = { seq, prev, at: this.#clock.now().toISOString() };
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
    this.#take(line);
    this.#listener?.(line);
  }

  #take(line: string): void {
    const link = proveLink(line, this.#place);
    const wrong = link.ok
      ? this.fold.note(link.value.record)
      : { expected: 'the next link of the chain', found: link.error };
    if (wrong !== undefined)
      throw new AssayError(
        'EVIDENCE_DAMAGED',
        `journal.ndjson line ${this.lines.length + 1}: expected ${wrong.expected}, found ${wrong.found}`,
      );
    if (link.ok) this.#place = link.value.place;
    this.lines.push(line);
  }

  async close(): Promise<void> {
    await this.#queue;
    await this.#file.close();
  }
}

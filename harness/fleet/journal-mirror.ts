import type { ChainPlace } from '../../agents/protocol/chain.ts';
import { proveLink } from '../../agents/protocol/chain.ts';
import type { JournalRecord } from '../../agents/protocol/journal-record.ts';
import { ByteBudget } from '../store/byte-budget.ts';
import { damaged } from '../store/evidence-damaged.ts';
import type { NodeEvidence } from '../store/node-evidence.ts';
import { lastFile } from '../store/pack.ts';
import type { Content } from '../store/pack-writer.ts';
import { PackWriter } from '../store/pack-writer.ts';
import { outputsOf, outputsToRead } from '../store/parse-step.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { runPaths } from '../store/run-directory.ts';
import type { SessionEvidence } from './asked.ts';
import { Asked, resultBytes } from './asked.ts';
import type { Take, Wanted } from './fetcher.ts';

/** Fetches a file of the node's run directory, part by part. */
export type Fetch = (wanted: Wanted, take: Take) => Promise<void>;

interface Proven {
  readonly line: string;
  readonly record: JournalRecord;
  readonly place: ChainPlace;
}

/** Outputs are read whole, to be parsed and for the index, so one step at a time is in memory, whatever the number of nodes. */
const reading = new ByteBudget(1);

/**
 * Keeps a node's journal in the run directory, line by line as it comes, after the evidence that each line speaks of: a
 * record here means that its files are in the pack. What cannot be proven, or was not asked for, ends the mirror before it
 * is kept, so that there is never a hole.
 */
export class JournalMirror {
  readonly #run: RunDirectory;
  readonly #evidence: NodeEvidence;
  readonly #fetch: Fetch;
  readonly #asked: Asked;
  readonly #whole: SessionEvidence;
  readonly #isOver: () => boolean;
  readonly #onKept: (records: readonly JournalRecord[]) => void;
  readonly #arrived: string[] = [];
  /** Records that the node had when this connection began. */
  #oldRecords = 0;
  /** How far the chain is proven: ahead of what is on our disk. */
  #place: ChainPlace;
  /** Opened for the first step that comes: a pack is cut behind what the journal names, and its index is removed. */
  #pack: PackWriter | undefined;

  constructor(options: {
    readonly node: string;
    readonly evidence: SessionEvidence;
    readonly fetch: Fetch;
    /** Whether the session has ended meanwhile: then nothing more is kept. */
    readonly isOver: () => boolean;
    readonly onKept: (records: readonly JournalRecord[]) => void;
  }) {
    const { node, evidence, fetch, isOver, onKept } = options;
    this.#run = evidence.run;
    this.#whole = evidence;
    this.#evidence = evidence.node(node);
    this.#asked = Asked.of(evidence, node);
    this.#fetch = fetch;
    this.#isOver = isOver;
    this.#onKept = onKept;
    this.#place = this.#evidence.place;
  }

  /** The first so many records were there before this connection: whoever asked for them was another one. */
  expectOld(records: number): void {
    this.#oldRecords = records;
  }

  /** A line has come; `keep` deals with it. Throws NODE_FLOODS. */
  arrived(line: string): void {
    this.#asked.weigh(line);
    this.#arrived.push(line);
  }

  /** Keeps the lines that have come. Throws EVIDENCE_DAMAGED, NOT_ASKED, NODE_FLOODS; what was proven before is kept then. */
  async keep(): Promise<void> {
    const proven: Proven[] = [];
    try {
      for (const line of this.#arrived.splice(0)) {
        const { record, place } = this.#prove(line);
        // What may follow is told by what was kept before.
        if (proven.length > 0 && /^(plan|step|batch)/.test(record.type)) await this.#write(proven.splice(0));
        this.#evidence.expect(record);
        this.#asked.expectRecord(record, record.seq < this.#oldRecords);
        if (record.type === 'step-ended') await this.#pull(record);
        this.#place = place;
        proven.push({ line, record, place });
      }
    } finally {
      await this.#write(proven);
    }
  }

  /** All evidence is here: puts the journal on the disk for good, and ends the pack unless that was done before. */
  async finish(): Promise<void> {
    const { id, fold } = this.#evidence;
    await this.#run.flush(runPaths.journal(id));
    if (fold.ended.size === 0 || (await this.#run.has(runPaths.packIndex(id)))) return;
    const pack = await this.#openPack();
    await reading.within(1, () => pack.close());
  }

  #prove(line: string): Omit<Proven, 'line'> {
    const where = `${runPaths.journal(this.#evidence.id)} line ${this.#place.records + 1}`;
    const link = proveLink(line, this.#place);
    if (!link.ok) throw damaged(where, 'the next link of the chain', link.error);
    return link.value;
  }

  async #write(proven: readonly Proven[]): Promise<void> {
    if (proven.length === 0) return;
    const path = runPaths.journal(this.#evidence.id);
    await this.#run.append(path, proven.map(({ line }) => `${line}\n`).join(''));
    for (const { record, place } of proven) this.#evidence.note(record, place);
    this.#onKept(proven.map(({ record }) => record));
  }

  /** Fetches a step's evidence into the pack, where it stays only when it is whole, proven and what was asked for. */
  async #pull(ended: Extract<JournalRecord, { type: 'step-ended' }>): Promise<void> {
    const { step, result: sha256 } = ended;
    const node = this.#evidence.id;
    const path = `steps/${step}/${lastFile}`;
    const parts: Buffer[] = [];
    await this.#fetch({ path, sha256, most: resultBytes }, (part) => {
      parts.push(part);
      return Promise.resolve();
    });
    const exit = Buffer.concat(parts);
    const result = this.#evidence.readExit(step, exit, `${node}:${path}`);
    this.#asked.expectResult(ended, result);
    const contents = outputsOf(result).map(({ file, bytes: most, sha256: digest }) => {
      const wanted = { path: `steps/${step}/${file}`, sha256: digest, most };
      return [file, { bytes: most, fill: (take: Take) => this.#fetch(wanted, take) }] as const;
    });
    const pack = await this.#openPack();
    await pack.append(step, new Map<string, Content>([...contents, [lastFile, exit]]), async (read) => {
      await reading.within(1, async () => {
        if (this.#isOver()) throw damaged(`${node}:${path}`, 'a session that goes on', 'its end');
        const files = new Map<string, string>();
        for (const { file } of outputsToRead(result)) files.set(file, (await read(file)).toString('utf8'));
        this.#asked.expectFacts(step, files);
        this.#evidence.add(result, files, this.#whole.stepsOf(node).get(step));
      });
    });
  }

  async #openPack(): Promise<PackWriter> {
    const { id, fold } = this.#evidence;
    return (this.#pack ??= await PackWriter.open(this.#run, id, [...fold.ended.keys()]));
  }
}

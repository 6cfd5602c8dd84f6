import type { ChainPlace } from '../../agents/protocol/chain.ts';
import type { Contradiction } from '../../agents/protocol/journal-fold.ts';
import { JournalFold } from '../../agents/protocol/journal-fold.ts';
import type { JournalRecord } from '../../agents/protocol/journal-record.ts';
import { isAgentsFault, isFactsStep, StepResult } from '../../agents/protocol/step.ts';
import type { Said } from '../../reports/verdict/said.ts';
import { sortSamples } from '../../reports/verdict/samples.ts';
import { valueOf } from '../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import { ProbeDocument } from '../../workloads/kit/facts/probe-output.ts';
import { readMachine } from '../../workloads/kit/facts/read-host-facts.ts';
import type { Result } from '../../workloads/kit/result.ts';
import { err, ok } from '../../workloads/kit/result.ts';
import type { Sample } from '../../workloads/kit/sample.ts';
import type { StepOutputs } from '../../workloads/kit/tool.ts';
import type { Registry } from '../../workloads/registry.ts';
import type { PlannedStep } from '../plan/plan.ts';
import { withoutOwnLoad, withWorstLimits } from './after-restart.ts';
import type { EvidenceDamaged } from './evidence-damaged.ts';
import { damaged } from './evidence-damaged.ts';
import { shareOfOthers } from './other-work.ts';
import { lastFile } from './pack.ts';
import type { ReadStep, Unmeasured } from './parse-step.ts';
import { gatherOutputs, outputsToRead, parseStep } from './parse-step.ts';
import { readDocument } from './read-document.ts';
import { Recorded } from './recorded.ts';
import type { RunDirectory } from './run-directory.ts';
import { runPaths } from './run-directory.ts';
import type { EndedStep, FactsDocument, NodeMaterial } from './run-material.ts';
import { detached, Shared, withSharedNames } from './shared.ts';
import { whyOther } from './why-other.ts';

/** A soak of a week takes half of them, on a node with eight accelerators: 168 windows, of which each gives some 300 readings. */
const mostSamples = 100_000;

/** What its reader takes of a run. All of it is proven all the same. */
export interface Interest {
  /** They may not keep the text that they were read in. */
  readonly machineOf: (document: ProbeDocument) => Omit<FactsDocument, 'step'>;
  /** Whether the outputs of a step are read into samples. */
  readonly isRead: (step: Pick<StepResult, 'workload' | 'params'>) => boolean;
}

const everything: Interest = {
  machineOf: (document) => detached(readMachine(document)),
  isRead: () => true,
};

/**
 * Everything that is known about one node of a run, proven link by link: filled by the session that has just received it,
 * or from disk. Each output is hashed and parsed once.
 */
export class NodeEvidence {
  readonly id: string;
  /** How far its journal is here, with the evidence that it speaks of. */
  place: ChainPlace;
  readonly fold = new JournalFold();
  /** Why nobody could log in, or why it never began. */
  unreached: string | undefined;
  /** The first name of the machine that this is another name of. */
  #sameAs: string | undefined;
  /** What of it was changed or is gone; then nothing of this node counts. */
  damage: EvidenceDamaged | undefined;
  readonly #run: string;
  readonly #isRehearsal: boolean;
  readonly #registry: Registry;
  readonly #shared: Shared;
  readonly #interest: Interest;
  readonly #documents: FactsDocument[] = [];
  readonly #steps: EndedStep[] = [];
  readonly #recorded = new Recorded();
  readonly #under = new Map<string, string>();
  readonly #samples: Sample[] = [];
  readonly #unmeasured: Unmeasured[] = [];
  readonly #unreadable: { readonly step: string; readonly reason: Said }[] = [];
  #material: NodeMaterial | undefined;

  constructor(
    id: string,
    { header, headDigest }: Pick<RunDirectory, 'header' | 'headDigest'>,
    registry: Registry,
    shared = new Shared(),
    interest = everything,
  ) {
    this.id = id;
    this.#interest = interest;
    this.#run = header.id;
    this.#isRehearsal = header.rehearsal === true;
    this.place = { records: 0, head: headDigest };
    this.#registry = registry;
    this.#shared = shared;
  }

  /** A file of it was changed or is gone. */
  spoil(damage: EvidenceDamaged): void {
    this.damage = damage;
    this.#material = undefined;
  }

  get sameAs(): string | undefined {
    return this.#sameAs;
  }

  /** What was seen under this name says nothing: the machine is another node of the run. */
  isAlso(first: string): void {
    this.#sameAs = first;
    this.#material = undefined;
  }

  /** Refuses a record that cannot follow the ones before. Throws EVIDENCE_DAMAGED. */
  expect(record: JournalRecord): void {
    const wrong = this.#whyForeign(record) ?? this.fold.whyNot(record);
    if (wrong !== undefined) throw damaged(runPaths.journal(this.id), wrong.expected, wrong.found);
  }

  /** Takes a record whose evidence is here. Throws EVIDENCE_DAMAGED when it cannot follow the ones before. */
  note(record: JournalRecord, place: ChainPlace): void {
    this.expect(record);
    this.fold.note(withSharedNames(record, this.#shared));
    this.place = place;
    this.#material = undefined;
  }

  /** Every chain of a run starts from the same digest: whose it is, only its first record says. */
  #whyForeign(record: JournalRecord): Contradiction | undefined {
    const own = `the journal of ${this.id} in the run ${this.#run}`;
    if (record.type !== 'opened')
      return record.seq === 0
        ? { expected: own, found: `\`${record.type}\` as its first record` }
        : undefined;
    const { node, run } = record;
    return node === this.id && run === this.#run
      ? undefined
      : { expected: own, found: `that of ${node} in the run ${run}` };
  }

  /** The result of a step from its exit.json, whose digest the journal names. Throws EVIDENCE_DAMAGED. */
  readExit(step: string, bytes: Buffer, where: string): StepResult {
    const result = readDocument(StepResult, bytes.toString('utf8'), where);
    if (result.step !== step) throw damaged(where, `the step ${step}`, result.step);
    if (result.commands.some(({ outputs }) => outputs.some(({ file }) => file === lastFile)))
      throw damaged(where, 'outputs of other names', lastFile);
    return result;
  }

  /**
   * Takes a step with its outputs, by file name, of which each is what the result says, and what was planned under its
   * name. Evidence that is whole and not what was planned says nothing: its numbers are of something else.
   */
  add(
    result: StepResult,
    outputs: ReadonlyMap<string, Uint8Array | string>,
    planned: PlannedStep | undefined,
  ): void {
    this.#material = undefined;
    const { step } = result;
    const isRead = isFactsStep(step) || this.#interest.isRead(result);
    const files = new Map<string, string>();
    for (const { file } of isRead ? outputsToRead(result) : []) {
      const output = outputs.get(file);
      if (output !== undefined) files.set(file, typeof output === 'string' ? output : textOf(output));
    }
    if (isFactsStep(step)) {
      const probes = files.get('probes.json');
      const where = `${runPaths.step(this.id, step)}/probes.json`;
      if (probes !== undefined) {
        const { facts, ...rest } = this.#interest.machineOf(readDocument(ProbeDocument, probes, where));
        this.#documents.push({
          step,
          ...rest,
          facts: this.#documents.length === 0 ? facts : withoutOwnLoad(facts),
        });
      }
      return;
    }
    const said = gatherOutputs(result, files);
    this.#steps.push(endedStep(result, said, this.#shared));
    this.#recorded.note(this.#registry, result);
    // What is shared stays as long as the run, and so would the text that it was read in.
    const isLarge = [...files.values()].some(({ length }) => length > largeText);
    const facts = this.#documents.at(-1);
    if (this.#documents.length > 1 && facts !== undefined) this.#under.set(step, facts.step);
    const other = whyOther(result, planned);
    const read =
      other !== undefined
        ? err(other)
        : isRead
          ? this.#read(result, said, isLarge)
          : ok({ samples: [], unmeasured: [] });
    const parsed =
      read.ok && this.#samples.length + read.value.samples.length > mostSamples
        ? err({
            say: 'quoted',
            text: `expected at most ${mostSamples} readings of a node, got more`,
          } as const)
        : read;
    if (parsed.ok) {
      this.#samples.push(...parsed.value.samples.map((sample) => withinCpus(sample, facts?.facts)));
      this.#unmeasured.push(...parsed.value.unmeasured);
    }
    // A step that did not end well has its reason already; unreadable is only what should have been readable.
    else if (result.execution === 'completed') this.#unreadable.push({ step, reason: parsed.error });
  }

  #read(result: StepResult, outputs: StepOutputs, isLarge: boolean): Result<ReadStep, Said> {
    const isRehearsal = this.#isRehearsal;
    const parsed = isLarge
      ? detached(parseStep(this.#registry, this.id, result, outputs, { isRehearsal }))
      : parseStep(this.#registry, this.id, result, outputs, { isRehearsal, shared: this.#shared });
    return parsed.ok ? parsed : err({ say: 'quoted', text: parsed.error });
  }

  /** What each look at the node has shown, in order. */
  get documents(): readonly FactsDocument[] {
    return this.#documents;
  }

  /** The facts of a step that looked at the node. */
  factsOf(step: string): HostFacts | undefined {
    return this.#documents.find((document) => document.step === step)?.facts;
  }

  get material(): NodeMaterial {
    return (this.#material ??= this.#gather());
  }

  #gather(): NodeMaterial {
    const { id, place, damage } = this;
    if (damage !== undefined) {
      const { file, expected, found } = damage;
      const nothing = { documents: [], steps: [], samples: [], unreadable: [] };
      return { id, reached: true, ...nothing, damage: { file, expected, found } };
    }
    const [first] = this.#documents;
    const hasJournal = place.records > 0;
    if (this.#sameAs !== undefined)
      return {
        id,
        reached: false,
        sameAs: this.#sameAs,
        why: { say: 'same-machine', node: this.#sameAs },
        steps: [],
        samples: [],
        unreadable: [],
        ...(hasJournal ? { journal: place } : {}),
      };
    const nothing: Said = hasJournal
      ? { say: 'no-facts-received' }
      : this.unreached === undefined
        ? { say: 'nothing-received' }
        : { say: 'quoted', text: this.unreached };
    return {
      id,
      reached: first !== undefined,
      ...(first === undefined ? { why: nothing } : { facts: withWorstLimits(first.facts, this.#documents) }),
      documents: [...this.#documents],
      ...(this.#under.size === 0 ? {} : { under: new Map(this.#under) }),
      ...(this.fold.restarts.length === 0 ? {} : { restarts: this.fold.restarts }),
      ...(this.fold.tenant === undefined ? {} : { tenant: this.fold.tenant }),
      ...(this.fold.boots.size === 0 ? {} : { boots: new Map(this.fold.boots) }),
      steps: [...this.#steps],
      samples: this.#recorded.weigh(sortSamples(this.#samples), this.fold),
      unreadable: [...this.#unreadable],
      ...(this.#unmeasured.length === 0 ? {} : { unmeasured: [...this.#unmeasured] }),
      ...(hasJournal ? { journal: place } : {}),
    };
  }
}

/** A tool that says that it ran more threads than there are CPUs did not measure what it says. */
function withinCpus(sample: Sample, facts: HostFacts | undefined): Sample {
  const cpus = facts && valueOf(facts.cpu.logicalCpus);
  const threads = Number(sample.dimensions['threads'] ?? 0);
  return sample.invalid !== undefined || cpus === undefined || threads <= cpus
    ? sample
    : { ...sample, invalid: `timer or tool suspect: ${threads} threads on a machine of ${cpus} CPUs` };
}

/** From here on it is worth a copy of what was read in a text, so as not to keep the text. */
const largeText = 64 * 1024;

/** Of the bytes where they are: outputs can be large, and are there once. */
const textOf = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('utf8');

const endedStep = (result: StepResult, outputs: StepOutputs, shared: Shared): EndedStep => ({
  step: shared.text(result.step),
  workload: shared.text(result.workload),
  tool: shared.text(result.tool),
  repetition: result.repetition,
  execution: result.execution,
  reason: result.reason,
  durationMs: result.durationMs,
  group: result.seat?.group,
  ...(isAgentsFault(result) ? { isAgentsFault: true } : {}),
  // Steps that run together are other work to each other.
  otherWork: result.together === undefined ? shareOfOthers(outputs) : undefined,
  commands: result.commands.length,
});

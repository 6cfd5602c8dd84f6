import * as z from 'zod';
import { sha256 } from '../../agents/protocol/chain.ts';
import { AsicAnswer } from '../../reports/verdict/asic-answer.ts';
import { FacilityTrouble } from '../../reports/verdict/facility-trouble.ts';
import { ErrorDocument } from '../../workloads/kit/error-document.ts';
import { PlannedStep, PlannedSubject } from '../plan/plan.ts';
import { PlannedRepair } from '../plan/repairs.ts';
import { damaged } from './evidence-damaged.ts';
import { readDocument } from './read-document.ts';
import type { RunDirectory } from './run-directory.ts';
import { runPaths } from './run-directory.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const head = { seq: z.number().int().nonnegative(), prev: digest, at: z.iso.datetime() };
const record = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.strictObject({ ...head, type: z.literal(type), ...shape });

/** Why steps were added to a plan. */
export const AdditionReason = z.discriminatedUnion('why', [
  /** To find out who is to blame for a bad measurement of this suite entry. */
  z.strictObject({ why: z.literal('blame'), entry: z.string() }),
  /** In place of steps that ended only because the coordinator left or the operator stopped the run. */
  z.strictObject({ why: z.literal('again'), steps: z.array(z.string()).min(1) }),
  /** The first session once more, behind a boot: the one that each of these nodes was in before. */
  z.strictObject({
    why: z.literal('session'),
    session: z.number().int().min(3),
    boots: z.record(z.string(), z.string()),
  }),
  /** What a repair touches once more; where the machine was off for it, behind the boot that its node has to leave. */
  z.strictObject({
    why: z.literal('repair'),
    repair: PlannedRepair,
    boots: z.record(z.string(), z.string()),
  }),
  /** Runs of the first session once more, after a rest: a look at these nodes could not decide. */
  z.strictObject({ why: z.literal('extension'), session: z.number().int().min(3) }),
]);
export type AdditionReason = z.infer<typeof AdditionReason>;

/** Why a planned step was left out. What is claimed of a node here is derived again from its evidence before it counts. */
export const SkipCause = z.discriminatedUnion('why', [
  /** The node computes wrong, or is not what it should be: the requirement that it fails. */
  z.strictObject({ why: z.literal('gate'), node: z.string(), requirement: z.string() }),
  /** The node is to blame for other measurements. */
  z.strictObject({ why: z.literal('blamed'), node: z.string() }),
  z.strictObject({ why: z.literal('lost'), node: z.string() }),
  /** What cools the node is in trouble. */
  z.strictObject({ why: z.literal('idled'), node: z.string() }),
  /** Somebody came to the node, which yields to others. */
  z.strictObject({ why: z.literal('tenant'), node: z.string() }),
  /** It would not have been over at the end of the window. */
  z.strictObject({ why: z.literal('window'), node: z.string() }),
  /** The node began it before an interruption, and a step is never run twice. */
  z.strictObject({ why: z.literal('begun'), node: z.string() }),
  /** The words of a document of version 1, and whom they name. */
  z.strictObject({ why: z.literal('said'), words: z.string(), node: z.string().optional() }),
]);
export type SkipCause = z.infer<typeof SkipCause>;

/** What a look at the runs of a cell came to. */
export const Look = z.strictObject({
  cell: z.string().max(500),
  decision: z.enum(['pass', 'fail', 'more', 'stop']),
});
export type Look = z.infer<typeof Look>;

/**
 * What the coordinator decided and saw, in order (`coordinator.ndjson`), chained like a node's journal from the digest of
 * the run header. The plan itself never changes: it is named here and grows by what is added.
 */
export const CoordinatorRecord = z.discriminatedUnion('type', [
  record('planned', { digest }),
  record('added', {
    reason: AdditionReason,
    steps: z.array(PlannedStep).min(1),
    subjects: z.array(PlannedSubject).optional(),
    cells: z.array(z.string()).optional(),
  }),
  record('skipped', { step: z.string(), cause: SkipCause }),
  /**
   * What the runs of a node up to a session came to, whose number is decided while measuring; or of several together, of whom it is
   * the first.
   */
  record('looked', {
    node: z.string(),
    group: z.strictObject({ name: z.string(), members: z.array(z.string()).min(2).max(100_000) }).optional(),
    session: z.number().int().min(1),
    cells: z.array(Look).max(10_000),
  }),
  /** It ended by something that says nothing about its members: a connection of ours to this one was lost. */
  record('broken', { step: z.string(), node: z.string(), said: z.string() }),
  /** An operator stopped the run from elsewhere: what nodes then end as cancelled is no failure of theirs. */
  record('stopped', {}),
  /** What cools these by a liquid is in trouble: heavy steps were ended there, and none began any more. */
  record('idled', { nodes: z.array(z.string()).min(1), trouble: FacilityTrouble }),
  /** Nothing was begun on these, since it would not have been over at the end of the window of the night. */
  record('late', { nodes: z.array(z.string()).min(1) }),
  /** What an ASIC of the inventory said of itself, or why it said nothing. */
  record('asic', { name: z.string().max(300), answer: AsicAnswer }),
  /** Nobody could log in, or the node never began. */
  record('unreached', { node: z.string(), error: ErrorDocument }),
  /** Another name of a machine that is measured under its first: an agent there saw the beacon of this run. */
  record('same-machine', { node: z.string(), as: z.string() }),
  /** Nodes that say one boot id while each has an agent that holds the lease of it: one kernel gives that once. */
  record('distinct', { nodes: z.array(z.string()).min(2), bootId: z.string() }),
]);
export type CoordinatorRecord = z.infer<typeof CoordinatorRecord>;

type WithoutHead<T> = T extends unknown ? Omit<T, 'seq' | 'prev' | 'at'> : never;
export type CoordinatorEntry = WithoutHead<CoordinatorRecord>;

export interface DecidedRepair extends PlannedRepair {
  /** The boot that a node has to have left. */
  readonly boots: Readonly<Record<string, string>>;
  /** When it was asked for. */
  readonly at: string;
  readonly nodes: readonly string[];
}

/** A look at a node, or at what several did together, and when it was taken. */
export interface NodeLook {
  readonly node: string;
  readonly group?: { readonly name: string; readonly members: readonly string[] } | undefined;
  readonly session: number;
  readonly cells: readonly Look[];
  readonly at: string;
}

/** A session that was added because a look could not decide. */
export interface DecidedExtension {
  readonly session: number;
  /** The nodes that take part, each with how long nothing of the run was on it before: since its last look (milliseconds). */
  readonly restMs: Readonly<Record<string, number>>;
}

/** What a coordinator decided and saw, by what it is about. */
export interface Decided {
  /** Steps that were added to the plan, with the subjects and cells that they are about. */
  readonly steps: readonly PlannedStep[];
  /** The sessions that were added behind a boot, in order, with the boot that each of their nodes had to leave. */
  readonly sessions: readonly Extract<AdditionReason, { readonly why: 'session' }>[];
  /** Repairs, in order, with the boots to leave and the nodes that take part in what is measured again. */
  readonly repairs: readonly DecidedRepair[];
  /** Looks at nodes while measuring, in order. */
  readonly looks: readonly NodeLook[];
  readonly extensions: readonly DecidedExtension[];
  readonly subjects: readonly PlannedSubject[];
  readonly cells: readonly string[];
  /** Why planned steps were left out, by step. */
  readonly skips: ReadonlyMap<string, SkipCause>;
  /** Steps that were spoilt from outside, and by what. */
  readonly broken: ReadonlyMap<string, { readonly node: string; readonly said: string }>;
  readonly unreached: ReadonlyMap<string, string>;
  /** The first name of a machine that has several, by its other names. */
  readonly sameMachine: ReadonlyMap<string, string>;
  /** What was the matter with the facility, by the nodes that were idled for it. */
  readonly idled: ReadonlyMap<string, FacilityTrouble>;
  /** Nodes on which nothing was begun because of the window of the night. */
  readonly late: ReadonlySet<string>;
  /** What ASICs of the inventory said, the last time that they were asked, by name. */
  readonly asics: ReadonlyMap<string, AsicAnswer>;
  /** Nodes with equal boot ids that were found to be machines of their own. */
  readonly distinct: readonly (readonly string[])[];
  /** How many records there are, and the digest that binds them; absent when nothing was decided. */
  readonly proof?: { readonly records: number; readonly sha256: string } | undefined;
}

/** The coordinator's own chained journal of a run: what stands in it, and the only way to add to it. */
export class CoordinatorJournal {
  readonly records: CoordinatorRecord[] = [];
  /** Digests of the lines: nodes name the last one that they were given work under. */
  readonly heads = new Set<string>();
  readonly #run: RunDirectory;
  #head: string;
  #decided: Decided | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(run: RunDirectory) {
    this.#run = run;
    this.#head = run.headDigest;
  }

  /** Reads and proves the journal of a run; empty when there is none yet. Throws EVIDENCE_DAMAGED. */
  static async read(run: RunDirectory): Promise<CoordinatorJournal> {
    const journal = new CoordinatorJournal(run);
    const path = runPaths.coordinator;
    if (!(await run.has(path))) return journal;
    const text = (await run.read(path)).toString('utf8');
    if (!text.endsWith('\n') && text !== '') throw damaged(path, 'whole lines', 'a torn last line');
    for (const line of text.split('\n').slice(0, -1)) journal.#take(line);
    return journal;
  }

  /** Digest of the plan; absent before anybody has planned. */
  get planDigest(): string | undefined {
    return this.records.find((each) => each.type === 'planned')?.digest;
  }

  /** What stands in it, by what it is about: folded once for all nodes that ask, until something is added. */
  get decided(): Decided {
    return (this.#decided ??= this.#fold());
  }

  #fold(): Decided {
    const of = <T extends CoordinatorRecord['type']>(type: T) =>
      this.records.filter((each): each is Extract<CoordinatorRecord, { type: T }> => each.type === type);
    const added = of('added');
    const looks = of('looked').map(({ node, group, session, cells, at }) => ({
      ...(group === undefined ? {} : { group }),
      ...{ node, session, cells, at },
    }));
    return {
      steps: added.flatMap(({ steps }) => steps),
      looks,
      extensions: added.flatMap(({ reason, steps, at }) =>
        reason.why === 'extension' ? [extensionOf(reason.session, steps, at, looks)] : [],
      ),
      sessions: added.flatMap(({ reason }) => (reason.why === 'session' ? [reason] : [])),
      repairs: added.flatMap(({ reason, steps, at }) =>
        reason.why === 'repair'
          ? [
              {
                ...reason.repair,
                boots: reason.boots,
                at,
                nodes: [...new Set(steps.map(({ node }) => node))],
              },
            ]
          : [],
      ),
      subjects: added.flatMap(({ subjects = [] }) => subjects),
      cells: added.flatMap(({ cells = [] }) => cells),
      skips: new Map(of('skipped').map(({ step, cause }) => [step, cause])),
      broken: new Map(of('broken').map(({ step, node, said }) => [step, { node, said }])),
      unreached: new Map(of('unreached').map(({ node, error }) => [node, error.message])),
      sameMachine: new Map(of('same-machine').map(({ node, as }) => [node, as])),
      idled: new Map(
        of('idled').flatMap(({ nodes, trouble }) => nodes.map((node) => [node, trouble] as const)),
      ),
      late: new Set(of('late').flatMap(({ nodes }) => nodes)),
      asics: new Map(of('asic').map(({ name, answer }) => [name, answer])),
      distinct: of('distinct').map(({ nodes }) => nodes),
      ...(this.records.length === 0 ? {} : { proof: { records: this.records.length, sha256: this.#head } }),
    };
  }

  /** Digest of the last line; of the run header when there is none. */
  get head(): string {
    return this.#head;
  }

  /** Writes an entry down for good, in call order, before anybody acts on it. */
  append(now: () => Date, entry: CoordinatorEntry): Promise<void> {
    const written = this.#queue.then(async () => {
      const line = JSON.stringify({
        seq: this.records.length,
        prev: this.#head,
        at: now().toISOString(),
        ...entry,
      });
      await this.#run.append(runPaths.coordinator, `${line}\n`);
      await this.#run.flush(runPaths.coordinator);
      this.#take(line);
    });
    this.#queue = written.catch(() => undefined);
    return written;
  }

  #take(line: string): void {
    const where = `${runPaths.coordinator} line ${this.records.length + 1}`;
    const taken = readDocument(CoordinatorRecord, line, where);
    if (taken.seq !== this.records.length || taken.prev !== this.#head)
      throw damaged(where, 'the next link of the chain', `seq ${taken.seq}`);
    this.records.push(taken);
    this.#decided = undefined;
    this.#head = sha256(line);
    this.heads.add(this.#head);
  }
}

/** Whether a look was at a node, alone or among others: nothing of the run was on it then. */
export const isLookAt = ({ node, group }: Pick<NodeLook, 'node' | 'group'>, name: string): boolean =>
  group === undefined ? node === name : group.members.includes(name);

/** How long each node had rested, by the clock that wrote both: since the last look at it that an extension could follow. */
function extensionOf(
  session: number,
  steps: readonly PlannedStep[],
  at: string,
  looks: readonly NodeLook[],
): DecidedExtension {
  const restMs = [...new Set(steps.map(({ node }) => node))].map((node) => {
    const look = looks.findLast((each) => isLookAt(each, node) && each.session < session);
    return [node, look === undefined ? 0 : Date.parse(at) - Date.parse(look.at)] as const;
  });
  return { session, restMs: Object.fromEntries(restMs) };
}

import { setTimeout as sleep } from 'node:timers/promises';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { valueOf } from '../../workloads/kit/facts/fact.ts';
import type { OpenNode } from '../fleet/open-node.ts';
import { openNode, withReattach } from '../fleet/open-node.ts';
import type { Target } from '../fleet/open-session.ts';
import { beaconOf, openSession } from '../fleet/open-session.ts';
import { isGone, NodeHeld } from '../fleet/refusal-of.ts';
import { abandon, begun } from '../fleet/stop-node.ts';
import { firstNames } from './first-names.ts';
import { hasDoneAll } from './has-done-all.ts';
import { lookAtNode } from './look-at-node.ts';
import type { MeasureOptions } from './measure-options.ts';
import { openBehindBoot } from './open-behind-boot.ts';
import type { StepCounter } from './step-counter.ts';
import { hasVerdict, stopsAll } from './whose-failure.ts';

/** Half a second is more than a process needs to end. */
const [freeTries, freePauseMs] = [10, 50];

/** The nodes of a run that answered: the one owner of their sessions, and of who is lost on the way. */
export class Fleet {
  readonly options: MeasureOptions;
  readonly #counter: StepCounter;
  readonly #watchMs: number;
  readonly #nodes = new Map<string, OpenNode>();
  /** Of nodes that were lost: what was on its way is still being kept or refused. */
  readonly #dropped = new Set<OpenNode['session']>();
  readonly #letGo = (): void => {
    for (const { session } of this.#nodes.values()) session.close();
  };

  constructor(options: MeasureOptions, counter: StepCounter, watchMs: number) {
    this.options = options;
    this.#watchMs = watchMs;
    this.#counter = counter;
    options.detach.addEventListener('abort', this.#letGo);
  }

  /** Nodes that are there; who is lost is taken out. */
  get nodes(): ReadonlyMap<string, OpenNode> {
    return this.#nodes;
  }

  /** Opens the nodes that still have something to do, and makes sure that each has looked at its machine. */
  async open(): Promise<void> {
    const { evidence, targets: all, boots, mode } = this.options;
    const targets = all.filter(({ node }) => mode === 'attach' || boots?.has(node) !== false);
    const isOther = ({ node }: Target): boolean => evidence.node(node).sameAs !== undefined;
    // An interruption may have come between the decision and its end.
    await abandon(evidence, await begun(evidence.run, targets.filter(isOther)));
    const met = new Map<string, string>();
    await this.#surviving(
      targets.filter((target) => !isOther(target)),
      async (target) => {
        const holder = await this.#open(target);
        if (holder !== undefined) met.set(target.node, holder);
      },
    );
    await this.#countOnce(met);
    // In the order of the inventory, whoever answered first.
    const opened = targets.flatMap(({ node }) => this.#nodes.get(node) ?? []);
    this.#nodes.clear();
    for (const node of opened) this.#nodes.set(node.node, node);
    if (evidence.plan === undefined) await this.#noteDistinct();
  }

  /** Does something on every node at once. Who fails is reported and left out; nobody left is an error. */
  async each(act: (node: OpenNode) => Promise<void>, nodes = [...this.#nodes.values()]): Promise<void> {
    await this.#surviving(nodes, (node) => this.reach(node, act));
  }

  /** Does something on a node, and goes on where it stands after a lost connection. */
  async reach<T>(node: OpenNode, act: (node: OpenNode) => Promise<T>): Promise<T> {
    return withReattach(node, this.#opening, act);
  }

  /** Takes a node out of what follows; what is not one node's ends the run instead. */
  lose(name: string, cause: unknown): void {
    const error = AssayError.from(cause);
    if (this.options.detach.aborted || stopsAll(error)) throw cause;
    this.#drop(name);
    this.options.events.onNodeFailed(name, error);
  }

  /** Removes the run from nodes that take no part in it. */
  async dismiss(nodes: readonly OpenNode[]): Promise<void> {
    await Promise.allSettled(nodes.map(({ session }) => session.finish()));
    for (const { node } of nodes) this.#nodes.delete(node);
  }

  /** All is here: whatever happens now, the run can be judged. What stays on a node is said, and no more. */
  async finish(): Promise<void> {
    const { events, detach, run } = this.options;
    await Promise.all(
      [...this.#nodes.values()].map(async (node) => {
        try {
          await this.reach(node, ({ session }) => session.finish());
        } catch (cause) {
          const error = AssayError.from(cause);
          if (detach.aborted || stopsAll(error)) throw cause;
          // The answer was lost, not the request.
          if (isGone(error)) return;
          events.onNodeFailed(
            node.node,
            new AssayError(error.code, `the run could not be removed from the node: ${error.message}`, {
              hint: `All its evidence is here. Remove it later with: assay stop ${run.called} --abandon`,
            }),
          );
        }
      }),
    );
    this.#refuseDetached();
  }

  /** Resolves when no session writes anything more. */
  async close(): Promise<void> {
    this.options.detach.removeEventListener('abort', this.#letGo);
    this.#letGo();
    for (const { session } of this.#nodes.values()) this.#dropped.add(session);
    await Promise.all([...this.#dropped].map((session) => session.settled()));
  }

  #drop(name: string): void {
    const node = this.#nodes.get(name);
    if (node === undefined) return;
    node.session.close();
    this.#dropped.add(node.session);
    this.#nodes.delete(name);
  }

  /** Opens a node; or resolves with the node of this run whose keeper is at work on the same machine. */
  async #open(target: Target): Promise<string | undefined> {
    const { evidence, events, mode, targets, boots } = this.options;
    const isPlanned = evidence.plan !== undefined;
    const isDone = isPlanned && mode === 'attach' && hasDoneAll(evidence, target.node);
    if (isDone && !this.#isSought(target.node) && (await this.#isReleased(target))) return undefined;
    const scratch = evidence.inventory.nodes.find(({ name }) => name === target.node)?.scratch;
    const hasBegun = isPlanned || evidence.node(target.node).place.records > 0;
    try {
      const node = await this.#openBooted(target, {
        ...this.#opening,
        // Behind a boot it may hold nothing yet of what it did before.
        mode: hasBegun && boots?.has(target.node) !== true ? mode : 'open',
        scratch,
      });
      this.#nodes.set(node.node, node);
      events.onReached(node.node, this.#nodes.size, targets.length);
      return undefined;
    } catch (cause) {
      if (isDone && isGone(cause)) return undefined;
      if (!(cause instanceof NodeHeld) || isPlanned) throw cause;
      const holder = targets.find(
        ({ node }) => node !== target.node && cause.beacons.includes(beaconOf(evidence.run, node)),
      );
      if (holder === undefined) throw cause;
      return holder.node;
    }
  }

  /** Opens a node; one that has to leave a boot as soon as it has. */
  #openBooted(target: Target, options: Parameters<typeof openNode>[1]): Promise<OpenNode> {
    const { boots, detach: signal, events } = this.options;
    const unlessBoot = boots?.get(target.node);
    const open = (): Promise<OpenNode> => openNode(target, { ...options, unlessBoot });
    if (unlessBoot === undefined) return open();
    return openBehindBoot(open, { onAwaited: () => events.onBootAwaited(target.node), signal });
  }

  /**
   * Of the names of one machine the first in the inventory is measured, whichever was there first. `met` has by each name the
   * one whose keeper it met. What was decided is written down before anybody is sent away.
   */
  async #countOnce(met: ReadonlyMap<string, string>): Promise<void> {
    const { evidence, targets, now, events } = this.options;
    if (met.size === 0) return;
    const known = new Map(
      targets.flatMap(({ node }) => {
        const { sameAs } = evidence.node(node);
        return sameAs === undefined ? [] : [[node, sameAs] as const];
      }),
    );
    const first = firstNames(
      targets.map(({ node }) => node),
      met,
      known,
    );
    for (const [node, as] of first)
      if (known.get(node) !== as) await evidence.decide(now, { type: 'same-machine', node, as });
    events.onSameMachine(first, targets.length);
    await this.dismiss([...first.keys()].flatMap((node) => this.#nodes.get(node) ?? []));
    const firsts = new Set(first.values());
    await this.#surviving(
      targets.filter(({ node }) => firsts.has(node) && met.has(node)),
      (target) => this.#openWhenFree(target),
    );
  }

  /** The keeper that has just said goodbye lets go of its machine a moment later. */
  async #openWhenFree(target: Target): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      try {
        const holder = await this.#open(target);
        if (holder === undefined) return;
        throw new AssayError(
          'LEASE_HELD',
          `expected the agent of ${holder} on the same machine to have ended, found it there`,
          { node: target.node, hint: `Go on with: assay resume ${this.options.run.called}` },
        );
      } catch (cause) {
        if (!(cause instanceof AssayError && cause.code === 'LEASE_HELD') || tries === freeTries) throw cause;
        await sleep(freePauseMs, undefined, { signal: this.options.detach });
      }
    }
  }

  /** Each holds the lease of the boot that it names, and one kernel gives that once: they are not one machine. */
  async #noteDistinct(): Promise<void> {
    const { evidence, now } = this.options;
    const known = [...this.#nodes.values()].flatMap(({ node, facts }) => {
      const bootId = valueOf(facts.identity.bootId);
      return bootId === undefined ? [] : [{ node, bootId }];
    });
    for (const [bootId, those] of Map.groupBy(known, (each) => each.bootId)) {
      const nodes = those.map(({ node }) => node);
      const isNoted = evidence.distinct.some((noted) => noted.join() === nodes.join());
      if (nodes.length > 1 && !isNoted) await evidence.decide(now, { type: 'distinct', nodes, bootId });
    }
  }

  get #opening() {
    const { evidence, detach, events, now } = this.options;
    const { onRecord } = this.#counter;
    return { evidence, onRecord, onLost: events.onNodeLost, signal: detach, watchMs: this.#watchMs, now };
  }

  /** May more be asked of this node? What nodes do together is added to, until it is known who is to blame; so is what does not decide. */
  #isSought(node: string): boolean {
    const { evidence } = this.options;
    const isShared = [...evidence.stepsOf(node).values()].some(({ seat }) => seat !== undefined);
    return isShared || (evidence.suite.extension !== undefined && lookAtNode(evidence, node).due.length > 0);
  }

  /**
   * Removes the run from a node that has nothing more to do; true when it is gone. A coordinator that died after fetching
   * everything still finishes its report.
   */
  async #isReleased(target: Target): Promise<boolean> {
    const { evidence, detach } = this.options;
    try {
      const session = await openSession(target, { evidence, mode: 'attach', signal: detach });
      try {
        await session.finish();
      } finally {
        session.close();
        await session.settled();
      }
      return true;
    } catch (cause) {
      return isGone(cause);
    }
  }

  async #surviving<T extends { readonly node: string }>(
    nodes: readonly T[],
    act: (node: T) => Promise<void>,
  ): Promise<void> {
    const { evidence, events, detach, targets, now } = this.options;
    detach.throwIfAborted();
    const outcomes = await Promise.allSettled(nodes.map(act));
    this.#refuseDetached();
    const errors: AssayError[] = [];
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.status === 'fulfilled') continue;
      const error = AssayError.from(outcome.reason);
      if (stopsAll(error)) throw error;
      errors.push(error);
      const node = nodes[index]?.node ?? '';
      this.#drop(node);
      if (evidence.node(node).place.records === 0)
        await evidence.decide(now, { type: 'unreached', node, error: error.toJSON() });
      // The only one's error is thrown, but for those after which a verdict says what there is.
      if (targets.length > 1 || hasVerdict(error)) events.onNodeFailed(node, error);
    }
    const [first] = errors;
    const isLast = errors.length === nodes.length && this.#nodes.size === 0;
    if (isLast && first !== undefined && !hasVerdict(first)) throw first;
  }

  #refuseDetached(): void {
    if (this.options.detach.aborted)
      throw new AssayError('INTERRUPTED', 'interrupted; the nodes go on with what they were given');
  }
}

import type { FacilityTrouble } from '../../reports/verdict/facility-trouble.ts';
import { describeTrouble } from '../../reports/verdict/words/facility-words.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Registry } from '../../workloads/registry.ts';
import type { OpenNode } from '../fleet/open-node.ts';
import { checkCooling, liquidCooled } from '../plan/check-nodes.ts';
import { loadedNodes } from '../plan/loaded-nodes.ts';
import type { Plan } from '../plan/plan.ts';
import type { FacilitySource } from './facility-source.ts';
import type { MeasureOptions } from './measure-options.ts';

/** A node that nobody speaks to for as long as the cooling may be unknown idles by itself: the coordinator is its facility. */
const leashMs = 30_000;

/**
 * The facility around the machines of a run that are cooled by a liquid, as far as the inventory names a command that tells of
 * it. From the first trouble on they are idle: what runs there is ended, and nothing begins. Machines in the air go on.
 */
export class Facility {
  readonly #options: Pick<MeasureOptions, 'evidence' | 'facility' | 'now'>;
  readonly #trouble = new AbortController();
  #liquid: ReadonlySet<string> = new Set();
  #source: FacilitySource | undefined;
  #found: FacilityTrouble | undefined;
  #noted: Promise<void> | undefined;

  constructor(options: Pick<MeasureOptions, 'evidence' | 'facility' | 'now'>) {
    this.#options = options;
  }

  /**
   * Begins to listen, where the plan puts heavy load on machines that are cooled by a liquid. Throws why it cannot be relied
   * on, or that nobody watches it at all, before anything is loaded.
   */
  async begin(plan: Pick<Plan, 'steps'>, registry: Registry): Promise<void> {
    const { evidence, facility } = this.#options;
    const loaded = loadedNodes(plan, registry).all;
    const isWatched = facility !== undefined || evidence.run.header.facilityAck !== undefined;
    checkCooling(evidence.inventory, loaded, isWatched);
    this.#liquid = new Set(
      [...liquidCooled(evidence.inventory, loaded).values()].flat().map(({ name }) => name),
    );
    if (facility === undefined || this.#liquid.size === 0) return;
    const { FacilitySource: Source } = await import('./facility-source.ts');
    this.#source = new Source(facility.command, { onTrouble: (trouble) => this.#onTrouble(trouble) });
    const trouble = await this.#source.begun;
    if (trouble !== undefined) throw this.#errorOf(trouble);
  }

  /** The nodes that idle because of what the facility tells; empty as long as all is well. */
  get idled(): ReadonlySet<string> {
    return this.#found === undefined ? new Set() : this.#liquid;
  }

  /** How long a heavy step on a node may go on without hearing from us; absent: as long as anywhere. */
  leashOf(node: string): { readonly leashMs?: number } {
    return this.#source !== undefined && this.#liquid.has(node) ? { leashMs } : {};
  }

  /**
   * Does something with nodes, of which those that are cooled by a liquid are stopped when the facility is in trouble: then its
   * error is thrown, also instead of what became of the work.
   */
  async during<T>(nodes: readonly OpenNode[], act: () => Promise<T>): Promise<T> {
    const own = nodes.filter(({ node }) => this.#liquid.has(node));
    if (this.#source === undefined || own.length === 0) return act();
    const { signal } = this.#trouble;
    // What one of several has to end, they all have; of those in the air only this, since they go on with others.
    const idle = (): void => {
      for (const { node, session } of nodes) {
        const batch = this.#liquid.has(node) ? undefined : session.progress.runningBatch;
        if (batch === undefined && !this.#liquid.has(node)) continue;
        const stop = { type: 'stop', now: true, reason: this.#reason() } as const;
        session.send(batch === undefined ? stop : { ...stop, batch });
      }
    };
    signal.addEventListener('abort', idle, { once: true });
    try {
      if (signal.aborted) await this.#idleNow(nodes, idle);
      return await act();
    } catch (cause) {
      if (this.#found === undefined) throw cause;
      await this.#note(this.#found);
      throw this.#errorOf(this.#found, own[0]?.node, cause);
    } finally {
      signal.removeEventListener('abort', idle);
    }
  }

  async close(): Promise<void> {
    await this.#source?.close();
    await this.#noted;
  }

  /** Nothing begins any more, and what was begun before a lost connection is ended. */
  async #idleNow(nodes: readonly OpenNode[], idle: () => void): Promise<never> {
    idle();
    for (const { session } of nodes)
      if (session.progress.runningBatch !== undefined)
        await session.batchEnded(session.progress.runningBatch);
    throw new AssayError('FACILITY_TROUBLE', this.#reason());
  }

  #onTrouble(trouble: FacilityTrouble): void {
    this.#found = trouble;
    // Before there is a plan nothing was loaded, and the run is refused.
    if (this.#options.evidence.plan !== undefined) this.#note(trouble).catch(() => undefined); // told by whoever awaits it
    this.#trouble.abort();
  }

  /** In the record of the run, once. */
  #note(trouble: FacilityTrouble): Promise<void> {
    const { evidence, now } = this.#options;
    return (this.#noted ??= evidence.decide(now, { type: 'idled', nodes: [...this.#liquid], trouble }));
  }

  #reason(): string {
    return this.#found === undefined ? 'the facility is in trouble' : describeTrouble(this.#found);
  }

  #errorOf(trouble: FacilityTrouble, node?: string, cause?: unknown): AssayError {
    const { called } = this.#options.evidence.run;
    const isReal = trouble.kind === 'leak' || trouble.kind === 'no-flow';
    return new AssayError(
      isReal ? 'FACILITY_TROUBLE' : 'FACILITY_UNREADABLE',
      `expected a facility whose liquid flows and does not leak: ${describeTrouble(trouble)}; what it cools is idle`,
      {
        node,
        cause,
        hint: isReal
          ? `See to the cooling, then repeat it, or go on with: assay resume ${called}`
          : `Correct \`facility.command\` (docs/inventory.md), then repeat it, or go on with an inventory that has it: assay resume ${called} --inventory FILE`,
      },
    );
  }
}

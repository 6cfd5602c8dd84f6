import type { Said } from '../../reports/verdict/said.ts';
import { say } from '../../reports/verdict/words/say.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { MeasureOptions } from './measure-options.ts';

type Options = Pick<MeasureOptions, 'evidence' | 'events' | 'now' | 'order'>;

/**
 * Who is measured when in a night: so many nodes at a time as it allows, who needs it most first, and nothing that would not be over
 * at the end of its window. Outside of a night all are measured at once.
 */
export class NightTurns {
  readonly #options: Options;
  readonly #untilMs: number;
  readonly #places: ReadonlyMap<string, number>;
  readonly #waiting: { readonly node: string; readonly begin: () => void }[] = [];
  readonly #told = new Set<string>();
  #free: number;

  constructor(options: Options) {
    const { until, atOnce = Number.POSITIVE_INFINITY } = options.evidence.run.header.night ?? {};
    this.#options = options;
    this.#untilMs = until === undefined ? Number.POSITIVE_INFINITY : Date.parse(until);
    this.#free = atOnce;
    this.#places = new Map(options.order?.map((node, place) => [node, place]));
  }

  /** Does something with a node when it is its turn. */
  async inTurn<T>(node: string, act: () => Promise<T>): Promise<T> {
    await new Promise<void>((begin) => {
      this.#waiting.push({ node, begin });
      // All that come at once wait beside each other first.
      setImmediate(() => this.#admit());
    });
    try {
      return await act();
    } finally {
      this.#free += 1;
      this.#admit();
    }
  }

  /** Whether something that lasts so long at most would be over in time. */
  fits(budgetMs: number): boolean {
    return this.#options.now().getTime() + budgetMs <= this.#untilMs;
  }

  /** Whether a node may begin what lasts so long at most; that it may not is written down first. */
  async mayBegin(node: string, budgetMs: number): Promise<boolean> {
    const { evidence, events, now } = this.#options;
    if (this.hasTenant(node)) return false;
    if (this.fits(budgetMs)) return true;
    await evidence.decide(now, { type: 'late', nodes: [node] });
    const said: Said = { say: 'out-of-window', until: new Date(this.#untilMs).toISOString() };
    events.onNodeFailed(node, new AssayError('NODE_OCCUPIED', say(said)));
    return false;
  }

  /** Whether somebody came to a node, which is told of when it is first asked. */
  hasTenant(node: string): boolean {
    const { evidence, events } = this.#options;
    const { tenant } = evidence.node(node).fold;
    if (tenant === undefined) return false;
    if (!this.#told.has(node)) {
      this.#told.add(node);
      const said: Said = { say: 'tenant-came', what: tenant };
      events.onNodeFailed(node, new AssayError('NODE_OCCUPIED', say(said)));
    }
    return true;
  }
  #admit(): void {
    const placeOf = (node: string): number => this.#places.get(node) ?? this.#places.size;
    this.#waiting.sort((a, b) => placeOf(a.node) - placeOf(b.node));
    while (this.#free > 0) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#free -= 1;
      next.begin();
    }
  }
}

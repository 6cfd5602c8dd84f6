import type { SiteDocuments, SiteHistory, Snapshot } from './snapshot.ts';
import { readSnapshot } from './snapshot.ts';

/** How often it is asked at most whether the index has changed. */
const askEveryMs = 2000;

/** What the pages show now. A changed index is read while the pages show what was there before. */
export class SiteState {
  readonly #dependencies: SiteDependencies;
  #snapshot: Snapshot;
  #reading: Promise<void> | undefined;
  #askedMs: number;
  #hasFailed = false;

  private constructor(dependencies: SiteDependencies, snapshot: Snapshot) {
    this.#dependencies = dependencies;
    this.#snapshot = snapshot;
    this.#askedMs = dependencies.clockMs();
  }

  static async read(dependencies: SiteDependencies): Promise<SiteState> {
    return new SiteState(dependencies, await readSnapshot(dependencies.history, dependencies.documents));
  }

  get zone(): string {
    return this.#dependencies.history.zone;
  }

  get isBehind(): boolean {
    return this.#reading !== undefined || this.#hasFailed;
  }

  /** What there is to show; has the index read again when it was changed. */
  async current(): Promise<Snapshot> {
    const { history, clockMs, tell } = this.#dependencies;
    if (this.#reading !== undefined || clockMs() - this.#askedMs < askEveryMs) return this.#snapshot;
    this.#askedMs = clockMs();
    try {
      const isSame = (await history.version()) === this.#snapshot.version;
      if (!isSame) this.#reading ??= this.#readAgain();
      else this.#hasFailed = false;
    } catch (cause) {
      this.#hasFailed = true; // the pages go on with what they have, and say so
      tell(cause);
    }
    return this.#snapshot;
  }

  /** When nothing is being read any more. */
  async settled(): Promise<void> {
    await this.#reading;
  }

  async #readAgain(): Promise<void> {
    try {
      const { history, documents } = this.#dependencies;
      this.#snapshot = await readSnapshot(history, documents);
      this.#hasFailed = false;
    } catch (cause) {
      this.#hasFailed = true;
      this.#dependencies.tell(cause);
    } finally {
      this.#reading = undefined;
    }
  }
}

export interface SiteDependencies {
  readonly history: SiteHistory;
  readonly documents: SiteDocuments;
  /** Monotonic. */
  readonly clockMs: () => number;
  /** Of what went wrong while pages were shown. */
  readonly tell: (cause: unknown) => void;
}

import { setImmediate } from 'node:timers/promises';
import { sha256 } from '../../agents/protocol/chain.ts';
import type { MachineNights } from '../../reports/verdict/machine-nights.ts';
import type { Nights } from '../../reports/verdict/nights.ts';
import type { History } from '../history/history.ts';
import type { Judgement } from '../history/judge-nights.ts';
import type { KeptSeries, shownOf } from './kept-series.ts';
import { keepStratum } from './kept-series.ts';

/** What the site reads of an index, and all that it can do with it. */
export type SiteHistory = Pick<History, 'zone' | 'version' | 'judge' | 'runs' | 'attendance'>;

/** Documents as `assay history` prints them. */
export interface SiteDocuments {
  readonly nights: (judgement: Judgement, zone: string) => Nights;
  readonly machine: (machine: string, shown: ReturnType<typeof shownOf>[]) => MachineNights;
}

/** All that the pages show, of one state of the index. */
export interface Snapshot {
  readonly version: string;
  readonly nights: Nights;
  /** By the id of an event, how its page is called: `2026-11-30-machine-1a2b3c4d`. */
  readonly names: ReadonlyMap<string, string>;
  readonly series: readonly KeptSeries[];
  /** By when they began. */
  readonly runs: Awaited<ReturnType<SiteHistory['runs']>>;
  readonly attendance: Awaited<ReturnType<SiteHistory['attendance']>>;
}

/** Goes through all nights once. Others are answered between one kind of series and the next. */
async function readSnapshot({ history, documents }: SiteDependencies): Promise<Snapshot> {
  const version = await history.version();
  const series: KeptSeries[] = [];
  const judgement = await history.judge(async (members, changeOf) => {
    series.push(...keepStratum(members, changeOf));
    await setImmediate();
  });
  const nights = documents.nights(judgement, history.zone);
  const names = new Map(nights.events.map((event) => [event.id, nameOfEvent(event)]));
  const [runs, attendance] = [await history.runs(), await history.attendance()];
  return { version, nights, names, series, runs, attendance };
}

const nameOfEvent = ({ id, scope, first }: Nights['events'][number]): string =>
  `${first}-${scope}-${sha256(id).slice(0, 8)}`;

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
    return new SiteState(dependencies, await readSnapshot(dependencies));
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
      this.#snapshot = await readSnapshot(this.#dependencies);
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

import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { ErrorDocument } from '../../workloads/kit/error-document.ts';
import type { Registry } from '../../workloads/registry.ts';
import { loadRegistry } from '../../workloads/registry.ts';
import type { JudgedRun } from '../compare/convert.ts';
import type { RunReadings } from '../compare/run-readings.ts';
import { RunDirectory } from '../store/run-directory.ts';
import { loadJudged } from './load-judged.ts';
import { loadReadings } from './load-readings.ts';

/** What a run is read for, and what comes of it: values, maps and sets, as they can be handed from one thread to another. */
export interface ReadAs {
  readonly readings: RunReadings;
  readonly judged: JudgedRun;
}

/** A run by its path, and the profile that counts. */
export interface RunToRead<K extends keyof ReadAs> {
  readonly as: K;
  readonly path: string;
  readonly profile: string;
}

/** An error loses its class and its code between threads. */
export type Outcome<T> = { readonly read: T } | { readonly error: ErrorDocument };

const readers: {
  readonly [K in keyof ReadAs]: (
    run: RunDirectory,
    profile: string,
    registry: Registry,
  ) => Promise<ReadAs[K]>;
} = { readings: loadReadings, judged: loadJudged };

/** Reads a run, in whatever thread this is. Never throws. */
export async function readRun<K extends keyof ReadAs>({
  as,
  path,
  profile,
}: RunToRead<K>): Promise<Outcome<ReadAs[K]>> {
  try {
    return { read: await readers[as](await RunDirectory.open(path), profile, await loadRegistry()) };
  } catch (cause) {
    return { error: AssayError.from(cause).toJSON() };
  }
}

import { resolve } from 'node:path';
import type { CompareOptions } from '../compare/compare.ts';
import type { Environment } from '../environment.ts';
import { readDuration } from './read-duration.ts';
import { readMargin } from './read-margin.ts';

/** Options of what lays two sides beside each other. */
export const comparisonOptions = {
  margin: {
    type: 'string',
    describe: "How much worse is still not inferior, as a share (0.03) or 3%; the profile's, else 5%",
  },
  apart: {
    type: 'string',
    default: '30m',
    describe: 'Runs of a side that begin closer together than this, on one boot, are one session',
  },
  'session-spread': {
    type: 'string',
    describe: 'CSV (metric,spread,sessions,source): how much metrics differ between sessions, if known',
  },
} as const;

/** What they say. Throws USAGE, CONFIG_INVALID. */
export async function readComparisonOptions(
  given: {
    readonly margin: string | undefined;
    readonly apart: string;
    readonly sessionSpread: string | undefined;
  },
  { workingDirectory }: Environment,
): Promise<CompareOptions> {
  const margin = given.margin === undefined ? undefined : readMargin(given.margin);
  const apartSeconds = readDuration('--apart', given.apart, 0, 720 * 3600);
  const { sessionSpread: file } = given;
  if (file === undefined) return { margin, apartSeconds, spreads: undefined };
  const { readSpreads } = await import('../config/read-spreads.ts');
  const { readGivenFile } = await import('./read-given-file.ts');
  return {
    margin,
    apartSeconds,
    spreads: readSpreads(await readGivenFile(resolve(workingDirectory, file)), file),
  };
}

import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Registry } from '../../workloads/registry.ts';
import type { RunReadings } from '../compare/run-readings.ts';
import { interestOf, readingsOf } from '../compare/run-readings.ts';
import type { Environment } from '../environment.ts';
import { damaged } from '../store/evidence-damaged.ts';
import { profileDigests } from '../store/read-inputs.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import type { Extent } from '../store/run-evidence.ts';
import { RunEvidence } from '../store/run-evidence.ts';
import { openRun } from './run-location.ts';

/** One side of a comparison may have more runs than anybody measures in a year of nights. */
const mostRuns = 400;

export interface OpenSides {
  readonly before: readonly RunDirectory[];
  readonly after: readonly RunDirectory[];
  readonly profile: string;
}

/**
 * Opens the runs of both sides, or of the one that there is, and looks at what they say of themselves, before any evidence is read. The profile is that of the last
 * run after, unless one is named. Throws COMPARISON_REFUSED for a run that was given twice, CONFIG_INVALID for one without the profile.
 */
export async function openSides(
  environment: Environment,
  given: { readonly before?: readonly string[]; readonly after: readonly string[] },
  profile: string | undefined,
): Promise<OpenSides> {
  const open = async (side: 'before' | 'after'): Promise<readonly RunDirectory[]> => {
    const paths = given[side];
    if (paths === undefined) return [];
    if (paths.length === 0 || paths.length > mostRuns)
      throw new AssayError('USAGE', `expected 1 to ${mostRuns} runs ${side}, got ${paths.length}`, {
        hint: 'assay compare <before> <after>, or: assay compare <before..> --after <after..>',
      });
    const runs: RunDirectory[] = [];
    for (const path of paths) runs.push(await openRun(environment, path));
    return runs;
  };
  const sides = { before: await open('before'), after: await open('after') };
  const ids = new Set<string>();
  for (const { header } of [...sides.before, ...sides.after]) {
    if (ids.has(header.id))
      throw new AssayError('COMPARISON_REFUSED', `expected each run once, got ${header.id} twice`, {
        hint: 'Give a run on one side, and there once: a copy says nothing more.',
      });
    ids.add(header.id);
  }
  const [last] = sides.after.toSorted((a, b) => (a.header.startedAt < b.header.startedAt ? 1 : -1));
  const wanted = profile ?? last?.header.profile ?? '';
  for (const side of ['before', 'after'] as const)
    for (const { header } of sides[side]) {
      const known = profileDigests(header);
      if (!known.has(wanted))
        throw new AssayError(
          'CONFIG_INVALID',
          `run ${header.id} (${side}): expected the profile ${wanted.slice(0, 80)} among its inputs, found ${[...known.keys()].join(', ')}`,
          { hint: 'Compare by a profile that all runs have: --profile NAME.' },
        );
    }
  return { ...sides, profile: wanted };
}

/**
 * A run with all of its evidence proven, as `judge` proves it. Throws EVIDENCE_DAMAGED also for damage of a single node: what was changed
 * on one side would else be read as a change of the machine.
 */
export async function readWhole(
  run: RunDirectory,
  registry: Registry,
  extent?: Extent,
): Promise<RunEvidence> {
  const evidence = await RunEvidence.read(run, registry, extent);
  for (const { material } of evidence.nodes.values())
    if (material.damage !== undefined) {
      const { file, expected, found } = material.damage;
      throw damaged(`${run.header.id} (${material.id}): ${file}`, expected, found);
    }
  return evidence;
}

/** What a comparison needs of a run: all else of it is let go. */
export const loadReadings = async (
  run: RunDirectory,
  profile: string,
  registry: Registry,
): Promise<RunReadings> =>
  readingsOf((await readWhole(run, registry, { interest: interestOf(registry) })).material(profile));

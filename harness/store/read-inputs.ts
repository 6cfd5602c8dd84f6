import { posix } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { LimitFile } from '../../workloads/kit/limit.ts';
import type { Registry } from '../../workloads/registry.ts';
import { metricsOf } from '../../workloads/registry.ts';
import { asDecided } from '../config/as-series.ts';
import { Contract } from '../config/contract.ts';
import { withContract } from '../config/contract-limits.ts';
import { Inventory } from '../config/inventory.ts';
import { Manifest } from '../config/manifest.ts';
import type { Profile } from '../config/profile.ts';
import { StoredProfile } from '../config/profile.ts';
import { Suite } from '../config/suite.ts';
import { damaged } from './evidence-damaged.ts';
import { SeriesDocument } from './known-series.ts';
import type { RunDirectory } from './run-directory.ts';
import { inputNames, runPaths } from './run-directory.ts';
import type { RunHeader } from './run-header.ts';
import type { RunMaterial } from './run-material.ts';

export type RunInputs = Pick<
  RunMaterial,
  'inventory' | 'suite' | 'manifest' | 'contract' | 'limits' | 'metrics' | 'series'
> & {
  /** In the order of the header. */
  readonly profiles: readonly Profile[];
};

/** The documents that a run was begun with. What no header names is refused by name: it would decide unseen. */
export async function readInputs(run: RunDirectory, registry: Registry): Promise<RunInputs> {
  const listed = new Set(run.header.inputs.map(({ path }) => path));
  for (const path of await run.listAll(runPaths.inputs))
    if (!listed.has(path)) throw damaged(path, 'an input that the header names', 'one that it does not');
  const { inventory, suite, limits, manifest, contract, series } = inputNames;
  const others = new Set([inventory, suite, limits, manifest, contract, series].map(pathOf));
  const input = (name: string): string => {
    const path = pathOf(name);
    if (!listed.has(path)) throw damaged(runPaths.header, `${path} among the inputs`, 'no such input');
    return path;
  };
  const metrics = metricsOf(registry);
  const published = (await run.readDocument(LimitFile, input(limits))).limits;
  const stated = listed.has(pathOf(contract)) ? await run.readDocument(Contract, input(contract)) : undefined;
  // What is none of the others is a profile, or refused: nothing is listed without being read.
  const stored = await Promise.all(
    [...listed].filter((path) => !others.has(path)).map((path) => run.readDocument(StoredProfile, path)),
  );
  const asked = await run.readDocument(Suite, input(suite));
  const profiles = stored.map((profile) => asDecided(profile, asked));
  const machines = await run.readDocument(Inventory, input(inventory));
  const rules = { profiles, limits: published };
  return {
    inventory: machines,
    suite: asked,
    metrics,
    ...(listed.has(pathOf(manifest)) ? { manifest: await run.readDocument(Manifest, input(manifest)) } : {}),
    ...(stated === undefined ? {} : { contract: stated }),
    ...(listed.has(pathOf(series))
      ? { series: (await run.readDocument(SeriesDocument, input(series))).series }
      : {}),
    ...(stated === undefined ? rules : withContract(stated, { ...rules, metrics, inventory: machines })),
  };
}

/** The digests of the profiles among the inputs, by id. */
export const profileDigests = ({ inputs }: RunHeader): ReadonlyMap<string, string> => {
  const prefix = pathOf('profiles/');
  return new Map(
    inputs
      .filter(({ path }) => path.startsWith(prefix))
      .map(({ path, sha256 }) => [posix.basename(path, '.json'), sha256]),
  );
};

/** A profile was asked for that is not among the inputs, of which these are. */
export const unknownProfile = (wanted: string, known: Iterable<string>): AssayError =>
  new AssayError(
    'CONFIG_INVALID',
    `expected one of the profiles ${[...known].join(', ')}, got \`${wanted.slice(0, 80)}\``,
    { hint: 'A run can be judged by the profiles that are among its inputs.' },
  );

const pathOf = (name: string): string => `${runPaths.inputs}/${name}`;

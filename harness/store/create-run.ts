import { randomBytes } from 'node:crypto';
import type { BuiltIn } from '../config/built-in.ts';
import type { Contract } from '../config/contract.ts';
import type { Inventory } from '../config/inventory.ts';
import type { Manifest } from '../config/manifest.ts';
import type { Suite } from '../config/suite.ts';
import { assayVersion } from '../version.ts';
import type { KnownSeries } from './known-series.ts';
import { seriesDocument } from './known-series.ts';
import { toJson } from './read-document.ts';
import { inputNames, RunDirectory } from './run-directory.ts';
import type { RunHeader } from './run-header.ts';

/** All limits, as a run keeps them. */
export const limitsDocument = (limits: BuiltIn['limits']) => ({
  schema: 'assay/limits',
  schemaVersion: 1,
  limits,
});

/**
 * Creates a run directory with everything a verdict will rest on, as documents: the inventory, the suite, every
 * profile that the run may be judged by, and all limits.
 */
export async function createRun(options: {
  readonly path: string;
  readonly id: string;
  readonly purpose: RunHeader['purpose'];
  readonly startedAt: Date;
  readonly profile: string;
  readonly builtIn: BuiltIn;
  readonly suite: Suite;
  readonly inventory: Inventory;
  readonly manifest?: Manifest | undefined;
  readonly contract?: Contract | undefined;
  readonly series?: readonly KnownSeries[] | undefined;
  readonly isRehearsal?: boolean | undefined;
  readonly facilityAck?: string | undefined;
  readonly unattended?: string | undefined;
  readonly night?: RunHeader['night'];
}): Promise<RunDirectory> {
  const { builtIn } = options;
  const inputs = new Map<string, string>([
    [inputNames.inventory, toJson(options.inventory)],
    [inputNames.suite, toJson(options.suite)],
    ...(options.manifest === undefined ? [] : ([[inputNames.manifest, toJson(options.manifest)]] as const)),
    ...(options.contract === undefined ? [] : ([[inputNames.contract, toJson(options.contract)]] as const)),
    ...(options.series === undefined
      ? []
      : ([[inputNames.series, toJson(seriesDocument(options.series))]] as const)),
    [inputNames.limits, toJson(limitsDocument(builtIn.limits))],
    ...builtIn.profiles.map((profile) => [inputNames.profile(profile.id), toJson(profile)] as const),
  ]);
  return RunDirectory.create(
    options.path,
    {
      schema: 'assay/run',
      schemaVersion: 2,
      id: options.id,
      nonce: randomBytes(16).toString('hex'),
      assay: assayVersion,
      purpose: options.purpose,
      startedAt: options.startedAt.toISOString(),
      profile: options.profile,
      ...(options.facilityAck === undefined ? {} : { facilityAck: options.facilityAck }),
      ...(options.unattended === undefined ? {} : { unattended: options.unattended }),
      ...(options.isRehearsal === true ? { rehearsal: true } : {}),
      ...(options.night === undefined ? {} : { night: options.night }),
    },
    inputs,
  );
}

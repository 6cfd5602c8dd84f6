import { resolve } from 'node:path';
import { formatDuration } from '../../reports/verdict/words/format-duration.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Registry } from '../../workloads/registry.ts';
import { metricsOf } from '../../workloads/registry.ts';
import { asDecided, metricsInSeries } from '../config/as-series.ts';
import { findSuite, listSuites, loadBuiltIn } from '../config/built-in.ts';
import { loadSource } from '../config/load-source.ts';
import { findProfile, withProfile } from '../config/own-profile.ts';
import type { Profile } from '../config/profile.ts';
import { readContract } from '../config/read-contract.ts';
import type { Suite } from '../config/suite.ts';
import { withSoak } from '../config/with-soak.ts';
import { leastRestSeconds } from '../judge/with-looks.ts';
import type { KnownSeries } from '../store/known-series.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import type { RunHeader } from '../store/run-header.ts';
import type { CliContext } from './command.ts';
import { openNewRun } from './open-run.ts';
import { readDuration } from './read-duration.ts';
import { loadInventoryFile } from './targets.ts';

/** Checks everything that a certify is told, before any machine is touched, and creates the directory of its run. */
export async function prepareCertify(
  args: {
    readonly inventory: string;
    readonly profile: string;
    readonly suite?: string | undefined;
    readonly contract?: string | undefined;
    readonly out?: string | undefined;
    readonly soak?: string | undefined;
    readonly rehearsal?: boolean | undefined;
    readonly facilityAck?: string | undefined;
    readonly unattended?: string | undefined;
    readonly night?: RunHeader['night'];
    /** What nights before told of some metrics, where there are any. */
    readonly usual?: (metrics: ReadonlySet<string>) => Promise<readonly KnownSeries[]>;
  },
  registry: Registry,
  context: CliContext,
): Promise<RunDirectory> {
  const targets = await loadInventoryFile(args.inventory, context.environment);
  const { workingDirectory } = context.environment;
  const shipped = await loadBuiltIn(registry);
  const profile = await findProfile(args.profile, { builtIn: shipped, registry, workingDirectory });
  const builtIn = withProfile(shipped, profile);
  const contract =
    args.contract === undefined
      ? undefined
      : readContract(await loadSource(resolve(workingDirectory, args.contract)), {
          profile,
          inventory: targets.inventory,
          limits: builtIn.limits,
          metrics: metricsOf(registry),
          today: context.now().toISOString().slice(0, 10),
        });
  const suiteId = args.suite ?? profile.suites.acceptance;
  if (suiteId === undefined) {
    throw new AssayError(
      'USAGE',
      `expected --suite, since the profile ${profile.id} names none for acceptance`,
      {
        hint: `Give one by its name (${(await listSuites()).join(', ')}), or a YAML file.`,
      },
    );
  }
  const asked = await findSuite(suiteId, registry, workingDirectory);
  const soak = chooseSoak(profile, asked, args);
  const suite =
    soak === undefined ? asked : withSoak(asked, await findSuite('soak', registry, workingDirectory), soak);
  const { restSeconds = leastRestSeconds } = suite.extension ?? {};
  const isHasty = restSeconds < leastRestSeconds;
  if (isHasty)
    context.err.write(
      `rehearsal     ${formatDuration(1000 * restSeconds)} of rest between sessions; ${formatDuration(1000 * leastRestSeconds)} are needed\n`,
    );
  const isShort = soak !== undefined && soak.seconds < 3600 * soak.hours;
  if (isShort)
    context.err.write(
      `rehearsal     a soak of ${formatDuration(1000 * soak.seconds)}; ${profile.id} asks for ${soak.hours} h\n`,
    );
  const inSeries = metricsInSeries(asDecided(profile, suite));
  return openNewRun(context, {
    purpose: 'certify',
    profile: profile.id,
    builtIn,
    suite,
    targets,
    contract,
    series: inSeries.size === 0 ? undefined : await args.usual?.(inSeries),
    out: args.out,
    isRehearsal: args.rehearsal === true || isShort || isHasty,
    facilityAck: args.facilityAck,
    unattended: args.unattended,
    night: args.night,
  });
}

/** Where a profile does not say how long a soak is. */
const usualHours = 12;
/** Three windows, and what the schema of a suite takes. */
const [leastSeconds, mostSeconds] = [30, 1000 * 3600];

/**
 * How long the soak of a run is, if it has one: where it is asked for, where the suite that was named has one, and on the day of
 * acceptance where the profile requires one.
 */
function chooseSoak(
  { requirements }: Profile,
  { entries }: Suite,
  args: { readonly suite?: string | undefined; readonly soak?: string | undefined },
): { readonly seconds: number; readonly hours: number } | undefined {
  const asking = requirements.flatMap(({ rule, level }) =>
    rule.kind === 'soak' ? [{ ...rule, level }] : [],
  );
  const hours = Math.max(0, ...asking.map((rule) => rule.hours)) || usualHours;
  if (args.soak !== undefined && args.soak !== '')
    return { hours, seconds: readDuration('--soak', args.soak, leastSeconds, mostSeconds) };
  const isDue =
    args.soak === '' ||
    entries.some((entry) => entry.soak === true) ||
    (args.suite === undefined && asking.some(({ level }) => level === 'required'));
  return isDue ? { hours, seconds: 3600 * hours } : undefined;
}

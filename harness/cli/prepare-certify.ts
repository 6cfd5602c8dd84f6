import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Registry } from '../../workloads/registry.ts';
import { findSuite, listSuites, loadBuiltIn } from '../config/built-in.ts';
import { suggestName } from '../config/nearest-name.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import type { CliContext } from './command.ts';
import { openNewRun } from './open-run.ts';
import { loadInventoryFile } from './targets.ts';

/** Checks everything that a certify is told, before any machine is touched, and creates the directory of its run. */
export async function prepareCertify(
  args: {
    readonly inventory: string;
    readonly profile: string;
    readonly suite?: string | undefined;
    readonly out?: string | undefined;
  },
  registry: Registry,
  context: CliContext,
): Promise<RunDirectory> {
  const targets = await loadInventoryFile(args.inventory, context.environment);
  const builtIn = await loadBuiltIn(registry);
  const profile = builtIn.profiles.find(({ id }) => id === args.profile);
  const names = builtIn.profiles.map(({ id }) => id);
  if (profile === undefined) {
    throw new AssayError(
      'CONFIG_INVALID',
      `expected one of the profiles ${names.join(', ')}, got \`${args.profile}\``,
      {
        hint: suggestName(args.profile, names) ?? 'See: assay profiles',
      },
    );
  }
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
  const suite = await findSuite(suiteId, registry, context.environment.workingDirectory);
  return openNewRun(context, {
    purpose: 'certify',
    profile: profile.id,
    builtIn,
    suite,
    targets,
    out: args.out,
  });
}

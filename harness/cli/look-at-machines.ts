import type { Registry } from '../../workloads/registry.ts';
import type { Suite } from '../config/suite.ts';
import type { Seen } from '../run/measure.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import type { CliContext } from './command.ts';

/** Looks at machines as `plan` does, without any load, and keeps nothing. */
export async function lookAtMachines<T>(
  context: CliContext,
  asked: {
    readonly given: readonly string[];
    readonly sshConfig: string | undefined;
    /** What would be run there. */
    readonly suite: string;
  },
  tell: (
    looked: { readonly run: RunDirectory; readonly suite: Suite; readonly registry: Registry },
    seen: Seen | undefined,
  ) => T | Promise<T>,
): Promise<T> {
  const { loadRegistry } = await import('../../workloads/registry.ts');
  const { findSuite, loadBuiltIn } = await import('../config/built-in.ts');
  const { lookOnce } = await import('./look-once.ts');
  const { openNewRun } = await import('./open-run.ts');
  const { loadTargets } = await import('./targets.ts');
  const registry = await loadRegistry();
  const suite = await findSuite(asked.suite, registry, context.environment.workingDirectory);
  const run = await openNewRun(context, {
    purpose: 'survey',
    profile: 'survey',
    builtIn: await loadBuiltIn(registry),
    suite,
    targets: await loadTargets(asked.given, context.environment, asked.sshConfig),
    out: undefined,
  });
  const options = {
    run,
    registry,
    // Nothing is put on them.
    acceptsOccupied: true,
    quiet: { onFacts: () => undefined, onPlan: () => undefined },
  };
  return lookOnce(context, options, (_, seen) => tell({ run, suite, registry }, seen));
}

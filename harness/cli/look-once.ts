import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Registry } from '../../workloads/registry.ts';
import { abandon, begun } from '../fleet/stop-node.ts';
import type { Seen } from '../run/measure.ts';
import { look } from '../run/measure.ts';
import type { MeasureEvents } from '../run/measure-options.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { RunEvidence } from '../store/run-evidence.ts';
import type { CliContext } from './command.ts';
import { createInterrupter } from './interruption.ts';
import { discardRun } from './open-run.ts';
import { createProgress } from './progress.ts';
import { createTargets, loadRunInventory } from './targets.ts';

/**
 * Looks at the nodes of a run that is thrown away then, here and on them, since machines change: `tell` has what was seen,
 * nothing when no node answered, while the run is still there.
 */
export async function lookOnce<T>(
  context: CliContext,
  options: {
    readonly run: RunDirectory;
    readonly registry: Registry;
    readonly acceptsOccupied: boolean;
    /** What is told of it elsewhere. */
    readonly quiet: Partial<MeasureEvents>;
  },
  tell: (evidence: RunEvidence, seen: Seen | undefined) => T | Promise<T>,
): Promise<T> {
  const { run, registry, acceptsOccupied, quiet } = options;
  const progress = createProgress(context.err, context.environment.terminal, context.now);
  const interrupter = createInterrupter(context.err, undefined, context.environment.terminal.columns);
  let evidence: RunEvidence | undefined;
  let targets: Awaited<ReturnType<typeof createTargets>> = [];
  try {
    evidence = await RunEvidence.continue(run, registry);
    targets = await createTargets(await loadRunInventory(run), context.environment);
    progress.opening(targets.length, 0);
    const seen = await look({
      run,
      evidence,
      targets,
      events: { ...progress, ...quiet },
      detach: interrupter.detach,
      mode: 'open',
      now: context.now,
      acceptsOccupied,
    });
    return await tell(evidence, seen);
  } catch (cause) {
    // The run may still be on nodes that had answered, and nobody could resume it.
    if (evidence !== undefined) await abandon(evidence, await begun(run, targets));
    if (!interrupter.detach.aborted) throw cause;
    throw new AssayError('INTERRUPTED', 'expected to see the machines, it was ended (Ctrl-C)', { cause });
  } finally {
    progress.end();
    interrupter.dispose();
    await Promise.all(targets.map(({ transport }) => transport.close()));
    await discardRun(context, run);
  }
}

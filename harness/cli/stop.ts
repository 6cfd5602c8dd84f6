import { exitCodes } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';

/** `assay stop <run>`: idles the nodes of a run; what was measured so far is fetched and kept. */
export const stopCommand = defineCommand({
  command: 'stop <run>',
  describe: 'Stop what the nodes do for a run (the running step may end unless --now)',
  builder: (argv) =>
    argv
      .positional('run', {
        type: 'string',
        demandOption: true,
        describe: 'Run directory, or its name below assay-runs/',
      })
      .option('now', { type: 'boolean', default: false, describe: 'Kill the running step' })
      .option('abandon', {
        type: 'boolean',
        default: false,
        describe: 'Also remove the run from the nodes: it cannot be resumed',
      }),
  run: async ({ run: given, now, abandon }, context) => {
    const { loadRegistry } = await import('../../workloads/registry.ts');
    const { Inventory } = await import('../config/inventory.ts');
    const { inputNames } = await import('../run/load-run.ts');
    const { collect, stopNode } = await import('../run/stop-node.ts');
    const { runPaths } = await import('../store/run-directory.ts');
    const { requireRunLock, takeRunLock } = await import('../store/run-lock.ts');
    const { createLocalTransport } = await import('../transport/local.ts');
    const { createProgress } = await import('./progress.ts');
    const { openRun } = await import('./run-location.ts');
    const { environment, err } = context;
    const run = await openRun(environment, given);
    const registry = await loadRegistry();
    const progress = createProgress(err, environment.terminal.isInteractive);
    const { nodes } = await run.readDocument(Inventory, `${runPaths.inputs}/${inputNames.inventory}`);
    const transport = createLocalTransport({ PATH: environment.path });
    const targets = nodes.map(({ name }) => ({
      run,
      node: name,
      transport,
      runtime: environment.runtime,
      registry,
      mode: 'attach' as const,
    }));
    await Promise.all(targets.map((target) => stopNode(target, { now, reason: 'stopped by the operator' })));
    // Whoever is at work on the run directory fetches the evidence; otherwise it is fetched here.
    const lock = abandon ? await requireRunLock(run.header.id) : await takeRunLock(run.header.id);
    if (lock !== undefined)
      for (const target of targets) await collect({ ...target, events: progress }, abandon);
    lock?.release();
    progress.clear();
    err.write(
      abandon
        ? `Stopped, and removed from the nodes.\n`
        : `Stopped. Continue with: assay resume ${run.header.id}\n`,
    );
    return exitCodes.pass;
  },
});

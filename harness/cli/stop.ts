import { AssayError } from '../../workloads/kit/assay-error.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';
import { givenRun, ownInventory } from './options.ts';

/** `assay stop <run>`: idles the nodes of a run; what was measured so far is fetched and kept. */
export const stopCommand = defineCommand({
  command: 'stop <run>',
  describe: 'Stop what the nodes do for a run (the running step may end unless --now)',
  examples: [
    ['stop latest', 'let the running steps end, then stop'],
    ['stop latest --now', 'idle the machines at once; what was measured is kept'],
  ],
  builder: (argv) =>
    argv
      .positional('run', givenRun)
      .option('inventory', ownInventory)
      .option('now', { type: 'boolean', default: false, describe: 'Kill the running step' })
      .option('abandon', {
        type: 'boolean',
        default: false,
        describe: 'Also remove the run from the nodes: it cannot be resumed',
      }),
  run: async ({ run: given, now, abandon, inventory: named }, context) => {
    const { cleanText } = await import('../../reports/text/clean-text.ts');
    const { forgetStop, noteStop } = await import('../store/stops.ts');
    const { loadRegistry } = await import('../../workloads/registry.ts');
    const { RunEvidence } = await import('../store/run-evidence.ts');
    const { isGone } = await import('../fleet/refusal-of.ts');
    const { begun, collect, reachingMs, readLongestSteps, stopNode } = await import('../fleet/stop-node.ts');
    const { requireRunLock, takeRunLock } = await import('../store/run-lock.ts');
    const { openRun } = await import('./run-location.ts');
    const { loadOwnInventory } = await import('./own-inventory.ts');
    const { createTargets } = await import('./targets.ts');
    const run = await openRun(context.environment, given);
    const { environment } = context;
    const inventory = await loadOwnInventory(context, run, named);
    const targets = await begun(run, await createTargets(inventory, environment));
    // What is not closed keeps this process alive by its keepalive.
    const closeAll = () => Promise.all(targets.map(({ transport }) => transport.close()));
    // Whoever measures learns of it from here and not from a node. Nodes are stopped even where nothing can be written.
    const isNoted = await noteStop(run, context.now()).then(
      () => true,
      (cause: unknown) => {
        context.err.write(`The stop was not noted: ${AssayError.from(cause).message}\n`);
        return false;
      },
    );
    const longestStep = now ? () => 0 : await readLongestSteps(run);
    const held = await Promise.all(
      targets.map(async (target) => {
        try {
          const budgetMs = reachingMs(targets.length) + (now ? 0 : longestStep(target.node));
          await stopNode(run, target, { now, reason: 'stopped by the operator', budgetMs });
          return 'stopped' as const;
        } catch (cause) {
          const error = AssayError.from(cause);
          if (isGone(error)) return 'gone' as const;
          // One node that cannot be stopped must not keep the others from it.
          context.err.write(`✖ ${target.node}: ${error.code} ${cleanText(error.message)}\n`);
          return error;
        }
      }),
    );
    const failure = held.find((each) => each instanceof AssayError);
    if (failure === undefined && !held.includes('stopped')) {
      context.err.write(`Nothing to stop: no node holds the run ${run.header.id} any more.\n`);
      const lock = isNoted ? await takeRunLock(environment.stateHome, run) : undefined;
      if (lock !== undefined) await forgetStop(run).finally(() => lock.release());
      await closeAll();
      return exitCodes.pass;
    }
    const collected = await (async () => {
      // Whoever is at work on the run directory fetches the evidence; otherwise it is fetched here.
      const lock = await (abandon ? requireRunLock : takeRunLock)(environment.stateHome, run);
      try {
        const stopped = lock === undefined ? [] : targets.filter((_, index) => held[index] === 'stopped');
        if (stopped.length === 0) return [];
        const evidence = await RunEvidence.continue(run, await loadRegistry());
        return await Promise.all(
          stopped.map(async (target) => ({
            node: target.node,
            error: await collect(evidence, target, abandon).then(
              () => undefined,
              (cause: unknown) => AssayError.from(cause),
            ),
          })),
        );
      } finally {
        await lock?.release();
      }
    })().finally(closeAll);
    const lost = collected.flatMap(({ node, error }) => {
      if (error === undefined) return [];
      context.err.write(`✖ ${node}: ${error.code} ${cleanText(error.message)}\n`);
      return [error];
    });
    const [unfetched] = lost;
    if (failure === undefined && unfetched !== undefined) {
      context.err.write(`Stopped, but not all evidence is here. Go on with: assay resume ${run.called}\n`);
      return unfetched.exitCode;
    }
    if (failure !== undefined) {
      context.err.write(`Not every node could be stopped. Try again: assay stop ${run.called} --now\n`);
      return failure.exitCode;
    }
    context.err.write(
      abandon
        ? `Stopped, and removed from the nodes.\n`
        : `Stopped. Continue with: assay resume ${run.called}\n`,
    );
    return exitCodes.pass;
  },
});

import { AssayError } from '../../workloads/kit/assay-error.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';
import { exclusiveConfirmed, json } from './options.ts';

/** `assay plan <inventory> --profile P`: looks at the machines and says what certify would do, without any load. */
export const planCommand = defineCommand({
  command: 'plan <inventory>',
  describe: 'Look at the machines and print what certify would run, write, draw and not be able to show',
  builder: (argv) =>
    argv
      .positional('inventory', { type: 'string', demandOption: true, describe: 'Inventory file (YAML)' })
      .option('profile', { type: 'string', demandOption: true, describe: 'What must hold' })
      .option('suite', { type: 'string', describe: 'What to run: a name, or a YAML file' })
      .option('exclusive-confirmed', exclusiveConfirmed)
      .option('json', { ...json, describe: 'Print the plan document' }),
  run: async (args, context) => {
    const { loadRegistry } = await import('../../workloads/registry.ts');
    const { prepareCertify } = await import('./prepare-certify.ts');
    const { escapeJson } = await import('../../reports/text/clean-text.ts');
    const { look } = await import('../run/measure.ts');
    const { describeWholePlan } = await import('./describe-plan.ts');
    const { createTargets, loadRunInventory } = await import('./targets.ts');
    const { RunEvidence } = await import('../store/run-evidence.ts');
    const { abandon, begun } = await import('../fleet/stop-node.ts');
    const { createInterrupter } = await import('./interruption.ts');
    const { createProgress } = await import('./progress.ts');
    const { discardRun } = await import('./open-run.ts');
    const { shellWord } = await import('../../workloads/kit/shell-quote.ts');
    const registry = await loadRegistry();
    const { columns } = context.environment.terminal;
    const run = await prepareCertify(args, registry, context);
    const progress = createProgress(context.err, context.environment.terminal);
    const interrupter = createInterrupter(context.err, undefined);
    let evidence: Awaited<ReturnType<typeof RunEvidence.continue>> | undefined;
    let targets: Awaited<ReturnType<typeof createTargets>> = [];
    try {
      evidence = await RunEvidence.continue(run, registry);
      targets = await createTargets(await loadRunInventory(run), context.environment);
      const seen = await look({
        run,
        evidence,
        targets,
        events: { ...progress, onPlan: () => undefined },
        detach: interrupter.detach,
        mode: 'open',
        now: context.now,
        acceptsOccupied: args.exclusiveConfirmed,
      });
      if (seen === undefined) return exitCodes.infrastructure;
      context.out.write(
        args.json
          ? `${escapeJson(JSON.stringify(seen.plan, undefined, 1))}\n`
          : `${describeWholePlan(evidence, seen, columns).join('\n')}\n`,
      );
      const suite = args.suite === undefined ? '' : ` --suite ${shellWord(args.suite)}`;
      context.err.write(
        `\nnext      assay certify ${shellWord(args.inventory)}${suite} --profile ${args.profile}\n`,
      );
      return exitCodes.pass;
    } catch (cause) {
      // The run may still be on nodes that had answered, and nobody could resume it.
      if (evidence !== undefined) await abandon(evidence, await begun(run, targets));
      if (!interrupter.detach.aborted) throw cause;
      throw new AssayError('INTERRUPTED', 'interrupted', { cause });
    } finally {
      progress.clear();
      interrupter.dispose();
      await Promise.all(targets.map(({ transport }) => transport.close()));
      // A plan is looked at and thrown away: certify looks again, since machines change.
      await discardRun(context, run);
    }
  },
});

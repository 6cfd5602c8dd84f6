import type { Verdict } from '../../reports/schema/verdict.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Registry } from '../../workloads/registry.ts';
import { Inventory } from '../config/inventory.ts';
import { judgeRun, writeReports } from '../run/conclude-run.ts';
import { inputNames } from '../run/load-run.ts';
import { measure } from '../run/measure.ts';
import { collect, stopNode } from '../run/stop-node.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { runPaths, toJson } from '../store/run-directory.ts';
import { requireRunLock } from '../store/run-lock.ts';
import { createLocalTransport } from '../transport/local.ts';
import type { CliContext } from './command.ts';
import { createInterrupter } from './interruption.ts';
import { printVerdict } from './print-verdict.ts';
import { createProgress } from './progress.ts';

/** Measures every node of a run from wherever it stands, judges what came back, writes and prints the reports. */
export async function measureAndConclude(options: {
  readonly run: RunDirectory;
  readonly registry: Registry;
  readonly context: CliContext;
  readonly mode: 'open' | 'attach';
  readonly json: boolean;
}): Promise<Verdict> {
  const { run, registry, context } = options;
  const { environment, err } = context;
  const lock = await requireRunLock(run.header.id);
  const interrupter = createInterrupter(err, `assay resume ${run.header.id}`);
  const progress = createProgress(err, environment.terminal.isInteractive);
  const transport = createLocalTransport({ PATH: environment.path });
  const { nodes } = await run.readDocument(Inventory, `${runPaths.inputs}/${inputNames.inventory}`);
  try {
    for (const { name } of nodes) {
      const target = { run, node: name, transport, runtime: environment.runtime, registry };
      try {
        await measure({ ...target, events: progress, interruption: interrupter, mode: options.mode });
      } catch (cause) {
        if (!(cause instanceof AssayError)) throw cause;
        if (cause.code === 'INTERRUPTED') {
          if (interrupter.detach.aborted && (await interrupter.pressedAgain())) {
            await stopNode(
              { ...target, mode: 'attach' },
              { now: true, reason: 'stopped by the operator (Ctrl-C twice)' },
            );
            await collect({ ...target, events: progress, mode: 'attach' }, false);
          }
          throw cause;
        }
        if (cause.code !== 'HOST_UNREACHABLE') throw cause;
        // One unreachable node neither hides nor stops the others: it is a line of the verdict.
        await run.write(`nodes/${name}/unreached.json`, toJson(cause));
      }
    }
  } finally {
    progress.clear();
    interrupter.dispose();
    lock.release();
    await transport.close();
  }
  const verdict = await judgeRun(run, registry);
  printVerdict(context, run, verdict, await writeReports(run, verdict), options.json);
  return verdict;
}

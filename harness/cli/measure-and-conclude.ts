import type { Verdict } from '../../reports/verdict/verdict.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Registry } from '../../workloads/registry.ts';
import { checkName } from '../config/check-requirement.ts';
import type { Inventory } from '../config/inventory.ts';
import type { Signer } from '../evidence/private-key.ts';
import { isGone } from '../fleet/refusal-of.ts';
import { begun, collect, reachingMs, stopNode } from '../fleet/stop-node.ts';
import { findPart } from '../plan/repairs.ts';
import { addRepair, addSession, bootsToLeave } from '../run/add-session.ts';
import { judgeRun, writeVerdict } from '../run/conclude-run.ts';
import { measure } from '../run/measure.ts';
import { requireWritable } from '../store/own-folder.ts';
import { ReportFolder } from '../store/report-folder.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { RunEvidence } from '../store/run-evidence.ts';
import { requireRunLock } from '../store/run-lock.ts';
import type { Attempt } from './attempt.ts';
import { beginAttempt } from './attempt.ts';
import type { CliContext } from './command.ts';
import { giveVerdict } from './give-verdict.ts';
import { createInterrupter } from './interruption.ts';
import { createProgress } from './progress.ts';
import { signVerdict } from './sign-verdict.ts';
import { createTargets } from './targets.ts';

/** Adds the repair of a part by what its node's facts call it. */
async function addRepairOf(
  { node, part }: { readonly node: string; readonly part: string },
  evidence: RunEvidence,
  now: () => Date,
): Promise<ReadonlyMap<string, string | undefined>> {
  const { requirements } = evidence.profile(evidence.run.header.profile);
  checkName(node, evidence.nodes.keys(), '--repair', 'a node of the run');
  const last = evidence.repairs.findLast((each) => each.node === node && each.part === part);
  const facts = evidence.node(node).documents.at(-1)?.facts;
  const found =
    last !== undefined && bootsToLeave(evidence).size > 0
      ? { kind: last.kind, ...(last.device === undefined ? {} : { device: last.device }) }
      : findPart(node, part, facts);
  return addRepair(evidence, { node, part, ...found }, requirements, now);
}

interface Measuring {
  readonly run: RunDirectory;
  /** By which its nodes are reached. */
  readonly inventory: Inventory;
  readonly registry: Registry;
  readonly context: CliContext;
  readonly mode: 'open' | 'attach';
  /** Measures its first session once more, behind a boot that is waited for. */
  readonly isAfterBoot?: boolean;
  /** Measures what the repair of a part of a node touches. */
  readonly repair?: { readonly node: string; readonly part: string };
  readonly json: boolean;
  readonly acceptsOccupied: boolean;
  /** Of a night: who needs it most comes first. */
  readonly order?: readonly string[];
  /** Who signs what comes of it. */
  readonly signer?: Signer | undefined;
}

/**
 * Measures the nodes of a run from wherever it stands, judges what came back, writes and prints the reports. Where a ledger is
 * kept, the attempt stands in it before the first login, and how it ended.
 */
export async function measureAndConclude(options: Measuring): Promise<Verdict> {
  const { run, context } = options;
  const attempt = await beginAttempt(context, run, isContinued(options));
  try {
    const { verdict, evidence, folder } = await measureAndJudge(options, attempt);
    await attempt.end({ conclusion: verdict.conclusion });
    if (options.signer !== undefined)
      await signVerdict(context, { evidence, verdict, folder, signer: options.signer });
    return verdict;
  } catch (cause) {
    await attempt.end({ code: AssayError.from(cause).code });
    throw cause;
  }
}

/** Goes on with an attempt that stands in a ledger already. */
const isContinued = ({ mode, isAfterBoot, repair }: Measuring): boolean =>
  mode === 'attach' || isAfterBoot === true || repair !== undefined;

async function measureAndJudge(
  options: Measuring,
  attempt: Attempt,
): Promise<{ readonly verdict: Verdict; readonly evidence: RunEvidence; readonly folder: ReportFolder }> {
  const { run, registry, context, mode, acceptsOccupied } = options;
  const { environment, err } = context;
  const folder = await ReportFolder.open(run);
  await requireWritable(run.path);
  const lock = await requireRunLock(environment.stateHome, run);
  const interrupter = createInterrupter(err, run.called, environment.terminal.columns);
  const progress = createProgress(err, environment.terminal, context.now);
  let targets: Awaited<ReturnType<typeof createTargets>> = [];
  let evidence: RunEvidence | undefined;
  try {
    targets = await createTargets(options.inventory, environment);
    evidence = await RunEvidence.continue(run, registry);
    progress.opening(targets.length, evidence.plan === undefined ? (evidence.suite.watchSeconds ?? 0) : 0);
    const boots =
      options.isAfterBoot === true
        ? await addSession(evidence, context.now)
        : options.repair !== undefined
          ? await addRepairOf(options.repair, evidence, context.now)
          : mode === 'attach'
            ? bootsToLeave(evidence)
            : undefined;
    await measure({
      run,
      evidence,
      targets,
      events: progress,
      detach: interrupter.detach,
      mode,
      boots,
      now: context.now,
      facility: options.inventory.facility,
      acceptsOccupied,
      order: options.order,
      onIdentified: attempt.identify,
    });
  } catch (cause) {
    if (interrupter.detach.aborted && (await interrupter.pressedAgain())) {
      const working = await begun(run, targets);
      const how = {
        now: true,
        reason: 'stopped by the operator (Ctrl-C twice)',
        budgetMs: reachingMs(working.length),
      };
      const stopped = await Promise.allSettled(
        working.map(async (target) => {
          await stopNode(run, target, how);
          if (evidence !== undefined) await collect(evidence, target, false);
        }),
      );
      for (const [index, outcome] of stopped.entries()) {
        const name = working[index]?.node ?? '';
        // A node that has finished already holds nothing that could be stopped.
        if (outcome.status === 'fulfilled' || isGone(outcome.reason)) err.write(`${name}: stopped\n`);
        else err.write(`✖ ${name} may still be at work: ${AssayError.from(outcome.reason).message}\n`);
      }
    }
    throw interrupter.detach.aborted
      ? new AssayError('INTERRUPTED', 'expected the run to end, it was let go (Ctrl-C)', {
          cause,
          hint: `Continue with: assay resume ${run.called}`,
        })
      : cause;
  } finally {
    progress.end();
    interrupter.dispose();
    await lock.release();
    await Promise.all(targets.map(({ transport }) => transport.close()));
  }
  const verdict = judgeRun(evidence);
  await giveVerdict(context, {
    run,
    folder,
    verdict,
    json: options.json,
    mustWrite: true,
    write: () => writeVerdict(folder, verdict, evidence),
  });
  return { verdict, evidence, folder };
}

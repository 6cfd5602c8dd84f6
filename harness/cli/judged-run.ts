import type { Verdict } from '../../reports/verdict/verdict.ts';
import type { Registry } from '../../workloads/registry.ts';
import { loadRegistry } from '../../workloads/registry.ts';
import type { Environment } from '../environment.ts';
import { judgeRun } from '../run/conclude-run.ts';
import type { ReportFolder } from '../store/report-folder.ts';
import { RunEvidence } from '../store/run-evidence.ts';
import { openReports, openRun } from './run-location.ts';

/** A run that was named, with the folder of its reports and what it comes to when it is judged now. */
export interface JudgedRun {
  readonly folder: ReportFolder;
  readonly registry: Registry;
  readonly evidence: RunEvidence;
  readonly verdict: Verdict;
}

export async function openJudged(
  environment: Environment,
  given: { readonly run: string; readonly out?: string | undefined; readonly profile?: string | undefined },
): Promise<JudgedRun> {
  const run = await openRun(environment, given.run);
  const folder = await openReports(environment, run, given.out);
  const registry = await loadRegistry();
  const evidence = await RunEvidence.read(run, registry);
  return { folder, registry, evidence, verdict: judgeRun(evidence, given.profile) };
}

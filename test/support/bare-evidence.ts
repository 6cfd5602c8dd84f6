import type { SessionEvidence } from '../../harness/fleet/asked.ts';
import type { PlannedStep } from '../../harness/plan/plan.ts';
import { NodeEvidence } from '../../harness/store/node-evidence.ts';
import type { RunDirectory } from '../../harness/store/run-directory.ts';
import { loadRegistry } from '../../workloads/registry.ts';

/** What a session needs of a run that has one node and no plan but these steps. */
export async function bareEvidence(
  run: RunDirectory,
  node: string,
  steps: ReadonlyMap<string, PlannedStep> = new Map(),
): Promise<SessionEvidence> {
  const registry = await loadRegistry();
  const own = new NodeEvidence(node, run, registry);
  return { run, registry, node: () => own, stepsOf: () => steps, isPlanDigest: () => true };
}

import type { StepResult } from '../../agents/protocol/step.ts';
import { artifactFile, isFactsStep } from '../../agents/protocol/step.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import type { Tool } from '../../workloads/kit/tool.ts';
import type { PlannedStep } from '../plan/plan.ts';
import type { NodeEvidence } from '../store/node-evidence.ts';
import type { RunEvidence } from '../store/run-evidence.ts';

/**
 * The files that an agent can keep of a step: of each command that its tool plans from the facts of the node, both streams,
 * the counters, what was watched, and the artifacts.
 */
export function filesOf(
  { step, launch }: StepResult,
  planned: PlannedStep | undefined,
  registry: RunEvidence['registry'],
  own: NodeEvidence,
): ReadonlySet<string> {
  if (isFactsStep(step)) return new Set(['probes.json']);
  // A member that nobody launched has run nothing.
  if (planned?.seat !== undefined && planned.seat.rank > 0 && launch === undefined) return new Set();
  const registered = planned && registry.get(planned.workload);
  const tool = registered?.tools.find(({ id }) => id === planned?.tool) as Tool | undefined;
  const params = registered?.workload.params.safeParse(planned?.params);
  if (tool?.plan === undefined || params?.success !== true) return new Set();
  const place = planned?.seat && { seat: planned.seat, launch };
  const plan = (facts: HostFacts) =>
    tool.needs(params.data, facts).ok ? (tool.plan?.(params.data, facts, place) ?? []) : [];
  // A keeper that took over has looked again: the step is by the facts of either.
  const commands = own.documents.flatMap(({ facts }) => plan(facts));
  return new Set(
    commands.flatMap(({ id, artifacts = [] }) => [
      `${id}.stdout`,
      `${id}.stderr`,
      `${id}.counters.json`,
      `${id}.watch.json`,
      ...artifacts.map((path) => artifactFile(id, path)),
    ]),
  );
}

import type { Verdict } from '../../../reports/schema/verdict.ts';
import type { RunMaterial } from '../../store/run-material.ts';
import { fateOf } from '../samples/step-fate.ts';

type Attempt = Verdict['attempts'][number];

/** Every planned step with what became of it, then steps that ran without being planned. */
export function listAttempts({ nodes, plan }: RunMaterial): Attempt[] {
  return nodes.flatMap((node) => {
    const planned = plan?.steps.filter((step) => step.node === node.id) ?? [];
    const known = new Set(planned.map(({ step }) => step));
    const unplanned = node.steps.filter(({ step }) => !known.has(step));
    return [...planned, ...unplanned].map(({ step, workload, tool, repetition }) => {
      const { execution, reason, durationMs } = fateOf(step, node);
      const why = known.has(step) ? reason : ['not in the plan', reason].filter(Boolean).join('; ');
      return {
        step,
        node: node.id,
        workload,
        tool,
        repetition,
        execution,
        ...(why === undefined ? {} : { reason: why }),
        ...(durationMs === undefined ? {} : { durationMs }),
      };
    });
  });
}

import type { Verdict } from '../../../reports/verdict/verdict.ts';
import type { RunDossier } from '../run-dossier.ts';
import { allOf, fateOf } from '../samples/step-fate.ts';

type Attempt = Verdict['attempts'][number];

/** Every planned step with what became of it, then steps that ran without being planned. */
export function listAttempts(index: RunDossier): Attempt[] {
  const all = Map.groupBy(index.material.plan?.steps ?? [], ({ node }) => node);
  return index.nodes.flatMap((node) => {
    const planned = all.get(node.id) ?? [];
    const known = new Set(planned.map(({ step }) => step));
    const unplanned = [...node.steps.values()].filter(({ step }) => !known.has(step));
    return [...planned, ...unplanned].map(({ step, workload, tool, repetition }) => {
      const { execution, reason, durationMs } = fateOf(step, node, index);
      const why = known.has(step)
        ? reason
        : allOf([{ say: 'not-in-plan' }, ...(reason === undefined ? [] : [reason])]);
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

import { loadCase } from '../case.ts';
import type { EvidenceStep } from '../constructed-run-directory.ts';

/** A step that a real tool left behind, `workloads/<workload>/fixtures/<name>/`, as evidence of a run. */
export function recordedStep(
  workload: string,
  name: string,
  changes: Partial<EvidenceStep> = {},
): EvidenceStep {
  const { tool, params, outputs } = loadCase(workload, name);
  return { entry: workload, workload, tool, params, outputs, ...changes };
}

/** The same step with a piece of one output replaced; the piece must be there. */
export function withText(
  step: EvidenceStep,
  [command, output]: readonly [string, string],
  from: string | RegExp,
  to: string,
): EvidenceStep {
  const found = step.outputs[command];
  if (found === undefined) throw new Error(`no command ${command}`);
  const before = output === 'stdout' ? found.stdout : (found.artifacts[output] ?? '');
  const after = before.replace(from, to);
  if (after === before) throw new Error(`nothing to replace in ${command} ${output}`);
  const changed =
    output === 'stdout'
      ? { ...found, stdout: after }
      : { ...found, artifacts: { ...found.artifacts, [output]: after } };
  return { ...step, outputs: { ...step.outputs, [command]: changed } };
}

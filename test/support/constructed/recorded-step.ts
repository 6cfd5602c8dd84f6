import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import type { StepOutputs } from '../../../workloads/kit/tool.ts';
import type { EvidenceStep } from '../constructed-run-directory.ts';

const Meta = z.object({
  tool: z.string(),
  params: z.record(z.string(), z.unknown()),
  commands: z.record(z.string(), z.object({ exitCode: z.number(), durationMs: z.number() })).default({}),
});

/** A step that a real tool left behind, `workloads/<workload>/fixtures/<name>/`, as evidence of a run. */
export function recordedStep(
  workload: string,
  name: string,
  changes: Partial<EvidenceStep> = {},
): EvidenceStep {
  const folder = new URL(`../../../workloads/${workload}/fixtures/${name}/`, import.meta.url);
  const read = (file: string): string => readFileSync(new URL(file, folder), 'utf8');
  const { tool, params, commands } = Meta.parse(JSON.parse(read('meta.json')));
  const outputs: StepOutputs = existsSync(new URL('outputs.json', folder))
    ? (JSON.parse(read('outputs.json')) as StepOutputs) // the agent's own document, kept whole
    : Object.fromEntries(
        Object.entries(commands).map(([id, ended]) => [
          id,
          { ...ended, stdout: read(`${id}.stdout`), stderr: read(`${id}.stderr`), artifacts: {} },
        ]),
      );
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

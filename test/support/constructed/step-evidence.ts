import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../../agents/protocol/chain.ts';
import type {
  CapturedOutput,
  CommandResult,
  StepRequest,
  StepResult,
} from '../../../agents/protocol/step.ts';
import { toJson } from '../../../harness/store/read-document.ts';
import type { StepOutputs } from '../../../workloads/kit/tool.ts';

/** Commands as their tool planned them, by id. */
export type PlannedCommands = Readonly<Record<string, CommandResult['planned']>>;

/** Writes a step's outputs and its `exit.json` as an agent keeps them. Returns the digest that the journal names. */
export function writeStepEvidence(
  node: string,
  request: Omit<StepRequest, 'budgetMs'>,
  outputs: StepOutputs,
  how: Pick<StepResult, 'execution' | 'reason'> = { execution: 'completed' },
  planned: PlannedCommands = {},
): string {
  const folder = join(node, 'steps', request.step);
  mkdirSync(folder, { recursive: true });
  const keep = (output: string, file: string, text: string): CapturedOutput => {
    writeFileSync(join(folder, file), text);
    return { output, file, bytes: Buffer.byteLength(text), sha256: sha256(text), capped: false };
  };
  const commands = Object.entries(outputs).map(([id, given]) => ({
    id,
    file: request.tool,
    args: [],
    env: {},
    ...(planned[id] === undefined ? {} : { planned: planned[id] }),
    directory: '/var/tmp/constructed',
    execution: given.exitCode === 0 ? ('completed' as const) : ('error' as const),
    ...(given.exitCode === undefined ? {} : { exitCode: given.exitCode }),
    startedAt: '2026-11-23T00:00:00.000Z',
    durationMs: given.durationMs,
    outputs: [
      keep('stdout', `${id}.stdout`, given.stdout),
      keep('stderr', `${id}.stderr`, given.stderr),
      ...(given.counters === undefined
        ? []
        : [keep('counters', `${id}.counters.json`, JSON.stringify(given.counters))]),
      ...Object.entries(given.artifacts).map(([name, text]) =>
        // The probe document is the one file that is not named after its command.
        keep(name, name === 'probes.json' ? name : `${id}.artifact.${name}`, text),
      ),
    ],
  }));
  const result: StepResult = {
    schema: 'assay/step',
    schemaVersion: 1,
    ...request,
    ...how,
    durationMs: commands.reduce((sum, { durationMs }) => sum + durationMs, 0),
    commands,
    survivors: 0,
    agentCpuSeconds: 0,
  };
  const text = toJson(result);
  writeFileSync(join(folder, 'exit.json'), text);
  return sha256(text);
}

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

/** A step as it was asked for, what its commands left, how it ended, and the commands as they were planned. */
export type LeftStep = readonly [
  request: Omit<StepRequest, 'budgetMs'>,
  outputs: StepOutputs,
  how?: Pick<StepResult, 'execution' | 'reason'>,
  planned?: PlannedCommands | undefined,
];

/** The files of a step with its `exit.json` as an agent keeps them, and the digest that the journal names. */
export function keepStep(...[request, outputs, how = { execution: 'completed' }, planned = {}]: LeftStep): {
  readonly files: ReadonlyMap<string, Buffer>;
  readonly digest: string;
} {
  const files = new Map<string, Buffer>();
  const keep = (output: string, file: string, text: string): CapturedOutput => {
    files.set(file, Buffer.from(text));
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
  files.set('exit.json', Buffer.from(text));
  return { files, digest: sha256(text) };
}

/** Writes the files of a step into a folder of their own, as an agent does. Returns the digest that the journal names. */
export function writeStep(node: string, ...step: LeftStep): string {
  const { files, digest } = keepStep(...step);
  const folder = join(node, 'steps', step[0].step);
  mkdirSync(folder, { recursive: true });
  for (const [file, bytes] of files) writeFileSync(join(folder, file), bytes);
  return digest;
}

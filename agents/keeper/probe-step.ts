import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import { ProbeDocument } from '../../workloads/kit/facts/probe-output.ts';
import { readHostFacts } from '../../workloads/kit/facts/read-host-facts.ts';
import type { Tool } from '../../workloads/kit/tool.ts';
import type { Registry } from '../../workloads/registry.ts';
import type { Clock } from '../clock.ts';
import { writeStepResult } from '../exec/run-step.ts';
import { expandPattern } from '../probe/read-tree.ts';
import { runProbes } from '../probe/run-probes.ts';
import type { ToAgent } from '../protocol/messages.ts';
import { writeWhole } from '../protocol/write-whole.ts';
import type { Journal } from './journal.ts';
import { makeScratch } from './scratch.ts';

/** The one output of a facts step. */
const probesFile = 'probes.json';

/**
 * The tools of the bundle, the tool pack of the site, the directories beside the path in which they may lie, and the path with
 * all of those, the pack first.
 */
export interface Tools {
  readonly registry: Registry;
  readonly toolpack: string | undefined;
  readonly places: readonly string[];
  readonly path: string;
}

export interface ProbeSurroundings extends Tools {
  readonly directory: string;
  readonly journal: Journal;
  readonly clock: Clock;
}

/** Finds what there may be of the tools of a bundle. */
export async function findTools(
  registry: Registry,
  path: string,
  toolpack: string | undefined,
): Promise<Tools> {
  const patterns = toolNames(registry, ({ places }) => places);
  const places = (await Promise.all(patterns.map((pattern) => expandPattern(pattern)))).flat();
  const own = toolpack === undefined ? [] : [join(toolpack, 'bin')];
  return { registry, toolpack, places, path: [...own, path, ...places].join(':') };
}

/** Looks at the machine and keeps what was seen as the evidence of a facts step. */
export async function runProbeStep(
  { directory, journal, path, toolpack, places, clock, registry }: ProbeSurroundings,
  step: string,
  {
    scratch,
    watchMs = 0,
    clock: seen,
  }: Omit<Extract<ToAgent, { type: 'probe' }>, 'type' | 'step' | 'yields'>,
): Promise<HostFacts> {
  const startedAt = clock.now().toISOString();
  const start = clock.monotonicMs();
  const cpu = process.cpuUsage();
  await journal.append({ type: 'step-started', step });
  const document = await runProbes({
    scratchPath: await makeScratch(directory, scratch),
    watchMs,
    path,
    programs: toolNames(registry, ({ programs }) => programs),
    headers: toolNames(registry, ({ headers }) => headers),
    libraries: toolNames(registry, ({ libraries = [], opens = [] }) => [...libraries, ...opens]),
    places,
    toolpack,
    clock: seen,
  });
  const facts = readHostFacts(document);
  const { user, system } = process.cpuUsage(cpu);
  const result = await keepProbes(directory, step, document, {
    startedAt,
    durationMs: Math.round(clock.monotonicMs() - start),
    agentCpuSeconds: (user + system) / 1e6,
  });
  await journal.append({ type: 'step-ended', step, execution: 'completed', result });
  return facts;
}

/** The facts of a step that this keeper or one before it has kept. */
export async function loadKeptFacts(runDirectory: string, step: string): Promise<HostFacts> {
  const text = await readFile(join(runDirectory, 'steps', step, probesFile), 'utf8');
  return readHostFacts(ProbeDocument.parse(JSON.parse(text)));
}

/** What the tools of all workloads ask for, once each. */
function toolNames(
  registry: Registry,
  ask: (requires: Tool['requires']) => readonly string[] | undefined,
): readonly string[] {
  const tools = [...registry.values()].flatMap((entry) => entry.tools);
  return [...new Set(tools.flatMap(({ requires }) => ask(requires) ?? []))].toSorted();
}

/** Keeps a probe document as the evidence of a facts step and returns the digest of its exit.json. */
export async function keepProbes(
  runDirectory: string,
  step: string,
  document: ProbeDocument,
  times: {
    readonly startedAt: string;
    readonly durationMs: number;
    readonly agentCpuSeconds: number;
  },
): Promise<string> {
  const evidence = join(runDirectory, 'steps', step);
  await mkdir(evidence, { recursive: true, mode: 0o700 });
  const text = `${JSON.stringify(document, undefined, 1)}\n`;
  await writeWhole(join(evidence, probesFile), text);
  return writeStepResult(evidence, {
    schema: 'assay/step',
    schemaVersion: 1,
    step,
    workload: 'facts',
    tool: 'probe',
    params: {},
    repetition: 1,
    session: 1,
    execution: 'completed',
    durationMs: times.durationMs,
    commands: [
      {
        id: 'probes',
        file: '{agent}',
        args: ['probe'],
        env: {},
        directory: runDirectory,
        execution: 'completed',
        exitCode: 0,
        startedAt: times.startedAt,
        durationMs: times.durationMs,
        outputs: [
          {
            output: probesFile,
            file: probesFile,
            bytes: Buffer.byteLength(text),
            sha256: createHash('sha256').update(text).digest('hex'),
            capped: false,
          },
        ],
      },
    ],
    survivors: 0,
    agentCpuSeconds: times.agentCpuSeconds,
  });
}

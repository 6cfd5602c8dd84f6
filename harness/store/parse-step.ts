import * as z from 'zod';
import type { CapturedOutput, StepResult } from '../../agents/protocol/step.ts';
import { isFactsStep } from '../../agents/protocol/step.ts';
import { parseJson } from '../../workloads/kit/parse-json.ts';
import type { Result } from '../../workloads/kit/result.ts';
import { err, ok } from '../../workloads/kit/result.ts';
import { safeParse } from '../../workloads/kit/safe-parse.ts';
import type { Sample } from '../../workloads/kit/sample.ts';
import type { Seat } from '../../workloads/kit/seat.ts';
import type { Subject } from '../../workloads/kit/subject.ts';
import { subjectOfGroup } from '../../workloads/kit/subject.ts';
import type { Counters, Reading, StepOutputs } from '../../workloads/kit/tool.ts';
import { Watch } from '../../workloads/kit/watch.ts';
import { whyImpossible } from '../../workloads/kit/why-impossible.ts';
import type { Metric } from '../../workloads/kit/workload.ts';
import type { Registry } from '../../workloads/registry.ts';
import { Shared } from './shared.ts';

/** Runs before 2026-11-29 have short names for their counters. */
const formerNames: Readonly<Record<string, string>> = {
  diskstats: '/proc/diskstats',
  processIo: '/proc/self/io',
};
const CountersText = z
  .record(z.string(), z.string())
  .transform(
    (texts): Counters =>
      Object.fromEntries(Object.entries(texts).map(([name, text]) => [formerNames[name] ?? name, text])),
  );
const CountersPair = z.strictObject({ before: CountersText, after: CountersText });

/** Executions whose outputs are worth reading: a tool that ended by itself, well or badly. */
const ended = new Set(['completed', 'error']);

/**
 * What a step has left is read up to here: fifty times what any tool of ours says. It is kept all the same, and held by nobody
 * as text, whatever a node says of itself.
 */
const mostReadBytes = 8 * 1024 * 1024;

/**
 * The counters around a command are tables of devices and one column for each CPU: on the largest machines that are built
 * (a thousand CPUs, sixteen ports) half a megabyte in some hundred files.
 */
const mostCounterBytes = 2 * 1024 * 1024;
const mostCounterFiles = 4096;

/** Ten times what any tool of ours reads of a node with sixteen accelerators: more is no measurement, and each costs what judging costs. */
const mostReadings = 2000;

/** The outputs that are read: what was seen of a machine, and those of a step that are not too much. */
export const outputsToRead = (step: StepResult): readonly CapturedOutput[] =>
  isFactsStep(step.step) || whyTooLarge(step) === undefined ? outputsOf(step) : [];

export const outputsOf = ({ commands }: StepResult): readonly CapturedOutput[] =>
  commands.flatMap(({ outputs }) => outputs);

/** What the outputs of a step weigh together, by what it says of them. */
export const outputBytes = (step: StepResult): number =>
  outputsOf(step).reduce((sum, { bytes }) => sum + bytes, 0);

function whyTooLarge(step: StepResult): string | undefined {
  const bytes = outputBytes(step);
  if (bytes > mostReadBytes)
    return `expected at most ${mostReadBytes} bytes of outputs in a step, got ${bytes}`;
  const counters = outputsOf(step).find((it) => it.output === 'counters' && it.bytes > mostCounterBytes);
  return counters === undefined
    ? undefined
    : `expected at most ${mostCounterBytes} bytes of counters around a command, got ${counters.bytes}`;
}

/** What was read of one step: its numbers, and what should have given some and did not. */
export interface ReadStep {
  readonly samples: readonly Sample[];
  readonly unmeasured: readonly Unmeasured[];
}

/** That a tool could not measure something, in its own words. */
export interface Unmeasured {
  readonly step: string;
  readonly subject: Subject;
  readonly why: string;
}

/**
 * Reads the samples of one step from its saved outputs. Pure: the authority is this,
 * run offline, and not what any agent made of it. Never throws for what a tool printed.
 */
export function parseStep(
  registry: Registry,
  node: string,
  step: StepResult,
  outputs: StepOutputs,
  {
    shared = new Shared(),
    isRehearsal = false,
  }: { readonly shared?: Shared; readonly isRehearsal?: boolean } = {},
): Result<ReadStep> {
  const registered = registry.get(step.workload);
  const tool = registered?.tools.find((candidate) => candidate.id === step.tool);
  if (registered === undefined || tool === undefined)
    return err(`this version of Assay has no tool ${step.workload}/${step.tool}`);
  const params = safeParse(registered.workload.params, step.params);
  if (!params.success) return err(`parameters: ${params.error.issues[0]?.message ?? 'not accepted'}`);
  if (!ended.has(step.execution)) return err(step.reason ?? step.execution);
  // What several nodes did together is told by their leader; the others only show how their part ended.
  if (step.seat !== undefined && step.seat.rank > 0)
    return step.execution === 'completed'
      ? ok({ samples: [], unmeasured: [] })
      : err(step.reason ?? step.execution);
  const tooLarge = whyTooLarge(step);
  if (tooLarge !== undefined) return err(tooLarge);
  const parsed = tool.parse(outputs, params.data, step.seat);
  if (!parsed.ok) return err(step.reason === undefined ? parsed.error : `${parsed.error} (${step.reason})`);
  const { toolVersion, readings: read, unmeasured: unread = [] } = parsed.value;
  const told = read.length + unread.length;
  if (told > mostReadings) return err(`expected at most ${mostReadings} readings of a step, got ${told}`);
  const samples: Sample[] = [];
  const name = shared.text(step.step);
  const own = shared.value(subjectOf(node, step.seat, undefined));
  for (const reading of read) {
    const metric = registered.workload.metrics[reading.metric];
    if (metric === undefined)
      return err(`${tool.id} reported \`${reading.metric}\`, which ${step.workload} does not declare`);
    const outside = outsideDomain(metric, reading);
    if (outside !== undefined) return err(outside);
    if (reading.at.length === 0) return err(`${tool.id} does not say where \`${reading.metric}\` stands`);
    const invalid =
      reading.isStandIn === true && !isRehearsal
        ? 'stand-in library: it plays hardware, and this run is no rehearsal'
        : (reading.invalid ?? whyImpossible(reading, metric, outputs));
    samples.push({
      metric: shared.text(`${step.workload}.${reading.metric}`),
      value: reading.value,
      unit: metric.unit,
      dimensions: shared.value(
        step.together === undefined ? reading.dimensions : { ...reading.dimensions, during: 'soak' },
      ),
      subject: reading.device === undefined ? own : shared.value(subjectOf(node, step.seat, reading.device)),
      tool: tool.id,
      ...(toolVersion === undefined ? {} : { toolVersion: shared.text(toolVersion) }),
      step: name,
      session: step.session,
      origin: tool.origin,
      at: shared.value([...reading.at]),
      ...(invalid === undefined ? {} : { invalid }),
    });
  }
  const unmeasured = unread.map(({ device, why }) => ({
    step: step.step,
    subject: subjectOf(node, step.seat, device),
    why,
  }));
  return ok({ samples, unmeasured });
}

function subjectOf(node: string, seat: Seat | undefined, device: string | undefined): Subject {
  if (seat !== undefined)
    return subjectOfGroup(
      seat.group,
      seat.members.map((member) => member.node),
    );
  return device === undefined ? { kind: 'node', node } : { kind: 'device', node, device };
}

function outsideDomain(metric: Metric, reading: Reading): string | undefined {
  const { value } = reading;
  const fits =
    Number.isFinite(value) &&
    (metric.domain === 'positive'
      ? value > 0
      : value >= 0 && (metric.domain !== 'count' || Number.isInteger(value)));
  return fits ? undefined : `${reading.metric}: expected a ${metric.domain} number, got ${value}`;
}

/** Puts saved files back into the shape that parsers see. */
export function gatherOutputs(step: StepResult, files: ReadonlyMap<string, string>): StepOutputs {
  return Object.fromEntries(
    step.commands.map((command) => {
      const textOf = (output: string): string => {
        const kept = command.outputs.find((candidate) => candidate.output === output);
        return kept === undefined ? '' : (files.get(kept.file) ?? '');
      };
      const artifacts = command.outputs.filter(
        ({ output }) => !['stdout', 'stderr', 'counters', 'watch'].includes(output),
      );
      return [
        command.id,
        {
          stdout: textOf('stdout'),
          stderr: textOf('stderr'),
          exitCode: command.exitCode,
          artifacts: Object.fromEntries(artifacts.map(({ output, file }) => [output, files.get(file) ?? ''])),
          durationMs: command.durationMs,
          counters: readCounters(textOf('counters')),
          watch: readWatch(textOf('watch')),
        },
      ];
    }),
  );
}

function readWatch(text: string): Watch | undefined {
  const watch = text === '' ? undefined : safeParse(Watch, parseJson(text));
  return watch?.success === true ? watch.data : undefined;
}

function readCounters(text: string): { readonly before: Counters; readonly after: Counters } | undefined {
  if (text === '') return undefined;
  const read = parseJson(text);
  if (hasTooMany(read)) return undefined;
  const counters = safeParse(CountersPair, read);
  return counters.success ? counters.data : undefined;
}

/** Whether more files are told than any machine has: looked at before each of them is. */
const hasTooMany = (counters: unknown): boolean =>
  typeof counters === 'object' &&
  Object.values(counters ?? {}).some(
    (look: unknown) => typeof look === 'object' && Object.keys(look ?? {}).length > mostCounterFiles,
  );

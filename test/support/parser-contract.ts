import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { CommandInput } from '../../workloads/kit/command.ts';
import { Command } from '../../workloads/kit/command.ts';
import { valueOf } from '../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import type { Result } from '../../workloads/kit/result.ts';
import { ok } from '../../workloads/kit/result.ts';
import type { SourcePlace } from '../../workloads/kit/sample.ts';
import type { ParsedStep, Reading, RunnableTool, StepOutputs } from '../../workloads/kit/tool.ts';
import { whyImpossible } from '../../workloads/kit/why-impossible.ts';
import type { Metric, Metrics } from '../../workloads/kit/workload.ts';
import type { RegisteredWorkload } from '../../workloads/registry.ts';
import type { Case, CaseFile } from './case.ts';
import { anyText, damageAnywhere, damageOutputs, slotsOf } from './damage.ts';

/** Whether the tools of a workload have the cases they need, each under its tool's name and version. */
export function checkCoverage({ workload, tools }: RegisteredWorkload, cases: readonly Case[]): string[] {
  const strangers = cases.flatMap(({ name, tool, version }) => {
    const prefix = `${tool}-${version.replaceAll(' ', '')}`;
    if (!tools.some(({ id }) => id === tool)) return [`${name}: ${workload.id} has no tool \`${tool}\``];
    return name === prefix || name.startsWith(`${prefix}-`)
      ? []
      : [`${name}: expected a name that begins with ${prefix}`];
  });
  const lacking = tools.flatMap(({ id }) => {
    const own = cases.filter(({ tool }) => tool === id);
    const good = own.filter((each) => isGood(each, workload.metrics)).length;
    return [
      ...(good === 0 ? [`${id}: expected a good case, got none`] : []),
      ...(good === own.length ? [`${id}: expected a bad case, got none`] : []),
    ];
  });
  return [...strangers, ...lacking];
}

/**
 * Whether a case ends in numbers that count: read, valid, and with nothing wrong. What has a stand-in for its driver because
 * nobody had the device counts too, if nothing else is held against it.
 */
function isGood({ expected }: Case, metrics: Metrics): boolean {
  return (
    'readings' in expected &&
    expected.readings.length > 0 &&
    expected.readings.every(
      ({ metric, value, invalid }) =>
        invalid === undefined && !(metrics[metric]?.correctness === true && value > 0),
    )
  );
}

/** What of a case its tool does otherwise: the commands it plans, the launches it accepts, the readings. */
export function checkCase({ workload, tools }: RegisteredWorkload, given: Case): string[] {
  const tool = tools.find(({ id }) => id === given.tool);
  const params = workload.params.safeParse(given.params);
  if (tool === undefined || !params.success)
    return [`${given.name}: expected a tool and parameters of ${workload.id}`];
  const needs = tool.needs(params.data, given.facts);
  return [
    ...(isGood(given, workload.metrics) && !needs.ok
      ? [`a good case that the tool refuses: ${needs.error}`]
      : []),
    ...(tool.plan === undefined ? [] : checkPlan({ ...tool, plan: tool.plan }, params.data, given)),
    ...checkExpected(workload.metrics, given),
    ...checkReadings(workload.metrics, tool.parse(given.outputs, params.data, given.seat), given),
  ].map((violation) => `${given.name}: ${violation}`);
}

/** Readings as the case says; and of each that is no check the window, which must fit into the life of its command. */
function checkReadings(metrics: Metrics, parsed: Result<ParsedStep>, given: Case): readonly string[] {
  if (!parsed.ok) return differences('readings', parsed, given.expected);
  const readings = parsed.value.readings.map(({ windowSeconds: _, ...reading }) => reading);
  const faults = parsed.value.readings.flatMap((reading) => {
    const metric = metrics[reading.metric];
    if (metric === undefined || metric.correctness === true || reading.invalid !== undefined) return [];
    if (reading.windowSeconds === undefined) return [`${reading.metric}: expected windowSeconds, got none`];
    const impossible = whyImpossible(reading, metric, given.outputs);
    return impossible === undefined ? [] : [`${reading.metric}: ${impossible}`];
  });
  const { unmeasured = [] } = parsed.value;
  const read = { ...parsed.value, readings, unmeasured: unmeasured.length === 0 ? undefined : unmeasured };
  return [...differences('readings', ok(read), given.expected), ...faults];
}

function checkPlan(
  tool: RunnableTool<Metrics, Record<string, unknown>>,
  params: Record<string, unknown>,
  given: Case,
): string[] {
  const { seat, facts, commands, launches } = given;
  const place = seat === undefined ? undefined : { seat, launch: undefined };
  const planned = tool.plan(params, facts, place);
  return [
    ...differences('plan', planOf(planned), describe(commands)),
    ...Object.entries(commands).flatMap(([id, { ended }]) => {
      const { timeoutMs = 0 } = planned.find((command) => command.id === id) ?? {};
      return ended?.exitCode === undefined || ended.durationMs < timeoutMs
        ? []
        : [`${id}: took ${ended.durationMs} ms, of which it may take ${timeoutMs}`];
    }),
    ...launches.flatMap(({ words, commands: wanted }) => {
      const launch = seat === undefined ? undefined : tool.readLaunch?.(words, seat);
      if (seat === undefined || launch?.ok !== true)
        return [`expected a launch to be read, got ${JSON.stringify(launch)}`];
      const member = { seat: { ...seat, rank: launch.value.rank }, launch: launch.value };
      return differences('plan of a member', planOf(tool.plan(params, facts, member)), describe(wanted));
    }),
  ];
}

const planOf = (commands: readonly CommandInput[]) =>
  commands
    .map((command) => Command.parse(command))
    .map(({ id, file, args, env, stdin, artifacts }) => ({
      id,
      argv: [file, ...args],
      env,
      stdin,
      artifacts,
    }));

const describe = (commands: CaseFile['launches'][number]['commands']) =>
  Object.entries(commands).map(([id, { argv, env, stdin, artifacts }]) => ({
    id,
    argv,
    env,
    stdin,
    artifacts,
  }));

function differences(what: string, found: unknown, expected: unknown): string[] {
  const read =
    typeof found === 'object' && found !== null && 'ok' in found ? (found as Result<ParsedStep>) : undefined;
  const actual = plain(read === undefined ? found : read.ok ? read.value : { error: read.error });
  const isSame =
    read?.ok === false && typeof expected === 'object' && expected !== null && 'error' in expected
      ? read.error.includes(String(expected.error))
      : isDeepStrictEqual(actual, plain(expected));
  return isSame ? [] : [`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`];
}

/** As a document has it: without what is undefined. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** What of the expectation cannot be: an undeclared metric, a value outside its domain, a place that is none. */
function checkExpected(metrics: Metrics, { expected, outputs, facts }: Case): string[] {
  if ('error' in expected) return [];
  return expected.readings.flatMap(({ metric, value, at, device }) => [
    ...(fits(metrics[metric], value) ? [] : [`${metric}: ${value} is none of its values`]),
    ...at
      .filter((place) => !exists(place, outputs))
      .map((place) => `${metric}: nothing stands at ${JSON.stringify(place)}`),
    ...(isKnown(device, facts) ? [] : [`${metric}: the facts name no device ${device ?? ''}`]),
  ]);
}

function fits(metric: Metric | undefined, value: number): boolean {
  if (metric === undefined) return false;
  if (metric.domain === 'positive') return value > 0;
  return value >= 0 && (metric.domain !== 'count' || Number.isInteger(value));
}

function exists(place: SourcePlace, outputs: StepOutputs): boolean {
  const output = outputs[place.command];
  const kept: Record<string, string | undefined> = {
    ...output?.artifacts,
    stdout: output?.stdout,
    counters: JSON.stringify(output?.counters),
  };
  const text = kept[place.output];
  if (text === undefined) return false;
  if ('line' in place) return (text.split('\n')[place.line - 1] ?? '') !== '';
  let found: unknown = JSON.parse(text);
  const keys = place.pointer.split('/').slice(1);
  for (const key of keys.map((each) => each.replaceAll('~1', '/').replaceAll('~0', '~')))
    found = typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[key] : undefined;
  return found !== undefined;
}

/** A reading of a device that the node does not have belongs to no subject of a run: it counts for nothing. */
function isKnown(device: string | undefined, { drives, accelerators, nics }: HostFacts): boolean {
  const identities = [
    ...(valueOf(drives) ?? []).map(({ identity }) => identity),
    ...(valueOf(accelerators) ?? []).flatMap(({ address, uuid }) => [address, valueOf(uuid)]),
    ...(valueOf(nics) ?? []).map(({ identity }) => identity),
  ];
  return device === undefined || identities.includes(device);
}

/**
 * What a parser makes of damaged outputs other than an error or the same readings. A reading may also be refused: kept
 * and called invalid, or of no device of the node. Where it stands (`at`) may move with the damage.
 */
export function checkDamage(registered: RegisteredWorkload, given: Case): string[] {
  const judge = judgeOf(registered, given);
  const silent = Object.fromEntries(
    Object.entries(given.outputs).map(([id, output]) => [
      id,
      { ...output, stdout: '', stderr: '', artifacts: {} },
    ]),
  );
  const damaged = [
    { what: 'no output', fault: judge({}, 'nothing') },
    { what: 'silent commands', fault: judge(silent, 'nothing') },
    ...[...damageOutputs(given.outputs)].map(({ what, outputs }) => ({ what, fault: judge(outputs) })),
  ];
  return damaged.flatMap(({ what, fault }) =>
    fault === undefined ? [] : [`${given.name}: ${what}: ${fault}`],
  );
}

/** The same at random places: damaged texts, and texts that are anything. Throws what it finds. */
export function checkRandomDamage(registered: RegisteredWorkload, given: Case, seed?: number): void {
  const judge = judgeOf(registered, given);
  const slots = slotsOf(given.outputs);
  if (slots.length === 0) return;
  const changes = fc.oneof({ weight: 3, arbitrary: damageAnywhere }, anyText);
  fc.assert(
    fc.property(fc.constantFrom(...slots), changes, ({ name, text, replaced }, change) => {
      const fault = judge(replaced(change(text)));
      if (fault !== undefined) throw new Error(`${given.name}: ${name}: ${fault}`);
    }),
    { numRuns: 200, ...(seed === undefined ? {} : { seed }) },
  );
}

/** Reads outputs as of this case, and says what is wrong with that: it must be an error, or the same where it may be. */
function judgeOf(
  { workload, tools }: RegisteredWorkload,
  given: Case,
): (outputs: StepOutputs, most?: 'same' | 'nothing') => string | undefined {
  const tool = tools.find(({ id }) => id === given.tool);
  if (tool === undefined) throw new Error(`${workload.id} has no tool \`${given.tool}\``);
  const params = workload.params.parse(given.params);
  const wanted = 'readings' in given.expected ? given.expected : undefined;
  const without = (reading: object): unknown =>
    plain({ ...reading, at: undefined, windowSeconds: undefined });
  const expected = wanted?.readings.map(without) ?? [];
  const isRefused = ({ invalid, device }: Reading): boolean =>
    invalid !== undefined || !isKnown(device, given.facts);
  const isSame = ({ toolVersion, readings }: ParsedStep): boolean =>
    (readings.length > 0 && readings.every(isRefused)) ||
    (wanted !== undefined &&
      toolVersion === wanted.toolVersion &&
      readings.length === expected.length &&
      readings.every(
        (reading, index) => isRefused(reading) || isDeepStrictEqual(without(reading), expected[index]),
      ));
  return (outputs, most = 'same') => {
    let parsed: Result<ParsedStep>;
    try {
      parsed = tool.parse(outputs, params, given.seat);
    } catch (cause) {
      return `throws ${String(cause)}`;
    }
    if (!parsed.ok) return parsed.error === '' ? 'an error without a word' : undefined;
    if (most === 'same' && isSame(parsed.value)) return undefined;
    const found = JSON.stringify(parsed.value).slice(0, 400);
    return `expected an error${most === 'same' ? ' or the same readings' : ''}, got ${found}`;
  };
}

import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after } from '../../workloads/kit/after.ts';
import type { Placeholder } from '../../workloads/kit/command.ts';
import { Command } from '../../workloads/kit/command.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import { throughSudo } from '../../workloads/kit/privilege.ts';
import type { GroupPlace, Launch, LaunchAnswer } from '../../workloads/kit/seat.ts';
import type { CounterFile } from '../../workloads/kit/tool.ts';
import { isShared } from '../../workloads/kit/workload.ts';
import type { Registry } from '../../workloads/registry.ts';
import type { Clock } from '../clock.ts';
import type { LocalSocket } from '../local-socket.ts';
import type { CommandResult, Execution, StepRequest, StepResult } from '../protocol/step.ts';
import { writeWhole } from '../protocol/write-whole.ts';
import { openLaunchDoor } from './launch-door.ts';
import type { StopReason } from './run-command.ts';
import { runCommand } from './run-command.ts';
import { sweep } from './sweep.ts';
import { whyNotRoots } from './why-not-roots.ts';

export interface StepSurroundings {
  readonly run: string;
  readonly runDirectory: string;
  /** Directory on the file system under test; each step gets a private one below it. */
  readonly scratch: string;
  readonly bundle: string;
  readonly runtime: string;
  readonly path: string;
  readonly clock: Clock;
  readonly facts: HostFacts;
  readonly registry: Registry;
  /** What the leader of a group asked this node to start. */
  readonly launch: Launch | undefined;
  /** Asks, as the leader of a group, for something to be started on a member; answers when that has ended. */
  readonly requestLaunch: (
    step: string,
    words: readonly string[],
    signal: AbortSignal,
  ) => Promise<LaunchAnswer>;
}

const graceMs = 2000;

/** Runs one step to its end, whatever happens in it, and writes `exit.json`. Returns the result and its digest. */
export async function runStep(
  around: StepSurroundings,
  request: StepRequest,
  signal: AbortSignal,
): Promise<{ readonly result: StepResult; readonly digest: string }> {
  const evidence = join(around.runDirectory, 'steps', request.step);
  await mkdir(evidence, { recursive: true, mode: 0o700 });
  const start = around.clock.monotonicMs();
  const cpu = process.cpuUsage();
  const left: Left = { commands: [], survivors: 0 };
  const ended = await attempt(around, request, signal, evidence, left);
  const spent = process.cpuUsage(cpu);
  const result: StepResult = {
    schema: 'assay/step',
    schemaVersion: 1,
    step: request.step,
    workload: request.workload,
    tool: request.tool,
    params: request.params,
    repetition: request.repetition,
    session: request.session,
    ...(request.seat === undefined ? {} : { seat: request.seat }),
    ...(request.together === undefined ? {} : { together: request.together }),
    // What goes on beside a member's part was asked for by nobody else.
    ...(around.launch === undefined || request.seat === undefined ? {} : { launch: around.launch }),
    ...ended,
    durationMs: Math.round(around.clock.monotonicMs() - start),
    ...left,
    agentCpuSeconds: (spent.user + spent.system) / 1e6,
  };
  return { result, digest: await writeStepResult(evidence, result) };
}

/** Writes `exit.json` and returns the digest of its bytes. */
export async function writeStepResult(evidence: string, result: StepResult): Promise<string> {
  const text = `${JSON.stringify(result, undefined, 1)}\n`;
  await mkdir(evidence, { recursive: true, mode: 0o700 });
  await writeWhole(join(evidence, 'exit.json'), text);
  return createHash('sha256').update(text).digest('hex');
}

/** What a step leaves, however it ends. */
interface Left {
  readonly commands: CommandResult[];
  survivors: number;
}

interface Ended {
  readonly execution: Execution;
  readonly reason?: string;
  readonly isAgentsFault?: boolean;
}

async function attempt(
  around: StepSurroundings,
  request: StepRequest,
  signal: AbortSignal,
  evidence: string,
  left: Left,
): Promise<Ended> {
  const planned = planCommands(around, request);
  if ('reason' in planned) return planned;
  const notRoots = await findNotRoots(planned.commands);
  if (notRoots !== undefined) return { execution: 'refused', reason: notRoots };
  const private_ = {
    scratch: join(around.scratch, `assay-${around.run}-${request.step}`),
    build: join(around.runDirectory, 'build', request.step),
    temporary: join(around.runDirectory, 'tmp', request.step),
  };
  const budget = AbortSignal.any([signal, deadline(request.budgetMs)]);
  let door: LocalSocket | undefined;
  try {
    await mkdir(private_.scratch, { mode: 0o700 });
    for (const directory of [private_.build, private_.temporary])
      await mkdir(directory, { recursive: true, mode: 0o700 });
    if (request.seat?.rank === 0) {
      // One for each member, and some that come again.
      const most = request.seat.members.length + 32;
      door = await openLaunchDoor(private_.temporary, most, (words, gone) =>
        around.requestLaunch(request.step, words, gone),
      );
    }
    for (const command of planned.commands) {
      const { result, survivors } = await runCommand(
        {
          evidence,
          directory: private_.scratch,
          temporary: private_.temporary,
          mark: `${around.run}/${request.step}`,
          path: around.path,
          clock: around.clock,
          graceMs,
          counters: planned.counters,
          facts: around.facts,
        },
        fill(command, { ...private_, bundle: around.bundle, runtime: around.runtime, path: around.path }),
        budget,
      );
      const { file, args, env, stdin } = command;
      left.commands.push({
        ...result,
        planned: { file, args, env, ...(stdin === undefined ? {} : { stdin }) },
      });
      left.survivors += survivors;
      // A drive that hangs is a part of the answer too: there are others to ask, as long as the step has time.
      const isAnswer = command.goodExit === 'any' && result.execution === 'timeout' && !budget.aborted;
      if (result.execution !== 'completed' && !isAnswer) {
        return { execution: result.execution, reason: `${command.id}: ${result.reason ?? result.execution}` };
      }
    }
    return { execution: 'completed' };
  } catch (cause) {
    // The file system of the node failed us (full, read-only): that is this step's outcome, not the agent's end.
    if (cause instanceof Error && 'syscall' in cause)
      return { execution: 'error', reason: `agent: ${cause.message}`, isAgentsFault: true };
    throw cause;
  } finally {
    await door?.close();
    left.survivors += await sweep(`${around.run}/${request.step}`);
    for (const directory of Object.values(private_)) await rm(directory, { recursive: true, force: true });
  }
}

/** Why one of these commands is not given to sudo. */
async function findNotRoots(commands: readonly Command[]): Promise<string | undefined> {
  for (const { file, privilege, args } of commands) {
    if (privilege !== 'sudo' || file !== 'sudo') continue;
    const why = await whyNotRoots(args.slice(args.indexOf('--') + 1));
    if (why !== undefined) return why;
  }
  return undefined;
}

/** By which it is seen how much others worked on the machine meanwhile. */
const workCounters: readonly CounterFile[] = ['/proc/stat', '/proc/self/stat'];

function planCommands(
  around: StepSurroundings,
  request: StepRequest,
):
  | { commands: readonly Command[]; counters: readonly CounterFile[] }
  | { execution: 'refused'; reason: string } {
  const refuse = (reason: string) => ({ execution: 'refused' as const, reason });
  const registered = around.registry.get(request.workload);
  const tool = registered?.tools.find((candidate) => candidate.id === request.tool);
  if (registered === undefined || tool === undefined)
    return refuse(`no tool ${request.workload}/${request.tool} in this bundle`);
  if (tool.plan === undefined) return refuse(`${request.tool} only reads logs made elsewhere`);
  const params = registered.workload.params.safeParse(request.params);
  if (!params.success) return refuse(`parameters: ${params.error.issues[0]?.message ?? 'not accepted'}`);
  const needs = tool.needs(params.data, around.facts);
  if (!needs.ok) return refuse(needs.error);
  const { seat } = request;
  if (isShared(registered.workload, params.data) && seat === undefined)
    return refuse(`${request.workload} is measured by several nodes together, and no seat was given`);
  const place: GroupPlace | undefined = seat === undefined ? undefined : { seat, launch: around.launch };
  if (seat !== undefined && seat.rank > 0 && around.launch?.rank !== seat.rank)
    return refuse('the leader of the group has not launched this node');
  return {
    commands: tool
      .plan(params.data, around.facts, place)
      .map((command) => throughSudo(Command.parse(command), around.facts)),
    counters: [...new Set([...workCounters, ...(tool.requires.counters ?? [])])],
  };
}

function fill(command: Command, values: Readonly<Record<Placeholder, string>>): Command {
  const replace = (text: string): string =>
    text.replace(/\{(scratch|bundle|build|runtime|path)\}/g, (_, name: Placeholder) => values[name]);
  return {
    ...command,
    file: replace(command.file),
    args: command.args.map(replace),
    env: Object.fromEntries(Object.entries(command.env).map(([name, value]) => [name, replace(value)])),
    artifacts: command.artifacts.map(replace),
  };
}

/** Aborts as `timeout` when the step's budget is spent. The timer does not keep the agent alive. */
function deadline(ms: number): AbortSignal {
  const controller = new AbortController();
  const reason: StopReason = { execution: 'timeout', reason: `the step's budget of ${ms} ms is spent` };
  after(ms, () => controller.abort(reason), { keepsAlive: false });
  return controller.signal;
}

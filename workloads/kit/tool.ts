import type { CommandInput } from './command.ts';
import type { HostFacts } from './facts/host-facts.ts';
import type { Result } from './result.ts';
import { err } from './result.ts';
import type { Dimensions, SourcePlace } from './sample.ts';
import type { GroupPlace, Launch, Seat } from './seat.ts';
import type { Quantity } from './unit.ts';
import type { Watch } from './watch.ts';
import type { Metrics, Workload } from './workload.ts';

/**
 * Outputs of one ended command, as parsers see them. Text is UTF-8 decoded with replacement. `counters` are those that
 * the tool asked for, read just before and after the command (agents/monitor); `undefined` if it asked for none.
 */
export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | undefined;
  readonly artifacts: Readonly<Record<string, string>>;
  readonly durationMs: number;
  readonly counters?: { readonly before: Counters; readonly after: Counters } | undefined;
  /** What was seen of accelerators meanwhile; `undefined` where none were loaded. */
  readonly watch?: Watch | undefined;
}

/** A text file of the kernel. `/proc/self/io` is the keeper's own, which has waited for the tool. */
export type CounterFile = `/proc/${string}` | `/sys/${string}`;

/** Raw kernel texts by file; those that could not be read are absent. */
export type Counters = Readonly<Partial<Record<CounterFile, string>>>;

/** All outputs of a step by command id. A command that never ran is absent. */
export type StepOutputs = Readonly<Record<string, CommandOutput>>;

/** One number that a tool printed. Names and units are checked by the compiler against the workload. */
export type Reading<M extends Metrics = Metrics> = {
  readonly [K in keyof M & string]: {
    readonly metric: K;
    readonly value: Quantity<M[K]['unit']>;
    readonly dimensions: Dimensions;
    readonly at: readonly SourcePlace[];
    /** Identity of the device measured (serial, UUID or PCI address, never an index); absent: the node. */
    readonly device?: string | undefined;
    /** Over how many seconds it was measured, all of them in the life of the command that printed it. */
    readonly windowSeconds?: number | undefined;
    /** It was given by a stand-in for hardware, which counts in a rehearsal and nowhere else. */
    readonly isStandIn?: boolean | undefined;
    /** Why this number cannot be used although it was printed (wrong device, file system, moved no bytes …). */
    readonly invalid?: string | undefined;
  };
}[keyof M & string];

export interface ParsedStep<M extends Metrics = Metrics> {
  readonly toolVersion?: string | undefined;
  readonly readings: readonly Reading<M>[];
  /** What should have been measured and was not, as the tool says why; a device as in readings or by the kernel's name, absent: the node. */
  readonly unmeasured?: readonly { readonly device?: string | undefined; readonly why: string }[];
}

/** What must be on the node before a tool can run, as data: probed, planned and installed from one list. */
export interface ToolRequirements {
  readonly programs: readonly string[];
  readonly headers?: readonly string[];
  /** Shared libraries by file name (`libnccl.so.2`); the facts say where each one is. */
  readonly libraries?: readonly string[];
  /** Libraries that its program opens itself where there are some, and of which it tells what is lacking: none has to be there. */
  readonly opens?: readonly string[];
  /**
   * Directories where these may lie besides the usual ones; `*` stands for any one name. They end the PATH of every
   * command, so that a program that was found there can be started by its name.
   */
  readonly places?: readonly string[];
  readonly cpuFlags?: readonly string[];
  /** Read around every command; `*` stands for any one name: one of `mc*` for each memory controller that there is. */
  readonly counters?: readonly CounterFile[];
  /** Debian package names that provide the above (used by `--install-tools` on the local machine only). */
  readonly packages: readonly string[];
}

/**
 * One native tool (or embedded kernel) of a workload. `needs`, `plan` and `parse` are pure: they run on the
 * node to choose and launch, and again offline as the authority.
 */
export interface Tool<M extends Metrics = Metrics, P = unknown> {
  readonly id: string;
  /** Lower is better: a survey takes the best-ranked tool that can serve the parameters. */
  readonly rank: number;
  readonly origin: 'native' | 'embedded';
  readonly requires: ToolRequirements;
  /** Whether this tool is for such parameters, on whatever node; absent: for all of the workload's. */
  readonly serves?: (params: P) => boolean;
  /** Whether this tool can serve these parameters here, beyond `requires`; an error says why not. */
  readonly needs: (params: P, facts: HostFacts) => Result<undefined>;
  /**
   * Absent for a tool that only reads logs made elsewhere: it is never chosen for a run. `place` is there for workloads
   * of pairs and groups only: where this node sits, and what it was asked to start.
   */
  readonly plan?: (params: P, facts: HostFacts, place?: GroupPlace) => readonly CommandInput[];
  /** `seat` is there for workloads of pairs and groups only, and then it is the leader's. */
  readonly parse: (outputs: StepOutputs, params: P, seat?: Seat) => Result<ParsedStep<M>>;
  /**
   * Reads what this tool's launcher on the leader asks to be started on a member. Runs on the coordinator: the words
   * come from a node, so everything in them is checked against the seat, and nothing of them is ever run.
   */
  readonly readLaunch?: (words: readonly string[], seat: Seat) => Result<Launch>;
  /** What a person has to change in its commands of several nodes, who has no coordinator to start the others; a sentence. */
  readonly byHand?: string;
  /** Most nodes that can run one step together; absent: any number. */
  readonly mostMembers?: number;
  /** Fewest nodes that can run one step; absent: 1, by which a node is shown to be bad all by itself. */
  readonly leastMembers?: number;
  /** How many turns its work takes on this node, each of which may last as long as the suite says for a step; absent: one. */
  readonly turns?: (params: P, facts: HostFacts) => number;
  /**
   * The command of it that goes on beside the steps behind it, and is told to end (SIGTERM) when they have: those of its window, of
   * a step without one all of its batch. None of them begins before it has printed something. Its time is theirs.
   */
  readonly beside?: string;
  /** Bytes that one step writes to the drive under test, for the plan; absent: none. */
  readonly writtenBytes?: (params: P) => number;
}

/** Declares a tool of `workload`. The workload argument only ties the types together. */
export function defineTool<const M extends Metrics, P>(
  _workload: Workload<M, P>,
  tool: RunnableTool<M, P>,
): RunnableTool<M, P>;
export function defineTool<const M extends Metrics, P>(
  _workload: Workload<M, P>,
  tool: Tool<M, P>,
): Tool<M, P>;
export function defineTool<const M extends Metrics, P>(
  _workload: Workload<M, P>,
  tool: Tool<M, P>,
): Tool<M, P> {
  return tool;
}

/** A tool that can be run here, not only read. */
export type RunnableTool<M extends Metrics = Metrics, P = unknown> = Tool<M, P> &
  Required<Pick<Tool<M, P>, 'plan'>>;

/** A tool for some of a workload's parameters: others it refuses, in these words. */
export function serving<M extends Metrics, P, Q extends P>(
  isServed: (params: P) => params is Q,
  refusal: string,
  tool: RunnableTool<M, NoInfer<Q>>,
): RunnableTool<M, P> {
  const { needs, plan, parse, turns, writtenBytes, serves: _, ...rest } = tool;
  return {
    ...rest,
    serves: isServed,
    needs: (params, facts) => (isServed(params) ? needs(params, facts) : err(refusal)),
    plan: (params, facts, place) => (isServed(params) ? plan(params, facts, place) : []),
    parse: (outputs, params, seat) => (isServed(params) ? parse(outputs, params, seat) : err(refusal)),
    ...(turns === undefined
      ? {}
      : { turns: (params: P, facts: HostFacts) => (isServed(params) ? turns(params, facts) : 1) }),
    ...(writtenBytes === undefined
      ? {}
      : { writtenBytes: (params: P) => (isServed(params) ? writtenBytes(params) : 0) }),
  };
}

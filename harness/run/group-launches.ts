import type { BatchEnd } from '../../agents/protocol/journal-fold.ts';
import { leaderEnded, StepResult } from '../../agents/protocol/step.ts';
import { after } from '../../workloads/kit/after.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { LaunchAnswer } from '../../workloads/kit/seat.ts';
import { Launch } from '../../workloads/kit/seat.ts';
import type { Tool } from '../../workloads/kit/tool.ts';
import type { OpenNode } from '../fleet/open-node.ts';
import type { PlannedStep } from '../plan/plan.ts';
import { requestOf } from '../plan/plan.ts';
import type { KeptFile } from '../store/kept-steps.ts';
import { lastFile } from '../store/pack.ts';
import { readDocument } from '../store/read-document.ts';

/** When the leader has ended, the others get this long to notice, before they are killed. */
export const graceMs = 3_000;
const stillMs = 30_000;

/** How long a heavy step may go on without hearing from us; absent: as long as anywhere. */
interface Leash {
  readonly leashMs?: number;
}

/** What the members of one group do for its leader, as long as it is at work. */
export interface GroupLaunches {
  /** Answers the leader's launcher when what it asked for has ended. */
  readonly answer: (step: string, words: readonly string[]) => Promise<LaunchAnswer>;
  /** Nobody goes on after the leader: members get a moment to notice, then they are killed. */
  readonly end: () => Promise<void>;
}

/**
 * Launches the members of a group for its leader. There is no way from node to node: the leader's launcher asks its
 * agent, the agent asks here, the tool reads what is wanted from the words, and the member's own agent makes the
 * command. Each member is launched once, and only for this step.
 */
export function createLaunches(options: {
  /** In the order of ranks. */
  readonly steps: readonly PlannedStep[];
  readonly nodes: ReadonlyMap<string, OpenNode>;
  readonly tool: Pick<Tool, 'id' | 'readLaunch'>;
  /** What is here of a step of a node, by file name. */
  readonly filesOf: (node: string, step: string) => Promise<ReadonlyMap<string, KeptFile>>;
  /** Has a member do its part, and resolves when that has ended. */
  readonly bring: (node: OpenNode, member: PlannedStep, launch: Launch) => Promise<BatchEnd | undefined>;
  /** A member was lost to us, which says nothing about it. */
  readonly onBroken: (node: string, said: string) => Promise<void>;
}): GroupLaunches {
  const { steps, nodes, tool } = options;
  const running = new Map<number, Promise<BatchEnd | undefined>>();
  const atRank = (rank: number): PlannedStep | undefined => steps.find(({ seat }) => seat?.rank === rank);
  const refuse = (text: string): LaunchAnswer => ({
    exitCode: 1,
    text: `refused: ${text}`.slice(0, maxText),
  });
  return {
    answer: async (step, words) => {
      const lead = atRank(0);
      if (lead?.seat === undefined || step !== lead.step)
        return refuse(`${step} is not the step that is being run`);
      const wanted = tool.readLaunch?.(words, lead.seat);
      if (wanted?.ok !== true) return refuse(wanted?.error ?? `${tool.id} launches nothing`);
      // However careless the tool's patterns are, no agent is sent what it would not take.
      const checked = Launch.safeParse(wanted.value);
      if (!checked.success)
        return refuse(`a launch that no agent takes: ${checked.error.issues[0]?.message ?? 'not accepted'}`);
      const launch = checked.data;
      const member = atRank(launch.rank);
      const node = member && nodes.get(member.node);
      if (member === undefined || node === undefined) return refuse(`there is no rank ${launch.rank}`);
      if (running.has(launch.rank)) return refuse(`rank ${launch.rank} was launched before`);
      const batch = options.bring(node, member, launch);
      running.set(launch.rank, batch);
      try {
        await batch;
        const result = node.session.progress.ended.get(member.step)?.execution;
        if (result === 'completed') return { exitCode: 0, text: '' };
        const text = `${member.node}: ${result ?? 'it did not begin'}: ${why(await options.filesOf(member.node, member.step))}`;
        return { exitCode: 1, text: text.slice(0, maxText) };
      } catch (cause) {
        const { message } = AssayError.from(cause);
        await options.onBroken(member.node, message);
        return refuse(`${member.node}: ${message}`);
      }
    },
    end: async () => {
      await settle(running, graceMs);
      for (const rank of running.keys()) stopMember(atRank(rank), nodes);
      await settle(running, stillMs);
    },
  };
}

/** Most of a text that an agent takes back (agents/protocol/messages.ts). */
const maxText = 4_000;

/** Brings the leader of a group through its step; its launcher is answered as long as that lasts. */
export async function leadGroup(
  node: OpenNode,
  step: PlannedStep,
  launches: GroupLaunches,
  around: { readonly plan: string; readonly beside: readonly PlannedStep[] } & Leash,
): Promise<BatchEnd | undefined> {
  const { session } = node;
  session.onLaunch = launches.answer;
  try {
    return await bringThrough(node, step, around);
  } finally {
    session.onLaunch = undefined;
  }
}

/**
 * Brings a node through one step, from wherever it stands: after a lost connection it may still be at work on it, or on
 * what it did for another group before. Resolves with how the step's batch ended; `undefined`: it had ended before, or
 * had begun and ended without a word of it.
 */
export async function bringThrough(
  { session, factsStep: facts, scratch }: OpenNode,
  step: PlannedStep,
  {
    beside,
    ...around
  }: {
    readonly plan: string;
    readonly launch?: Launch;
    /** What goes on beside it on this node. */
    readonly beside: readonly PlannedStep[];
  } & Leash,
): Promise<BatchEnd | undefined> {
  const { progress } = session;
  while (progress.runningBatch !== undefined) {
    const end = await session.batchEnded(progress.runningBatch);
    if (progress.ended.has(step.step)) return end;
  }
  if (progress.hasStarted(step.step)) return undefined;
  return session.runBatch([...beside, step].map(requestOf), { ...around, facts, scratch });
}

/** Why a member's part did not end well, with the first words of the command that failed: the leader's stderr has it then. */
function why(files: ReadonlyMap<string, KeptFile>): string {
  const textOf = (file: string): string | undefined => files.get(file)?.bytes.toString('utf8');
  const exit = textOf(lastFile);
  if (exit === undefined) return 'no reason given';
  const { reason = 'no reason given', commands } = readDocument(StepResult, exit, lastFile);
  const stderr = commands.at(-1)?.outputs.find(({ output }) => output === 'stderr');
  const said = (stderr && textOf(stderr.file)) ?? '';
  const [first = ''] = said.split('\n').filter((line) => /error/i.test(line));
  return `${reason}${first === '' ? '' : ` (${first.slice(0, 300)})`}`;
}

/** Only the batch of this step: one that ended by itself must not take the next one with it. */
function stopMember(step: PlannedStep | undefined, nodes: ReadonlyMap<string, OpenNode>): void {
  const session = step && nodes.get(step.node)?.session;
  const batch = session?.progress.runningBatch;
  if (batch === undefined) return;
  session?.send({ type: 'stop', now: true, reason: leaderEnded, batch });
}

/** Waits until all have ended, however, but not longer than this. */
async function settle(running: ReadonlyMap<number, Promise<unknown>>, ms: number): Promise<void> {
  if (running.size === 0) return;
  const late = Promise.withResolvers<'late'>();
  const cancel = after(ms, () => late.resolve('late'));
  await Promise.race([Promise.allSettled(running.values()), late.promise]);
  cancel();
}

import { StepResult } from '../../agents/protocol/step.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Tool } from '../../workloads/kit/tool.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { runPaths } from '../store/run-directory.ts';
import type { BatchEnd } from './node-progress.ts';
import type { LaunchAnswer } from './node-session.ts';
import type { OpenNode } from './open-node.ts';
import type { PlannedStep } from './plan.ts';

/** When the leader has ended, the others get this long to notice, before they are killed. */
const graceMs = 3_000;
const stillMs = 30_000;

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
  readonly plan: string;
  readonly tool: Tool;
  readonly run: RunDirectory;
}): GroupLaunches {
  const { steps, nodes, plan, tool } = options;
  const running = new Map<number, Promise<BatchEnd>>();
  const atRank = (rank: number): PlannedStep | undefined => steps.find(({ seat }) => seat?.rank === rank);
  const refuse = (text: string): LaunchAnswer => ({ exitCode: 1, text: `refused: ${text}` });
  return {
    answer: async (step, words) => {
      const lead = atRank(0);
      if (lead?.seat === undefined || step !== lead.step)
        return refuse(`${step} is not the step that is being run`);
      const wanted = tool.readLaunch?.(words, lead.seat);
      if (wanted?.ok !== true) return refuse(wanted?.error ?? `${tool.id} launches nothing`);
      const { rank } = wanted.value;
      const member = atRank(rank);
      const node = member && nodes.get(member.node);
      if (member === undefined || node === undefined) return refuse(`there is no rank ${rank}`);
      if (running.has(rank)) return refuse(`rank ${rank} was launched before`);
      const { factsStep: facts, scratch, session } = node;
      const batch = session.runBatch([requestOf(member)], { plan, facts, scratch, launch: wanted.value });
      running.set(rank, batch);
      try {
        const { execution } = await batch;
        const result = session.progress.executionOf(member.step) ?? execution;
        if (result === 'completed') return { exitCode: 0, text: '' };
        return { exitCode: 1, text: `${member.node}: ${result}: ${await why(options.run, member)}` };
      } catch (cause) {
        return refuse(`${member.node}: ${AssayError.from(cause).message}`);
      }
    },
    end: async () => {
      await settle(running, graceMs);
      for (const rank of running.keys()) stopMember(atRank(rank), nodes);
      await settle(running, stillMs);
    },
  };
}

/**
 * Brings the leader of a group through its step, from wherever it stands: after a lost connection it is still at work.
 * Resolves with how its batch ended; `undefined`: it had begun before and ended without a word of it.
 */
export async function leadGroup(
  { session, factsStep: facts, scratch }: OpenNode,
  step: PlannedStep,
  launches: GroupLaunches,
  plan: string,
): Promise<BatchEnd | undefined> {
  const { progress } = session;
  session.onLaunch = launches.answer;
  try {
    if (progress.runningBatch !== undefined)
      return await session.batchEnded(progress.runningBatch, step.budgetMs * 2);
    if (progress.hasStarted(step.step)) return undefined;
    return await session.runBatch([requestOf(step)], { plan, facts, scratch });
  } finally {
    session.onLaunch = undefined;
  }
}

/** Why a member's part did not end well, with the first words of the command that failed: the leader's stderr has it then. */
async function why(run: RunDirectory, { node, step }: PlannedStep): Promise<string> {
  const folder = runPaths.step(node, step);
  const { reason = 'no reason given', commands } = await run.readDocument(StepResult, `${folder}/exit.json`);
  const stderr = commands.at(-1)?.outputs.find(({ output }) => output === 'stderr');
  const said = stderr === undefined ? '' : (await run.read(`${folder}/${stderr.file}`)).toString('utf8');
  const [first = ''] = said.split('\n').filter((line) => /error/i.test(line));
  return `${reason}${first === '' ? '' : ` (${first.slice(0, 300)})`}`;
}

const requestOf = ({ node: _, entry: __, isExtra: ___, ...request }: PlannedStep) => request;

/** Only the batch of this step: one that ended by itself must not take the next one with it. */
function stopMember(step: PlannedStep | undefined, nodes: ReadonlyMap<string, OpenNode>): void {
  const session = step && nodes.get(step.node)?.session;
  const batch = session?.progress.runningBatch;
  if (batch === undefined) return;
  session?.send({ type: 'stop', now: true, reason: 'the leader of the group has ended', batch });
}

/** Waits until all have ended, however, but not longer than this. */
async function settle(running: ReadonlyMap<number, Promise<unknown>>, ms: number): Promise<void> {
  if (running.size === 0) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([Promise.allSettled(running.values()), late]);
  clearTimeout(timer);
}

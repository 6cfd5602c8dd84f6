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

/**
 * Runs one step on the members of a group. There is no way from node to node: the leader's launcher asks its agent, the
 * agent asks here, the tool reads what is wanted from the words, and the member's own agent makes the command. Whatever
 * happens, nobody goes on after the leader. Resolves with the leader's end; rejects when the leader was lost.
 */
export async function runGroup(options: {
  /** In the order of ranks. */
  readonly steps: readonly PlannedStep[];
  readonly nodes: ReadonlyMap<string, OpenNode>;
  readonly plan: string;
  readonly tool: Tool;
  readonly run: RunDirectory;
}): Promise<BatchEnd> {
  const { steps, nodes, plan, tool } = options;
  const [lead] = steps;
  const leader = lead && nodes.get(lead.node);
  if (lead?.seat === undefined || leader === undefined) throw new RangeError('a group without a leader');
  const { seat } = lead;
  const running = new Map<number, Promise<BatchEnd>>();

  const launch = async (step: string, words: readonly string[]): Promise<LaunchAnswer> => {
    const refuse = (text: string): LaunchAnswer => ({ exitCode: 1, text: `refused: ${text}` });
    if (step !== lead.step) return refuse(`${step} is not the step that is being run`);
    const wanted = tool.readLaunch?.(words, seat);
    if (wanted?.ok !== true) return refuse(wanted?.error ?? `${tool.id} launches nothing`);
    const { rank } = wanted.value;
    const member = steps.find((each) => each.seat?.rank === rank);
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
  };

  leader.session.onLaunch = launch;
  try {
    const { factsStep: facts, scratch } = leader;
    return await leader.session.runBatch([requestOf(lead)], { plan, facts, scratch });
  } finally {
    leader.session.onLaunch = undefined;
    await settle(running, graceMs);
    for (const rank of running.keys())
      stopMember(
        steps.find((each) => each.seat?.rank === rank),
        nodes,
      );
    await settle(running, stillMs);
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

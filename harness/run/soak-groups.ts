import { setTimeout as sleep } from 'node:timers/promises';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Launch, LaunchAnswer } from '../../workloads/kit/seat.ts';
import type { NodeSession } from '../fleet/node-session.ts';
import type { PlannedStep } from '../plan/plan.ts';
import { isOfSoak } from '../plan/soak-windows.ts';
import { readStep } from '../store/kept-steps.ts';
import type { Fleet } from './fleet.ts';
import type { GroupLaunches } from './group-launches.ts';
import { createLaunches, graceMs } from './group-launches.ts';

const lookMs = 200;

/** What the groups of a soak need of the coordinator while their nodes go through windows by themselves. */
export interface SoakGroups {
  readonly answer: (step: string, words: readonly string[]) => Promise<LaunchAnswer>;
  readonly close: () => void;
}

/**
 * Launches members for their leaders, window by window, and releases those whose leader has ended. A member that is late has the
 * leader wait for it, so that the two are in one window again. With nobody here no group comes to anything, and nodes go on alone.
 */
export function serveSoakGroups(fleet: Fleet): SoakGroups {
  const { evidence, run, now } = fleet.options;
  const shared = (evidence.plan?.steps ?? []).filter((step) => step.seat !== undefined && isOfSoak(step));
  const groups = Map.groupBy(shared, ({ step }) => step);
  const launches = new Map<string, GroupLaunches>();
  const hasEnded = ({ node, step }: PlannedStep): boolean => evidence.endOf(node, step) !== undefined;

  /** Until the member has done its part, whichever connection to it that takes. */
  const bring = async (lead: PlannedStep, member: PlannedStep, launch: Launch): Promise<undefined> => {
    let told: NodeSession | undefined;
    while (!hasEnded(member) && !hasEnded(lead)) {
      const session = fleet.nodes.get(member.node)?.session;
      if (session === undefined) throw new AssayError('AGENT_LOST', `${member.node} is lost to this run`);
      if (session !== told && evidence.node(member.node).fold.hasStarted(member.step)) {
        session.launch(member.step, launch);
        told = session;
      }
      await sleep(lookMs);
    }
  };

  const open = (step: string): GroupLaunches | undefined => {
    const steps = groups.get(step) ?? [];
    const [lead] = steps;
    const tool = lead && evidence.registry.get(lead.workload)?.tools.find(({ id }) => id === lead.tool);
    if (lead === undefined || tool === undefined) return undefined;
    const known = launches.get(step);
    if (known !== undefined) return known;
    const made = createLaunches({
      steps,
      nodes: fleet.nodes,
      tool: tool,
      filesOf: (node, name) => readStep(run, { node, step: name, most: evidence.node(node).fold.ended.size }),
      bring: (_, member, launch) => bring(lead, member, launch),
      onBroken: (node, said) => evidence.decide(now, { type: 'broken', step, node, said }),
    });
    launches.set(step, made);
    return made;
  };

  const over = new Map<string, number>();
  const release = (): void => {
    for (const [name, [lead, ...members]] of groups) {
      if (lead === undefined || !(hasEnded(lead) || !fleet.nodes.has(lead.node))) continue;
      over.set(name, (over.get(name) ?? 0) + lookMs);
      const open = members.filter(
        (member) => !hasEnded(member) && evidence.node(member.node).fold.hasStarted(member.step),
      );
      if ((over.get(name) ?? 0) < graceMs) continue;
      for (const { node, step } of open) fleet.nodes.get(node)?.session.send({ type: 'release', step });
    }
  };
  const timer = setInterval(release, lookMs);
  return {
    answer: async (step, words) =>
      (await open(step)?.answer(step, words)) ?? {
        exitCode: 1,
        text: `refused: ${step} is no step of a soak`,
      },
    close: () => clearInterval(timer),
  };
}

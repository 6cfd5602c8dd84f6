import { formatDuration } from '../../reports/verdict/words/format-duration.ts';
import { roundsOf } from '../plan/create-plan.ts';
import type { Phase } from '../plan/phases.ts';
import { aloneMs, phasesOf } from '../plan/phases.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import { nameOfSession, sessions } from '../plan/sessions.ts';
import type { RunMaterial } from '../store/run-material.ts';

/** What is going to be done one after the other, and how long each of it takes at most: the soak and each later session as one. */
export function describePhases(
  plan: Plan,
  nodes: number,
  { watchSeconds, soak }: RunMaterial['suite'],
): readonly string[] {
  const rounds = roundsOf(plan.steps);
  const lines = phasesOf(plan).flatMap((phase): readonly string[] => {
    if (phase.isSoak) return [describeSoak(plan, phase, soak)];
    const alone = plan.steps.filter(
      (step) => step.seat === undefined && step.beside === undefined && phase.isOf(step),
    );
    const across = rounds.filter((round) => round.some(phase.isOf));
    const most = aloneMs(plan, phase);
    if (phase.session !== sessions.start) {
      const all = formatDuration(across.reduce((sum, round) => sum + longest(round), most));
      return [
        `session ${nameOfSession(phase.session)}, the first once more: ${alone.length} steps on nodes alone, ${across.length} rounds across nodes, at most ${all}`,
      ];
    }
    return [
      `on every node alone, all ${nodes} at once: ${alone.length} steps, at most ${formatDuration(most)}`,
      ...across.map(describeRound),
    ];
  });
  return [
    ...(watchSeconds === undefined
      ? []
      : [
          `every node is watched for ${watchSeconds} s first, while the rest of it is looked at: is it in use?`,
        ]),
    ...lines.map((line, place) => `${place + 1}. ${line}`),
    `in all at most ${formatDuration(plan.budgetSeconds * 1000)}${rounds.length > 0 ? '; more only to find out who is to blame for a bad measurement' : ''}`,
  ];
}

function describeRound(round: readonly PlannedStep[]): string {
  const [first] = round;
  const groups = round.filter(({ seat }) => seat?.rank === 0).length;
  return `${first?.entry ?? ''}, round ${first?.repetition ?? 0}: ${groups} ${groups === 1 ? 'group' : 'groups at once'}, at most ${formatDuration(longest(round))}`;
}

function describeSoak(plan: Plan, phase: Phase, soak: RunMaterial['suite']['soak']): string {
  const entries = new Set(plan.steps.filter(phase.isOf).map(({ entry }) => entry));
  const { seconds = 0, windows = 1 } = soak ?? {};
  return `soak: ${windows} windows of ${formatDuration((1000 * seconds) / windows)} with ${[...entries].join(', ')} at once, at most ${formatDuration(aloneMs(plan, phase))}`;
}

const longest = (round: readonly PlannedStep[]): number => Math.max(...round.map(({ budgetMs }) => budgetMs));

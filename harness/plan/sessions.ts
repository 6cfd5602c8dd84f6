import type { SessionName } from '../../workloads/kit/requirement.ts';
import type { PlannedStep } from './plan.ts';

/** When runs are made that must agree although time, heat or a boot lies between them; a later boot is one more. */
export const sessions = {
  start: 1,
  'after-soak': 2,
  'after-boot': 3,
} as const satisfies Readonly<Record<SessionName, number>>;

/** What a session is called: each from the third on is behind a boot. */
export const nameOfSession = (session: number): SessionName =>
  session === 1 ? 'start' : session === 2 ? 'after-soak' : 'after-boot';

/** The steps of the first session once more, in another one, under names of their own. */
export const inSession = (steps: readonly PlannedStep[], session: number): readonly PlannedStep[] =>
  steps
    .filter(
      (step) =>
        step.session === sessions.start &&
        step.together === undefined &&
        step.isExtra !== true &&
        step.replaces === undefined,
    )
    .map((step) => ({ ...step, step: `s${session}-${step.step}`, session }));

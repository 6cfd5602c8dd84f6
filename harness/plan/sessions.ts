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

const isOfFirst = ({ session, isExtra, replaces }: PlannedStep): boolean =>
  session === sessions.start && isExtra !== true && replaces === undefined;

const again =
  (session: number) =>
  (step: PlannedStep): PlannedStep => ({
    ...step,
    step: `s${session}-${step.step}`,
    session,
    ...(step.beside === undefined ? {} : { beside: `s${session}-${step.beside}` }),
  });

/** The steps of the first session once more, in another one, under names of their own. */
export const inSession = (steps: readonly PlannedStep[], session: number): readonly PlannedStep[] =>
  steps.filter((step) => isOfFirst(step) && step.together === undefined).map(again(session));

/** The windows of a soak that nodes go through by themselves, once more in another session. */
export const soakInSession = (steps: readonly PlannedStep[], session: number): readonly PlannedStep[] =>
  steps
    .filter((step) => isOfFirst(step) && step.together !== undefined && step.seat === undefined)
    .map(again(session));

import type { Suite, SuiteEntry } from '../config/suite.ts';
import type { PlannedStep } from './plan.ts';

/** A simulated or a real hour of a soak. */
export interface SoakWindow {
  readonly ordinal: number;
  /** What all steps of the window have in common. */
  readonly together: string;
  readonly seconds: number;
}

/** The windows of a suite's soak, in order; none where it has no soak. */
export const soakWindows = ({ soak }: Pick<Suite, 'soak'>): readonly SoakWindow[] =>
  Array.from({ length: soak?.windows ?? 0 }, (_, index) => ({
    ordinal: index + 1,
    together: `w${index + 1}`,
    seconds: (soak?.seconds ?? 0) / (soak?.windows ?? 1),
  }));

const hour = 3600;
/** Building, filling and checking take what they take, however short a window is. */
const leastMarginSeconds = 120;

/**
 * An entry as it is run in one window: its time is for an hour, and what is beyond the hour in its budget stays. What does its work
 * in turns has a part of the window for each, and needs what is beyond the hour for each.
 */
export function inWindow(entry: SuiteEntry, { seconds }: SoakWindow, turns = 1): SuiteEntry {
  const { params, budgetSeconds } = entry;
  const asked = params['seconds'];
  return {
    ...entry,
    ...(typeof asked === 'number'
      ? { params: { ...params, seconds: Math.max(1, Math.round((asked * seconds) / hour / turns)) } }
      : {}),
    budgetSeconds: Math.ceil(seconds) + turns * Math.max(leastMarginSeconds, budgetSeconds - hour),
  };
}

/** Whether a step is part of a soak. */
export const isOfSoak = ({ together }: Pick<PlannedStep, 'together'>): boolean => together !== undefined;

import type { Cell, Defect, MissingKind } from '../../reports/verdict/verdict.ts';

const unproven = 'Remove the cause that the reason names and measure again: nothing is proven until then.';

const advice: Readonly<Record<MissingKind, string | undefined>> = {
  'no-subject': undefined,
  'not-run': 'Run a suite that measures it, or find out from the attempts why the step did not complete.',
  'no-tool': 'Install the tool named in the reason, then run again.',
  'no-limit': 'State the number in a contract: nobody publishes one for this hardware.',
  'no-claim': 'State in the inventory what the reason names: the class, a claim, `manifest` or `golden`.',
  'not-covered': 'Have it shown by other means: Assay does not measure it yet.',
  'no-driver': 'Install the driver of the device, or reseat it if the driver is there, then run again.',
  'unknown-fact':
    'Give the agent the right or the program that the reason names; where it names none, the machine does not tell this.',
  'no-access': 'Make the node reachable: the reason says what is in the way. Then run again.',
};

/** Gaps that the requirement's own owner has to close; all others are for whoever set up the run. */
const ownGaps: readonly (MissingKind | undefined)[] = ['no-subject', 'not-covered'];

/**
 * What to do about a cell that is not met for want of evidence; `undefined` where the requirement itself knows
 * best, because something was found that is not as it should be. Nobody replaces a part over a missing number.
 */
export function adviseOn({ verdict, missing }: Pick<Cell, 'verdict' | 'missing'>): string | undefined {
  if (missing !== undefined) return advice[missing];
  return verdict === 'fail' ? undefined : unproven;
}

/** Who has to act, where a gap says more than the requirement does. */
export function ownerOf({
  verdict,
  missing,
}: Pick<Cell, 'verdict' | 'missing'>): Defect['owner'] | undefined {
  return verdict === 'fail' || ownGaps.includes(missing) ? undefined : 'configuration';
}

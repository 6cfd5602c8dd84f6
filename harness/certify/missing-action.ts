import type { Defect, MissingKind } from '../../reports/schema/verdict.ts';

/** What to do about a cell that has no measurement; `undefined` where the requirement itself knows best. */
export function adviseOn(kind: MissingKind | undefined): string | undefined {
  switch (kind) {
    case undefined:
    case 'no-subject':
      return undefined;
    case 'not-run':
      return 'Run a suite that measures it, or find out from the attempts why the step did not complete.';
    case 'no-tool':
      return 'Install the tool named in the reason, then run again.';
    case 'no-limit':
      return 'State the number in a contract: nobody publishes one for this hardware.';
    case 'no-claim':
      return 'State the class or the claim of this node in the inventory.';
    case 'not-covered':
      return 'Have it shown by other means: Assay does not measure it yet.';
    case 'no-driver':
      return 'Install the driver of the device, or reseat it if the driver is there, then run again.';
    case 'unknown-fact':
      return 'Give the agent the right or the program that the reason names, then run again.';
    case 'no-access':
      return 'Give Assay a login on this node, then run again.';
  }
}

/** Who has to act, where the kind of gap says more than the requirement does. */
export function ownerOf(kind: MissingKind | undefined): Defect['owner'] | undefined {
  switch (kind) {
    case 'not-run':
    case 'no-tool':
    case 'no-limit':
    case 'no-claim':
    case 'no-driver':
    case 'unknown-fact':
    case 'no-access':
      return 'configuration';
    case undefined:
    case 'no-subject':
    case 'not-covered':
      return undefined;
  }
}

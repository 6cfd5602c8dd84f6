import { valueOf } from '../../../workloads/kit/facts/fact.ts';
import type { Limit } from '../../../workloads/kit/limit.ts';
import type { KnownSubject } from '../../plan/subjects.ts';

/** The class of a limit that holds for every machine (a definition: 0 wrong results). */
export const anyClass = 'any';

/**
 * The limits that apply to a device, a node (no device) or a group: those that a contract states for the node's claimed class, else
 * those for its exact model, else those for the node's claimed class,
 * else those for any machine. The class is never inferred from what is left of the hardware.
 */
export function selectLimits(
  limits: readonly Limit[],
  device: KnownSubject['device'],
  claimedClass: string | undefined,
): readonly Limit[] {
  const model =
    device !== undefined && 'model' in device ? valueOf(device.model)?.trim().toLowerCase() : undefined;
  const stated = limits.filter(
    ({ hardware, evidence }) =>
      hardware.class === claimedClass && evidence.some(({ kind }) => kind === 'contract'),
  );
  if (stated.length > 0) return stated;
  const byModel = limits.filter(
    ({ hardware }) =>
      model !== undefined && hardware.models?.some((each) => each.trim().toLowerCase() === model),
  );
  if (byModel.length > 0) return byModel;
  const general = limits.filter(({ hardware }) => hardware.models === undefined);
  const byClass = general.filter(({ hardware }) => hardware.class === claimedClass);
  return byClass.length > 0 ? byClass : general.filter(({ hardware }) => hardware.class === anyClass);
}

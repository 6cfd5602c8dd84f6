import { valueOf } from '../../../workloads/kit/facts/fact.ts';
import type { Limit } from '../../../workloads/kit/limit.ts';
import { displaces } from '../../../workloads/kit/limit.ts';
import type { KnownSubject } from '../../plan/subjects.ts';

/** The class of a limit that holds for every machine (a definition: 0 wrong results). */
export const anyClass = 'any';

/** The limits that apply to a device, a node (no device) or a group. */
export const selectLimits = (
  limits: readonly Limit[],
  device: KnownSubject['device'],
  claimedClass: string | undefined,
): readonly Limit[] =>
  selectForModel(
    limits,
    device !== undefined && 'model' in device ? valueOf(device.model) : undefined,
    claimedClass,
  );

/**
 * The limits that apply to a part of a model (none for a node): those for its exact model, else those for the node's claimed class,
 * else those for any machine; and what a contract states for that class, in place of those that it displaces. The class is never
 * inferred from what is left of the hardware.
 */
export function selectForModel(
  limits: readonly Limit[],
  model: string | undefined,
  claimedClass: string | undefined,
): readonly Limit[] {
  const isStated = ({ evidence }: Limit): boolean => evidence.some(({ kind }) => kind === 'contract');
  const stated = limits.filter((limit) => isStated(limit) && limit.hardware.class === claimedClass);
  const published = selectPublished(
    limits.filter((limit) => !isStated(limit)),
    model?.trim().toLowerCase(),
    claimedClass,
  );
  return [...stated, ...published.filter((limit) => !stated.some((each) => displaces(each, limit)))];
}

function selectPublished(
  limits: readonly Limit[],
  model: string | undefined,
  claimedClass: string | undefined,
): readonly Limit[] {
  const byModel = limits.filter(
    ({ hardware }) =>
      model !== undefined && hardware.models?.some((each) => each.trim().toLowerCase() === model),
  );
  if (byModel.length > 0) return byModel;
  const general = limits.filter(({ hardware }) => hardware.models === undefined);
  const byClass = general.filter(({ hardware }) => hardware.class === claimedClass);
  return byClass.length > 0 ? byClass : general.filter(({ hardware }) => hardware.class === anyClass);
}

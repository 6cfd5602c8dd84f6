import type { Trial } from '../../reports/verdict/verdict.ts';
import type { RunMaterial } from '../store/run-material.ts';

/**
 * The group that is still measured when some of a planned one do not count: it was left out because of them; or, where a contract
 * takes a block without some of its nodes, they fail by themselves, and the number of the others has to be one that was measured
 * without them. It is shown as what it is, and does not stand in for the whole group.
 */
export function restOfGroup(
  trials: readonly Trial[],
  { skips, contract, header }: Pick<RunMaterial, 'skips' | 'contract' | 'header'>,
  /** Nodes that fail by what was measured on them alone. */
  failing: ReadonlySet<string>,
): readonly (readonly string[])[] {
  const quota = contract?.profile === header.profile ? contract.quota : undefined;
  const out = new Set([
    ...[...skips.values()].flatMap(({ node }) => node ?? []),
    ...(quota === undefined ? [] : failing),
  ]);
  const left = trials.find(
    ({ step, members, isExtra }) =>
      !isExtra &&
      members.length > 2 &&
      (skips.get(step)?.node !== undefined ||
        (quota !== undefined && members.some((member) => failing.has(member)))),
  );
  const rest = left?.members.filter((member) => !out.has(member)) ?? [];
  const wasTried = trials.some(({ members }) => members.join() === rest.join());
  return rest.length > 1 && !wasTried ? [rest] : [];
}

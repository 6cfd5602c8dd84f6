import type { Cell } from '../../reports/verdict/cell.ts';
import type { Said, Spoken } from '../../reports/verdict/said.ts';
import type { Defect } from '../../reports/verdict/verdict.ts';

/** Gaps that the requirement's own owner has to close; all others are for whoever set up the run. */
const ownGaps: readonly Cell['missing'][] = ['no-subject', 'not-covered'];

type Gap = Pick<Cell, 'verdict' | 'missing' | 'reason'>;

/**
 * What to do about a cell that is not met for want of evidence; `undefined` where the requirement itself knows
 * best, because something was found that is not as it should be. Nobody replaces a part over a missing number.
 */
export function adviseOn({ verdict, missing, reason }: Gap): Said | undefined {
  const own = reason.say === 'no-soak' || reason.say === 'no-device' ? reason.say : undefined;
  if (missing !== undefined && own !== undefined)
    return { say: 'advice', on: own, ...(reason.say === 'no-device' ? { names: [reason.device] } : {}) };
  if (missing !== undefined && missing !== 'no-subject') {
    const names = [...new Set(namesIn(reason))];
    return { say: 'advice', on: missing, ...(names.length === 0 ? {} : { names }) };
  }
  if (missing !== undefined) return undefined;
  if (verdict === 'inconclusive') return { say: 'advice', on: 'near-limit' };
  if (verdict === 'fail') return undefined;
  return { say: 'advice', on: reason.say === 'indicative' ? 'indicative' : 'unproven' };
}

/** One advice for many cells of one cause names what each of them lacks. */
export function joinAdvice(actions: readonly (Said | undefined)[]): Said | undefined {
  const [first] = actions;
  if (first?.say !== 'advice') return first;
  const all = actions.flatMap((action) =>
    action?.say === 'advice' && action.on === first.on ? [action] : [],
  );
  const names = [...new Set(all.flatMap((action) => action.names ?? []))];
  return names.length === 0 ? first : { ...first, names };
}

/** What a reason says is lacking: a program, a claim, a right, a device. */
function namesIn(spoken: Spoken): string[] {
  const reason = spoken as Said; // a part of what is said is something said: the type only breaks the circle
  switch (reason.say) {
    case 'all':
      return reason.of.flatMap(namesIn);
    case 'no-claim':
      return [`\`${reason.path}\` (a claim, or a class that claims it)`];
    case 'no-manifest':
      return ['`manifest: FILE.csv`'];
    case 'no-golden':
      return ['`golden: NODE`'];
    case 'nothing-listed':
      return [`rows of the manifest for ${reason.node}`];
    case 'no-tool':
      return reason.entries.slice(0, 1).flatMap((entry) => namesIn(entry.reason));
    case 'tools-lack':
      // The first tool is the one that is wanted most.
      return reason.tools.slice(0, 1).flatMap((tool) => namesIn(tool.why));
    case 'lacks':
      return [...reason.programs, ...reason.headers, ...reason.libraries];
    case 'no-driver':
      return [reason.label];
    case 'not-in-suite':
      return reason.otherwise === true ? [] : [`\`${reason.workload}\``];
    case 'fact-unknown':
    case 'part-unknown':
    case 'parts-unknown':
    case 'models-unknown':
    case 'memory-unknown':
      return needsIn(reason.unknown);
    default:
      return [];
  }
}

/** In the words of facts: a program that is not there, or a right. */
const needsIn = (unknown: string): string[] => [
  ...[...unknown.matchAll(/`([\w.-]+)` is not on the PATH/g)].flatMap(([, program]) =>
    program === undefined ? [] : [`the program ${program}`],
  ),
  ...(unknown.includes('needs root') ? ['the rights of root'] : []),
];

/** Who has to act, where a gap says more than the requirement does. */
export function ownerOf({ verdict, missing, reason }: Gap): Defect['owner'] | undefined {
  const isFound = verdict === 'fail' || verdict === 'inconclusive';
  // Whether a device that was never seen belongs there is for whoever knows what was bought.
  const isOwn = ownGaps.includes(missing) && reason.say !== 'no-device';
  return isFound || isOwn ? undefined : 'configuration';
}

import { sxidOf } from '../kit/xids.ts';
import type { LineOf } from './record-lines.ts';

/** What the switches between the cards of a node said of themselves, which only the kernel's log tells. */
export type SwitchFinding =
  | {
      readonly metric: 'switchErrors' | 'correctedSwitchErrors';
      readonly value: number;
      readonly error?: string;
      readonly line: number;
    }
  | { readonly of: string; readonly why: string };

/** An error of a switch in words: `SXid 20034 (LTSSM fault up: a link went down; reset-retest) of 0000:c2:00.0, link 28`. */
function say({ sxid, switch: address, link }: LineOf<'switch'>): string {
  const known = sxidOf(sxid);
  const words =
    known === undefined ? 'in no table that we know; investigate' : `${known.name}; ${known.action}`;
  return `SXid ${sxid} (${words}) of ${address}${link < 0 ? '' : `, link ${link}`}`;
}

/**
 * What SXids say of the switches. One that the driver calls fatal, that has to be looked at, or that is in no table, stands; that there
 * was none counts only where the kernel's log was heard all the time, or where no switch could have told anything.
 */
export function findSxids(
  open: LineOf<'open'>,
  told: readonly LineOf<'switch'>[],
  gaps: readonly LineOf<'gap'>[],
): readonly SwitchFinding[] {
  const isAgainst = ({ sxid, isFatal }: LineOf<'switch'>): boolean =>
    isFatal || sxidOf(sxid)?.action !== 'record';
  const against = told.filter(isAgainst);
  const others = told.length - against.length;
  const gap = gaps.find(({ of, gpu }) => of !== 'events' && gpu === undefined)?.said;
  const closed = open.log === 'open' ? gap : open.log;
  const isHeard = closed === undefined || (open.switches === 0 && told.length === 0);
  const line = told[0]?.n ?? open.n;
  return [
    against.length > 0
      ? {
          metric: 'switchErrors',
          value: against.length,
          error: [...new Set(against.map(say))].join('; '),
          line: against[0]?.n ?? line,
        }
      : isHeard
        ? { metric: 'switchErrors', value: 0, line }
        : {
            of: 'errors of NVSwitches',
            why: `only the kernel's log tells of them, and nobody listened to it all the time: ${closed}`,
          },
    ...(others > 0 ? [{ metric: 'correctedSwitchErrors' as const, value: others, line }] : []),
  ];
}

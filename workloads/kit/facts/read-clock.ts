import * as z from 'zod';
import type { Evidence } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown } from './fact.ts';

/** What the coordinator saw of the node's clock before it asked for facts; the node keeps it among them. */
export const clockId = 'clock';

const Look = z.object({ sentMs: z.number(), saidMs: z.number(), receivedMs: z.number() });

/** A way to the node that takes longer leaves too much open: half of it may be on either side of what the node said. */
const mostWayMs = 50;

/**
 * How far a node's clock is from the coordinator's, in seconds: what it said, against the middle between question and answer (RFC 5905,
 * section 8, with one exchange). That may be wrong by half the time between them, so a long way tells only of a clock that is
 * farther off than ten times that.
 */
export function readClock(evidence: Evidence): Fact<number> {
  const found = evidence.json(clockId, Look);
  if ('unknown' in found) return found;
  const { sentMs, saidMs, receivedMs } = found.value;
  const wayMs = receivedMs - sentMs;
  if (wayMs < 0) return unknown('clock: that of the coordinator was set meanwhile');
  const offMs = Math.abs(saidMs - (sentMs + receivedMs) / 2);
  return wayMs <= mostWayMs || offMs > 5 * wayMs
    ? known(offMs / 1000)
    : unknown(
        `clock: ${Math.round(offMs)} ms off, give or take ${Math.ceil(wayMs / 2)} ms, since the way to the node takes ${wayMs} ms`,
      );
}

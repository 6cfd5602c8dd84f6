import type { ClockLook } from '../../agents/protocol/messages.ts';

/** The first answer may wait for what the node does when it begins. */
const clockLooks = 3;

/** What a node's clock says, of a few looks the one whose answer came soonest. `ask` answers with the node's ms since 1970. */
export async function lookAtClock(now: () => Date, ask: () => Promise<number>): Promise<ClockLook> {
  const look = async (): Promise<ClockLook> => {
    const sentMs = now().getTime();
    const saidMs = await ask();
    return { sentMs, saidMs, receivedMs: now().getTime() };
  };
  let soonest = await look();
  for (let looks = 1; looks < clockLooks; looks += 1) {
    const next = await look();
    if (wayOf(next) < wayOf(soonest)) soonest = next;
  }
  return soonest;
}

const wayOf = ({ sentMs, receivedMs }: ClockLook): number => receivedMs - sentMs;

import type { LoggedXids } from '../../workloads/kit/facts/read-counts.ts';
import { readKernelLog } from '../monitor/kernel-log.ts';

/** More different ones than any machine has: sixteen cards, and what few Xids there are. */
const mostXids = 1000;

/**
 * The Xids in the kernel's log since it began, by card and number. Records of programs are left out: whoever may write to the log could
 * accuse a card (`/dev/kmsg`, Documentation/ABI: what is above 7 is not the kernel's). Throws what opening the log throws.
 */
export function readXids(path: string): LoggedXids {
  const found = new Map<string, LoggedXids[number]>();
  for (const line of readKernelLog(path)) {
    const [, priority, record, slot = '', xid] =
      /^(\d{1,4}),(\d{1,15}),\d+,[^;]*;NVRM: Xid \(PCI:([0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2})(?:\.[0-7])?\): (\d{1,5})\b/i.exec(
        line,
      ) ?? [];
    if (Number(priority) > 7 || xid === undefined || Number(xid) > 65_535) continue;
    const key = `${slot.toLowerCase()} ${xid}`;
    const times = (found.get(key)?.times ?? 0) + 1;
    found.set(key, { slot: slot.toLowerCase(), xid: Number(xid), times, record: Number(record) });
  }
  return [...found.values()].slice(-mostXids);
}

import type { Params } from './workload.ts';

/** What PCIe 5.0 ×4 carries in one direction (32 GT/s × 4 lanes × 128/130 ÷ 8): no drive writes faster. */
const fastestBytesPerSecond = 15.8e9;

/** Most that one step writes: its file, and as much as any drive could take while it is written to by time. */
export const writtenBytes = ({ pattern, fileBytes, seconds }: Params): number =>
  fileBytes + (pattern.endsWith('Write') ? seconds * fastestBytesPerSecond : 0);

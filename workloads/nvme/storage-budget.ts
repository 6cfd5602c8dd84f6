const gibibyte = 1024 ** 3;
const largestFileBytes = 64 * gibibyte;
const freeShare = 0.1;
/** A full root file system kills more than a benchmark: this much stays free. */
const leaveBytes = 20 * gibibyte;

const inGib = (bytes: number): string => `${(bytes / gibibyte).toFixed(1)} GiB`;

/** Why a file of this size may not be written where `freeBytes` are free; `undefined` when it may. */
export function whyTooLarge(fileBytes: number, freeBytes: number): string | undefined {
  const limit = Math.min(freeShare * freeBytes, largestFileBytes);
  if (freeBytes - fileBytes < leaveBytes) {
    return `the file of ${inGib(fileBytes)} would leave less than ${inGib(leaveBytes)} of ${inGib(freeBytes)} free`;
  }
  return fileBytes > limit
    ? `the file of ${inGib(fileBytes)} is larger than ${inGib(limit)} (10 % of what is free, at most 64 GiB)`
    : undefined;
}

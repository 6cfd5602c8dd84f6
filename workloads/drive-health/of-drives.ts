import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';
import type { ParsedStep } from '../kit/tool.ts';
import type { driveHealth } from './workload.ts';

type Parsed = ParsedStep<typeof driveHealth.metrics>;

/** A drive by the kernel's name, which is all that is known of one that does not answer, and why it has no readings. */
export interface SilentDrive {
  readonly device: string;
  readonly why: string;
}

/** What drives answered; a drive that did not, or not readably, hides no other. */
export function ofDrives(
  toolVersion: string | undefined,
  readings: Parsed['readings'],
  unmeasured: readonly SilentDrive[],
): Result<Parsed> {
  return readings.length === 0
    ? err(unmeasured[0]?.why ?? 'expected the answer of a drive, got none: no command ran')
    : ok({ toolVersion, readings, unmeasured });
}

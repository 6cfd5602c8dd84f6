import type { Reading, StepOutputs } from './tool.ts';
import type { Metric } from './workload.ts';

/** Why nothing can have measured this: better than any machine is, or for longer than its command lived. */
export function whyImpossible(
  { value, dimensions, windowSeconds, at }: Reading,
  { bound, better, unit }: Metric,
  outputs: StepOutputs,
): string | undefined {
  const best = bound?.best(dimensions);
  if (bound !== undefined && best !== undefined && (better === 'higher' ? value > best : value < best))
    return `timer or tool suspect: ${value.toPrecision(4)} ${unit}, and no machine is better than ${best.toPrecision(4)} ${unit} (${bound.why})`;
  const livedMs = outputs[at[0]?.command ?? '']?.durationMs;
  // Two clocks: that of the agent begins before the tool's, and both may be rounded.
  return windowSeconds !== undefined && livedMs !== undefined && windowSeconds * 1000 > livedMs * 1.01 + 5
    ? `timer or tool suspect: measured for ${windowSeconds.toPrecision(4)} s by a command that lived ${(livedMs / 1000).toPrecision(4)} s`
    : undefined;
}

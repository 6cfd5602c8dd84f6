import type { Verdict } from '../verdict.ts';
import { formatCount } from './format-count.ts';
import { formatDuration } from './format-duration.ts';

type Soak = NonNullable<Verdict['soak']>;

const day = 86_400;

/** Node-days with so many digits that they are not 0: rehearsals take minutes. */
export const inDays = (seconds: number): string => {
  const days = seconds / day;
  return days >= 0.1 || days === 0 ? days.toFixed(1) : days.toPrecision(2);
};

/** `32 nodes under load in 24 windows of 1 h 0 min: 30.9 node-days with 1 failure. Mean time between failures: …`. */
export function tallySoak({
  windows,
  seconds,
  nodes,
  nodeSeconds,
  failures,
  meanSeconds,
  confidence,
}: Soak): string {
  const each = formatDuration((1000 * seconds) / windows);
  return `${formatCount(nodes, 'node')} under load in ${formatCount(windows, 'window')} of ${each}: ${inDays(nodeSeconds)} node-days with ${formatCount(failures.length, 'failure')}. Mean time between failures of a node: at least ${inDays(meanSeconds)} node-days at ${Math.round(100 * confidence)} % confidence; more cannot be claimed.`;
}

export const soakDefinition =
  'A failure is what would have stopped a job or spoilt it: a node that went down or away, a step that failed or hung, a wrong result. Each node counts until its first one. The bound is 2T/χ²(2k + 2) of the time T of all nodes and k failures.';

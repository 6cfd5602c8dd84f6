import type { CommandOutput } from '../kit/tool.ts';
import { quantity } from '../kit/unit.ts';
import type { Rank } from './rank-document.ts';
import { readAlgorithm } from './read-nccl-log.ts';
import { expectedWireBytes, farthestRail, hasRails, livingRails, readRails } from './read-rails.ts';
import type { CollectiveReading } from './workload.ts';

/** What the network cards of the first node say of the sums that several nodes made: a second witness beside NCCL's log. */
export interface WeighedRails {
  readonly readings: readonly CollectiveReading[];
  readonly unmeasured: readonly { readonly why: string }[];
  /** Bits a second that all rails together send at most. */
  readonly rate: number | undefined;
}

/**
 * Holds what each rail sent against its share and against what the sums had to send, warm-ups included. Nothing is said of a machine
 * without cards for RDMA.
 */
export function weighRails(
  run: CommandOutput,
  {
    all,
    nodes,
    log,
    dimensions,
  }: {
    readonly all: readonly Rank[];
    readonly nodes: number;
    readonly log: string | undefined;
    readonly dimensions: CollectiveReading['dimensions'];
  },
): WeighedRails {
  if (nodes === 1 || !hasRails(run.counters)) return { readings: [], unmeasured: [], rate: undefined };
  const rails = readRails(run.counters, log);
  if (!rails.ok) return { readings: [], unmeasured: [{ why: `rails: ${rails.error}` }], rate: undefined };
  const sent = rails.value.reduce((sum, { sentBytes }) => sum + sentBytes, 0);
  const expected = sumExpected(all, nodes, log);
  const living = livingRails(rails.value);
  const dead = rails.value.filter((rail) => !living.includes(rail)).map(({ name }) => name);
  const farthest = farthestRail(rails.value);
  const rates = rails.value.map(({ rate }) => rate);
  const shared = {
    at: [{ command: 'run', output: 'counters', pointer: '/after' }],
    windowSeconds: all[0]?.elapsedSeconds,
  } as const;
  return {
    readings: [
      {
        metric: 'railsUsed',
        value: quantity('count', living.length),
        dimensions: {
          ...dimensions,
          ...(dead.length === 0 ? {} : { error: `as good as idle: ${dead.join(', ')}`.slice(0, 400) }),
        },
        ...shared,
      },
      ...(farthest === undefined
        ? []
        : [
            {
              metric: 'railSpread' as const,
              value: quantity('ratio', farthest.off),
              dimensions: {
                ...dimensions,
                rails: rails.value.length,
                ...(farthest.off > mostOff
                  ? { error: `${farthest.name} carried ${(farthest.share * 100).toFixed(0)} % of its share` }
                  : {}),
              },
              ...shared,
            },
          ]),
      ...(typeof expected === 'number'
        ? [
            {
              metric: 'wireShare' as const,
              value: quantity('ratio', sent / expected),
              dimensions,
              ...shared,
            },
          ]
        : []),
    ],
    unmeasured: typeof expected === 'number' ? [] : [{ why: `bytes on the wire: ${expected.why}` }],
    rate: rates.every((rate) => rate !== undefined) ? rates.reduce((sum, rate) => sum + rate, 0) : undefined,
  };
}

/** What a rail may be off before it is named; the limit says the same. */
const mostOff = 0.15;

/** Of all sums of the step, warm-ups too. */
function sumExpected(
  all: readonly Rank[],
  nodes: number,
  log: string | undefined,
): number | { readonly why: string } {
  const [first] = all;
  if (first === undefined) return { why: 'no rank told anything' };
  let sum = 0;
  for (const { bytes, seconds } of first.sizes) {
    const used = readAlgorithm(log, bytes);
    if (!used.ok) return { why: used.error };
    const expected = expectedWireBytes(used.value, { bytes, ranks: first.ranks, nodes });
    if (expected === undefined)
      return { why: `what ${used.value} on ${nodes} nodes sends is not known (${bytes} bytes)` };
    sum += expected * (first.warmUps + seconds.length);
  }
  return sum > 0 ? sum : { why: 'no sum was made' };
}

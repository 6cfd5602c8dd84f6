import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';
import type { Dimensions, SourcePlace } from '../kit/sample.ts';
import { quantity } from '../kit/unit.ts';
import type { RdmaReading } from './workload.ts';

/** What the head of a report says of how the numbers came about. */
export interface PerftestHead {
  readonly test: string;
  readonly card: string;
  readonly queuePairs: number;
  readonly connection: string;
  readonly mtuBytes: number;
  readonly link: string;
  /** `loop`: both ends have one address. */
  readonly path?: 'link' | 'loop' | undefined;
  readonly memory?: 'host' | 'gpu' | undefined;
}

export interface BandwidthRow {
  readonly bytes: number;
  /** As printed, in a unit that the report names or that follows from the rate. */
  readonly average: number;
  /** 10^6 messages a second. */
  readonly messages: number;
  readonly at: readonly SourcePlace[];
}

/** perftest_resources.c: MB are of 2^20 bytes, Gb of 10^9 bits. */
export const bitsOf = { 'MB/sec': 8 * 2 ** 20, 'Gb/sec': 1e9 } as const;
export type PerftestUnit = keyof typeof bitsOf;

/** RDMA_Write, RDMA_Read or Send, one way or both, of the bandwidth or the latency; `undefined`: another test. */
export function kindOf(test: string):
  | {
      readonly what: 'bandwidth' | 'latency';
      readonly operation: string;
      readonly bidirectional: boolean;
    }
  | undefined {
  const [, operation = '', both, what] =
    /^(?:RDMA[_ ])?(Write|Read|Send)[_ ](?:Post[_ ]List[_ ])?(Bidirectional[_ ])?(BW|Latency)[_ ]Test$/.exec(
      test,
    ) ?? [];
  return operation === ''
    ? undefined
    : {
        what: what === 'BW' ? 'bandwidth' : 'latency',
        operation: operation.toLowerCase(),
        bidirectional: both !== undefined,
      };
}

export function dimensionsOf(head: PerftestHead, bytes: number): Result<Dimensions> {
  const kind = kindOf(head.test);
  if (kind === undefined)
    return err(`expected a test of bandwidth or latency, got ${head.test.slice(0, 60)}`);
  const { operation, bidirectional } = kind;
  const { card, queuePairs, connection, mtuBytes, link, path, memory } = head;
  return ok({
    operation,
    ...(kind.what === 'bandwidth' ? { bidirectional } : {}),
    ...(path === undefined ? {} : { path }),
    ...(memory === undefined ? {} : { memory }),
    bytes,
    card,
    queuePairs,
    connection,
    mtuBytes,
    link,
  });
}

/** Whether an average follows from a rate of messages, which is printed with six digits behind the point. */
export function fits({ bytes, average, messages }: BandwidthRow, unit: PerftestUnit): boolean {
  const printed = average * bitsOf[unit];
  const counted = messages * 1e6 * bytes * 8;
  return Math.abs(printed - counted) <= 0.005 * bitsOf[unit] + 0.5e-6 * 1e6 * bytes * 8 + 0.01 * counted;
}

/** A row as a reading. Refused where average, rate and unit do not fit together. */
export function bandwidthOf(row: BandwidthRow, unit: PerftestUnit, head: PerftestHead): Result<RdmaReading> {
  const dimensions = dimensionsOf(head, row.bytes);
  if (!dimensions.ok) return dimensions;
  if (row.average <= 0 || row.messages <= 0) return err(`${row.bytes} bytes: expected a bandwidth, got none`);
  if (!fits(row, unit))
    return err(
      `${row.bytes} bytes: expected an average that fits ${row.messages} Mpps, got ${row.average} ${unit}: a server without --report_gbits prints its client's number under its own unit`,
    );
  return ok({
    metric: 'bandwidth',
    value: quantity('bit/s', row.average * bitsOf[unit]),
    dimensions: dimensions.value,
    at: row.at,
  });
}

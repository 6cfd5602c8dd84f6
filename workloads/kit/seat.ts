import * as z from 'zod';

/**
 * A node's place in a step that several nodes run together. Rank 0 leads: it launches the others, and what it prints is
 * the result. One member alone runs all ranks by itself: that shows what a suspect can do without its network.
 */
export const Seat = z.strictObject({
  /** The subject of the samples: `node1+node2`, `node[1-4]`. */
  group: z.string().min(1),
  rank: z.number().int().nonnegative(),
  /** In the order of ranks: the node, and its IPv4 address on the network under test. */
  members: z.array(z.strictObject({ node: z.string(), address: z.ipv4() })).min(1),
  /** The network under test, `10.77.0.0/24`. */
  network: z.cidrv4(),
});
export type Seat = z.infer<typeof Seat>;

/**
 * What a leader's launcher wants started on one member, and hands over to it (an id, a port): never the words it said,
 * only what could be read from them by strict patterns. The member's own tool makes a command of it.
 */
export const Launch = z.strictObject({
  rank: z.number().int().positive(),
  parameters: z
    .record(z.string().regex(/^[a-zA-Z]{1,40}$/), z.string().max(16_384))
    .refine((parameters) => Object.keys(parameters).length <= 16, {
      error: 'expected at most 16 parameters',
    }),
});
export type Launch = z.infer<typeof Launch>;

/** What becomes of a launch: the exit code of what was started elsewhere, and words for whoever reads stderr. */
export interface LaunchAnswer {
  readonly exitCode: number;
  readonly text: string;
}

/** How a step of a group is planned on one of its members; the leader has no `launch`. */
export interface GroupPlace {
  readonly seat: Seat;
  readonly launch: Launch | undefined;
}

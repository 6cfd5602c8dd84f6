import * as z from 'zod';
import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';
import type { Launch, Seat } from '../kit/seat.ts';

/** All that another node has to know: the communicator's id (ncclUniqueId, 128 bytes), and how many accelerators each node has. */
const LaunchParameters = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{256}$/),
  each: z.string().regex(/^[1-9]\d?$/),
});
export type LaunchParameters = z.infer<typeof LaunchParameters>;

/** Reads what native/ranks.h hands over: a member's rank, the id, the number of accelerators. */
export function readLaunch(words: readonly string[], seat: Seat): Result<Launch> {
  const [rank = '', id, each, ...more] = words;
  if (!/^[1-9]\d{0,2}$/.test(rank) || Number(rank) >= seat.members.length || more.length > 0)
    return err(`expected a member's rank, an id and a number, got \`${words.join(' ').slice(0, 80)}\``);
  const parameters = checkParameters({ id, each });
  return parameters.ok ? ok({ rank: Number(rank), parameters: parameters.value }) : parameters;
}

/** Whether these are the parameters of a launch. */
export function checkParameters(parameters: unknown): Result<LaunchParameters> {
  const read = LaunchParameters.safeParse(parameters);
  return read.success ? ok(read.data) : err(`launch parameters: ${z.prettifyError(read.error)}`);
}

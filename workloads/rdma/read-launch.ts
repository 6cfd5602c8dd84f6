import * as z from 'zod';
import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';
import type { Launch, Seat } from '../kit/seat.ts';

/** All that the other node has to know: the first of the ports where tests meet, and how many cards take part. */
const LaunchParameters = z.strictObject({
  port: z.string().regex(/^[23]\d{4}$/),
  cards: z.string().regex(/^[1-9]\d?$/),
});
export type LaunchParameters = z.infer<typeof LaunchParameters>;

/** Reads what native/rails.c hands over: the rank of the other one, a port, a number of cards. */
export function readLaunch(words: readonly string[], seat: Seat): Result<Launch> {
  const [rank, port, cards, ...more] = words;
  if (rank !== '1' || seat.members.length !== 2 || more.length > 0)
    return err(`expected rank 1 of two, a port and a number, got \`${words.join(' ').slice(0, 80)}\``);
  const parameters = checkParameters({ port, cards });
  return parameters.ok ? ok({ rank: 1, parameters: parameters.value }) : parameters;
}

/** Whether these are the parameters of a launch. */
export function checkParameters(parameters: unknown): Result<LaunchParameters> {
  const read = LaunchParameters.safeParse(parameters);
  return read.success ? ok(read.data) : err(`launch parameters: ${z.prettifyError(read.error)}`);
}

import { readFileSync } from 'node:fs';
import type { AllreduceParams } from '../../../../workloads/allreduce/spec.ts';
import type { Seat } from '../../../../workloads/kit/seat.ts';

interface Recording {
  readonly params: AllreduceParams;
  readonly seat: Seat;
}

const fixtures = new URL('../../../../workloads/allreduce/fixtures/', import.meta.url);

/** With what a recorded run was made: parameters, and the leader's seat. */
export function recording(name: string): Recording {
  const { params, seat } = JSON.parse(
    readFileSync(new URL(`${name}/meta.json`, fixtures), 'utf8'),
  ) as Recording;
  return { params, seat };
}

/** What the launcher sent for every member of a recorded run, and the leader's seat. */
export function launchWords(name: string): {
  readonly seat: Seat;
  readonly launches: readonly (readonly string[])[];
} {
  const file = new URL(`openmpi-4.1.4-launch-words/${name}.json`, fixtures);
  return JSON.parse(readFileSync(file, 'utf8')) as ReturnType<typeof launchWords>;
}

/** A group of so many members, seen from one of them. */
export const seatOf = (count: number, rank = 0): Seat => ({
  group: 'constructed',
  rank,
  members: Array.from({ length: count }, (_, index) => ({
    node: `node${index + 1}`,
    address: `10.77.0.${index + 1}`,
  })),
  network: '10.77.0.0/24',
});

import { AllreduceParams } from '../../../../workloads/allreduce/workload.ts';
import type { Seat } from '../../../../workloads/kit/seat.ts';
import { loadCase } from '../../../support/case.ts';

/** A recorded run: its outputs, with what it was made, the leader's seat, and what the launcher sent for every member. */
export function recording(name: string) {
  const { params, seat, launches, outputs } = loadCase('allreduce', name);
  if (seat === undefined) throw new Error(`expected the seat of ${name}`);
  return {
    outputs,
    params: AllreduceParams.parse(params),
    seat,
    launches: launches.map(({ words }) => words),
  };
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

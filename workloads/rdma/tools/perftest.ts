import type { CommandInput } from '../../kit/command.ts';
import { hasRdmaCard, whyNotLocked } from '../../kit/rdma-cards.ts';
import { err, ok } from '../../kit/result.ts';
import type { GroupPlace } from '../../kit/seat.ts';
import { defineTool } from '../../kit/tool.ts';
import { checkParameters, readLaunch } from '../read-launch.ts';
import { readRails } from '../read-rails.ts';
import type { RdmaParams } from '../workload.ts';
import { rdma } from '../workload.ts';

/** linux-rdma's ib_write_bw and ib_write_lat, started on both nodes by a program of ours, card by card. */
export const perftest = defineTool(rdma, {
  id: 'perftest',
  rank: 10,
  origin: 'native',
  requires: {
    programs: ['ib_write_bw', 'ib_write_lat', 'gcc'],
    packages: ['perftest', 'gcc', 'libc6-dev'],
  },
  leastMembers: 2,
  mostMembers: 2,
  byHand:
    'Its servers on the other node are started through the coordinator: by hand start `ib_write_bw -d CARD -F -q 2 -D 10 --report_gbits` there, then the same with its address here; the other way round for the other direction.',
  needs: (_, facts) => {
    if (!hasRdmaCard(facts)) return err('expected a card for RDMA, found none');
    const locked = whyNotLocked(facts);
    return locked === undefined ? ok(undefined) : err(locked);
  },
  plan: (params, _facts, place) => [version, build, ...(place === undefined ? [] : [run(params, place)])],
  parse: readRails,
  readLaunch,
});

/** It says `Version: 6.06`, and ends with 1. */
const version: CommandInput = {
  id: 'version',
  file: 'ib_write_bw',
  args: ['--version'],
  goodExit: 'any',
  timeoutMs: 30_000,
};

const build: CommandInput = {
  id: 'build',
  file: 'gcc',
  args: ['-std=gnu11', '-O2', '-o', '{build}/rails', '{bundle}/workloads/rdma/native/rails.c'],
  timeoutMs: 60_000,
};

/** A member that is not told what to start is a bug of the harness. */
function run(params: RdmaParams, { seat, launch }: GroupPlace): CommandInput {
  const isLeader = seat.rank === 0;
  const told = checkParameters(launch?.parameters);
  if (!isLeader && (launch?.rank !== seat.rank || !told.ok))
    throw new RangeError(`expected a launch of rank ${seat.rank}, got ${told.ok ? 'another' : told.error}`);
  const { port, cards } = told.ok ? told.value : { port: '0', cards: '0' };
  const peer = seat.members[isLeader ? 1 : 0]?.address ?? '';
  const [pairs, amount] =
    params.what === 'bandwidth' ? [params.queuePairs, params.seconds] : [1, params.iterations];
  return {
    id: 'run',
    file: '{build}/rails',
    args: [
      ...[isLeader ? 'lead' : 'follow', peer, params.what, `${params.bytes}`, `${pairs}`, `${amount}`],
      ...[`${params.joinSeconds}`, port, cards, params.cards?.join(',') ?? '-'],
    ],
    timeoutMs: runTimeoutMs(params),
  };
}

/** As long as native/rails.c gives 16 cards, and a minute. */
function runTimeoutMs(params: RdmaParams): number {
  const test = params.joinSeconds + (params.what === 'bandwidth' ? params.seconds + 10 : 30);
  return (16 * (params.what === 'bandwidth' ? 2 : 1) * test + 60) * 1000;
}

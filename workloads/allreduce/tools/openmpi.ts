import type { CommandInput } from '../../kit/command.ts';
import { valueOf } from '../../kit/facts/fact.ts';
import { err, ok } from '../../kit/result.ts';
import type { GroupPlace, Launch, Seat } from '../../kit/seat.ts';
import { defineTool } from '../../kit/tool.ts';
import {
  aloneSettings,
  daemonSettings,
  launcher,
  launchSettings,
  mcaArguments,
  mostRanks,
  quietEnvironment,
  transportSettings,
} from '../mca-settings.ts';
import { readAllreduce } from '../read-allreduce.ts';
import type { LaunchParameters } from '../read-launch.ts';
import { checkParameters, readLaunch } from '../read-launch.ts';
import type { AllreduceParams } from '../workload.ts';
import { allreduce, countRanks, listSizes } from '../workload.ts';

const native = '{bundle}/workloads/allreduce/native';
const program = 'assay-allreduce';

/** Our own benchmark over Open MPI 4.x; the daemons of the members are started through Assay, not through ssh. */
export const openmpi = defineTool(allreduce, {
  id: 'openmpi',
  rank: 10,
  origin: 'native',
  mostMembers: mostRanks,
  byHand: `Leave out \`--mca plm_rsh_agent ${launcher}\`: mpirun then starts the other nodes by ssh, which needs a key from this one to them, and ${program} built at the same place on each.`,
  requires: {
    programs: ['mpirun', 'mpicc', 'orted', 'gcc'],
    packages: ['openmpi-bin', 'libopenmpi-dev', 'gcc', 'libc6-dev'],
  },
  needs: ({ maxBytes }, facts) => {
    // Two ranks, each with two vectors and as much again in Open MPI, when a member runs alone.
    const needed = 8 * maxBytes;
    const available = valueOf(facts.memory.availableBytes);
    return available !== undefined && available < needed
      ? err(`expected ${needed} bytes of free memory, got ${available}`)
      : ok(undefined);
  },
  // Without a place there is nobody to run with: what can be built is, and `parse` then says that nothing ran.
  plan: (params, _facts, place) => {
    if (place === undefined) return build();
    const { seat, launch } = place;
    if (seat.rank === 0) return [...build(), ...(isAlone(seat) ? [] : [buildLauncher]), run(params, seat)];
    const parameters = parametersOf(place, launch);
    return [...build(parameters), daemon(params, seat, parameters)];
  },
  parse: readAllreduce,
  readLaunch,
});

/** A member that is not told what to start, or something that is not for it, is a bug of the harness. */
function parametersOf({ seat }: GroupPlace, launch: Launch | undefined): LaunchParameters {
  const checked = checkParameters(launch?.parameters, seat, seat.rank);
  if (launch?.rank !== seat.rank || !checked.ok)
    throw new RangeError(
      `expected a launch of rank ${seat.rank}, got ${launch === undefined ? 'none' : checked.ok ? `rank ${launch.rank}` : checked.error}`,
    );
  return checked.value;
}

function build(leader?: LaunchParameters): readonly CommandInput[] {
  const options = leader === undefined ? [] : [`-DASSAY_LEADER_VERSION=${versionNumber(leader.version)}`];
  return [
    { id: 'version', file: 'mpirun', args: ['--version'], timeoutMs: 30_000 },
    {
      id: 'build',
      file: 'mpicc',
      args: ['-std=gnu11', '-O2', ...options, '-o', `{build}/${program}`, `${native}/allreduce.c`],
      timeoutMs: 60_000,
    },
  ];
}

/** As native/allreduce.c counts: 4.1.4 is 40104. */
function versionNumber(version: string): number {
  return version.split('.').reduce((number, part) => 100 * number + Number(part), 0);
}

/** Open MPI's headers only say its version: nothing of it is linked. */
const buildLauncher: CommandInput = {
  id: 'build-launcher',
  file: 'mpicc',
  args: [
    ...['-std=c11', '-O2', '-Wl,--as-needed', '-o', `{build}/${launcher}`],
    `${native}/launch-request.c`,
  ],
  timeoutMs: 60_000,
};

const isAlone = ({ members }: Seat): boolean => members.length === 1;

/** Programs are named by their file names: every daemon finds its own in its own PATH. */
const environment = { PATH: '{build}:{path}', ...quietEnvironment };

function run(params: AllreduceParams, seat: Seat): CommandInput {
  const ranks = countRanks(seat);
  const slots = ranks / seat.members.length;
  return {
    id: 'run',
    file: 'mpirun',
    args: [
      // As root mpirun refuses to start otherwise; every node is the measured one, so nothing is gained by refusing.
      ...['--allow-run-as-root', '--noprefix', '-np', `${ranks}`],
      ...['--host', seat.members.map(({ address }) => `${address}:${slots}`).join(',')],
      ...['--map-by', 'node', '--bind-to', 'none', '-wdir', '/'],
      ...mcaArguments(isAlone(seat) ? aloneSettings : launchSettings, transportSettings(seat.network)),
      ...[program, params.dtype, `${params.minBytes}`, `${params.maxBytes}`, `${params.factor}`],
      ...[`${params.seconds}`, seat.network],
    ],
    // mpirun looks for the user's login shell, and warns of one that it does not know; it starts none.
    env: { ...environment, SHELL: '/bin/bash' },
    timeoutMs: runTimeoutMs(params),
  };
}

function daemon(params: AllreduceParams, seat: Seat, launch: LaunchParameters): CommandInput {
  return {
    id: 'daemon',
    file: 'orted',
    args: [
      ...mcaArguments(
        {
          ess_base_jobid: launch.jobId,
          ess_base_vpid: launch.vpid,
          ess_base_num_procs: launch.processes,
          orte_node_regex: launch.nodeRegex,
          orte_hnp_uri: launch.headUri,
        },
        daemonSettings,
        transportSettings(seat.network),
      ),
    ],
    env: environment,
    timeoutMs: runTimeoutMs(params),
  };
}

/** A minute to start; for each size twice the time asked for, and eight operations at a very slow 10 MB/s. */
function runTimeoutMs(params: AllreduceParams): number {
  const sizes = listSizes(params);
  const slowMs = sizes.reduce((total, bytes) => total + (8 * 2 * bytes) / 10_000, 0);
  return Math.ceil(60_000 + 2000 * params.seconds * sizes.length + slowMs);
}

import { isDelicate } from '../../kit/care.ts';
import type { DeviceParams } from '../../kit/device-program.ts';
import { addressesFor, deviceLaunch } from '../../kit/device-program.ts';
import { valueOf } from '../../kit/facts/fact.ts';
import type { HostFacts } from '../../kit/facts/host-facts.ts';
import { hasRdmaCard, whyNotLocked } from '../../kit/rdma-cards.ts';
import type { Result } from '../../kit/result.ts';
import { err, ok } from '../../kit/result.ts';
import type { GroupPlace } from '../../kit/seat.ts';
import { defineTool } from '../../kit/tool.ts';
import prebuilt from '../prebuilt/digests.json' with { type: 'json' };
import { checkParameters, readLaunch } from '../read-launch.ts';
import { logOf, readNccl } from '../read-nccl.ts';
import { railFiles } from '../read-rails.ts';
import type { CollectiveParams } from '../workload.ts';
import { collective, listSizes } from '../workload.ts';

const library = 'libnccl.so.2';
/** Where packages of Python bring it. */
const places = ['dist-packages', 'site-packages'].flatMap((kind) =>
  ['/usr/local/lib', '/usr/lib', '/opt/conda/lib'].map((folder) => `${folder}/*/${kind}/nvidia/nccl/lib`),
);

/** Which node of how many this is, how many accelerators each has, and the id that was handed over (`-`: it makes it). */
interface Part {
  readonly place: number;
  readonly nodes: number;
  readonly each: string;
  readonly id: string;
}
type Asked = CollectiveParams & DeviceParams & { readonly part: Part };
const asked = (params: CollectiveParams, part: Part = { place: 0, nodes: 1, each: '0', id: '-' }): Asked => ({
  ...params,
  part,
  on: 'accelerators',
  concurrency: 'together',
  seconds: params.callSeconds,
});

const device = deviceLaunch<Asked>('cuda', {
  workload: 'collective',
  program: 'nccl',
  prebuilt: prebuilt.nccl,
  kernels: 'collective',
  args: ({ dtype, algorithm, minBytes, maxBytes, factor, iterations, joinSeconds, part }) => [
    ...[dtype, algorithm, `${minBytes}`, `${maxBytes}`, `${factor}`, `${iterations}`],
    ...['{build}', `${joinSeconds}`, `${part.place}`, `${part.nodes}`, part.each, part.id],
  ],
});

/** What NCCL keeps in /dev/shm for its ranks; containers have 64 MiB of it unless they are told otherwise. */
const leastSharedBytes = 2 ** 30;

/** What NCCL has to say of its ways and choices, in which read-nccl-log.ts looks them up. */
const log = { NCCL_DEBUG: 'INFO', NCCL_DEBUG_SUBSYS: 'INIT,BOOTSTRAP,ENV,NET,GRAPH,P2P,SHM,TUNING' };

/** Our own program on the NCCL that the machine has, one process for each accelerator. */
export const nccl = defineTool(collective, {
  id: 'nccl',
  rank: 10,
  origin: 'native',
  requires: {
    ...device.requires,
    libraries: [...(device.requires.libraries ?? []), library],
    places: [...(device.requires.places ?? []), ...places],
    counters: railFiles,
    packages: ['libnccl2'],
  },
  mostMembers: 256,
  byHand:
    'Its ranks on other nodes are started through the coordinator: by hand run the all_reduce_perf of nccl-tests over the same nodes, with the variables above.',
  needs: (params, facts) => {
    const needs = device.needs(asked(params), facts);
    return needs.ok ? needRanks(params, facts) : needs;
  },
  plan: (params, facts, place) =>
    device.plan(asked(params, partOf(params, facts, place)), facts).map((command) =>
      command.id === 'run'
        ? {
            ...command,
            env: {
              ...withLibrary(command.env ?? {}, facts),
              ...log,
              ...(params.algorithm === 'ring' ? { NCCL_ALGO: 'Ring' } : {}),
              ...interfaceOf(facts, place),
            },
            artifacts: addressesFor({ on: 'accelerators' }, facts).map(
              (_, index) => `{build}/${logOf(index)}`,
            ),
            timeoutMs: runTimeoutMs(params),
          }
        : command,
    ),
  parse: readNccl,
  readLaunch,
});

/** The part of a node among others; a member that is not told the id is a bug of the harness. */
function partOf(params: CollectiveParams, facts: HostFacts, place: GroupPlace | undefined): Part {
  const each = `${addressesFor({ on: 'accelerators' }, facts).length}`;
  if (params.span === 'node' || place === undefined) return { place: 0, nodes: 1, each, id: '-' };
  const { seat, launch } = place;
  const nodes = seat.members.length;
  if (seat.rank === 0) return { place: 0, nodes, each, id: '-' };
  const checked = checkParameters(launch?.parameters);
  if (launch?.rank !== seat.rank || !checked.ok)
    throw new RangeError(
      `expected a launch of rank ${seat.rank}, got ${checked.ok ? 'another' : checked.error}`,
    );
  return { place: seat.rank, nodes, each: checked.value.each, id: checked.value.id };
}

/** The interface on the network under test: else NCCL meets through whatever it finds first (docker0, the management network). */
function interfaceOf({ addresses }: HostFacts, place: GroupPlace | undefined): Record<string, string> {
  const own = place?.seat.members[place.seat.rank]?.address;
  const found = (valueOf(addresses) ?? []).find(({ ipv4 }) => ipv4.split('/')[0] === own);
  return own === undefined || found === undefined ? {} : { NCCL_SOCKET_IFNAME: `=${found.interface}` };
}

/** What a collective needs beside its devices. */
function needRanks({ span }: CollectiveParams, facts: HostFacts): Result<undefined> {
  const found = addressesFor({ on: 'accelerators' }, facts).length;
  if (span === 'node' && found < 2) return err(`expected two accelerators at least, got ${found}`);
  if ((valueOf(facts.accelerators) ?? []).some(isDelicate))
    return err('its accelerators are loaded one at a time: some mine, or hang on one lane');
  const locked = span === 'nodes' && hasRdmaCard(facts) ? whyNotLocked(facts) : undefined;
  if (locked !== undefined) return err(`${locked}; NCCL takes sockets without it`);
  const shared = valueOf(facts.limits.sharedMemoryFreeBytes);
  return shared !== undefined && shared < leastSharedBytes
    ? err(
        `expected ${leastSharedBytes} bytes free in /dev/shm, got ${shared}: a container gets more by --shm-size`,
      )
    : ok(undefined);
}

/** With the folder in which this NCCL lies, after those of the driver and of the site's tool pack. */
function withLibrary(
  env: Readonly<Record<string, string>>,
  { libraries }: HostFacts,
): Record<string, string> {
  const path = libraries[library];
  if (path === undefined) return env;
  const folders = (env['LD_LIBRARY_PATH'] ?? '').split(':').filter((folder) => folder !== '');
  const folder = path.slice(0, path.lastIndexOf('/'));
  return { ...env, LD_LIBRARY_PATH: [...new Set([...folders, folder])].join(':') };
}

/** As long as native/nccl.c gives its ranks, and a minute: to be ready twice the time to join, then all sums at 500 MB/s. */
function runTimeoutMs(params: CollectiveParams): number {
  const sums = params.iterations + 5;
  const seconds = listSizes(params).reduce(
    (sum, bytes) => sum + (sums * bytes) / 5e8 + params.callSeconds / 2,
    60 + 2 * params.joinSeconds + 30 + params.callSeconds,
  );
  return Math.ceil((seconds + 60) * 1000);
}

import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';

/** How ranks reach each other, as far as NCCL's log has shown it. */
export interface Ways {
  /** Each kind once, in order of the alphabet: `P2P`, `SHM`, `NET/IB`, `NET/Socket`. */
  readonly transport: string;
  /** Whether network cards reach the accelerators' memory: on all connections through a network, on some, on none. */
  readonly gdr?: 'all' | 'some' | 'none';
  readonly socketConnections: number;
}

interface Connection {
  /** Channel and whom it reaches: what is said twice is one connection. */
  readonly name: string;
  readonly channel: number;
  readonly kind: string;
  readonly hasGdr: boolean;
}

/** A line of NCCL, whatever stands in front: `host:pid:thread [device] NCCL INFO …`. */
const said = / NCCL INFO (.*)$/;

/**
 * Who reaches whom on a channel, and how; what receives says the same once more. SHM has no number of a connection behind that of
 * the channel (NVIDIA/nccl src/transport: p2p.cc, shm.cc, net.cc).
 */
const channelLine =
  /^Channel (\d+)(?:\/\d+)? : (\d+)\[\w+\] -> (\d+)\[\w+\] (?:\[(send|receive)\] )?via (.+)$/;
const ways: readonly (readonly [RegExp, (match: RegExpExecArray) => string])[] = [
  [/^P2P\/MNNVL(?:\/read)?(?:\/CE)?$/, () => 'P2P/MNNVL'],
  [/^P2P\/(?:direct pointer|CUMEM|IPC|indirect\/\d+\[\w+\])(?:\/read)?(?:\/CE)?$/, () => 'P2P'],
  [/^SHM\/(?:direct|CE)\/(?:direct|CE)$/, () => 'SHM'],
  [
    /^NET\/([A-Za-z][\w -]{0,40})\/\d+(?:\(\d+\))?(?:\/GDRDMA(?:\(PCI\))?)?(?:\/flush=\w+)?(?:\/Shared)?$/,
    ([, plugin]) => `NET/${plugin ?? ''}`,
  ],
];

/** What a rank's own log says of its connections to others. An unknown way is none: it could be any. */
function readConnections(text: string, rank: number): Result<readonly Connection[]> {
  const connections: Connection[] = [];
  for (const line of text.split('\n')) {
    const words = said.exec(line)?.[1];
    // Older NCCL names a channel and its rings, in lines without `via`.
    if (words === undefined || !words.startsWith('Channel ') || !words.includes(' via ')) continue;
    const read = channelLine.exec(words);
    if (read === null) return err(`a line that is not known: \`${words.slice(0, 120)}\``);
    const [, channel, from, to, direction, way = ''] = read;
    const own = direction === 'receive' ? to : from;
    if (Number(own) !== rank) return err(`a line of rank ${own} in the log of rank ${rank}`);
    const kind = ways.flatMap(([pattern, name]) => {
      const match = pattern.exec(way);
      return match === null ? [] : [name(match)];
    })[0];
    if (kind === undefined) return err(`a way that is not known: \`${way.slice(0, 80)}\``);
    if (direction !== 'receive')
      connections.push({
        name: `${rank} ${channel} ${to}`,
        channel: Number(channel),
        kind,
        hasGdr: way.includes('/GDRDMA'),
      });
  }
  return connections.length === 0 ? err('it tells of no connection') : ok(connections);
}

/**
 * Reads how ranks reach each other from their logs, which begin with that of rank `first` (NCCL_DEBUG=INFO). Each rank sends on
 * each channel, so a log of which a part is missing shows by its channels. An error says what is not known.
 */
export function readWays(logs: readonly (string | undefined)[], first = 0): Result<Ways> {
  const all: Connection[] = [];
  let channels: string | undefined;
  for (const [index, log] of logs.entries()) {
    const rank = first + index;
    if (log === undefined) return err(`rank ${rank} kept no log`);
    const connections = readConnections(log, rank);
    if (!connections.ok) return err(`log of rank ${rank}: ${connections.error}`);
    const own = [...new Set(connections.value.map(({ channel }) => channel))].toSorted((a, b) => a - b);
    if (own.some((channel, place) => channel !== place))
      return err(`log of rank ${rank}: expected every channel, got ${own.join(', ')}`);
    channels ??= `${own.length}`;
    if (channels !== `${own.length}`)
      return err(`log of rank ${rank}: expected ${channels} channels, got ${own.length}`);
    all.push(...connections.value);
  }
  const network = all.filter(({ kind }) => kind.startsWith('NET/'));
  const withGdr = network.filter(({ hasGdr }) => hasGdr).length;
  return ok({
    transport: [...new Set(all.map(({ kind }) => kind))].toSorted().join('+'),
    ...(network.length === 0
      ? {}
      : { gdr: withGdr === 0 ? 'none' : withGdr === network.length ? 'all' : 'some' }),
    socketConnections: new Set(all.filter(({ kind }) => kind === 'NET/Socket').map(({ name }) => name)).size,
  });
}

/** Algorithms by their numbers, as NCCL before 2.24 wrote them, and as nccl.h's environment variables call them. */
const algorithms = ['Tree', 'Ring', 'CollNetDirect', 'CollNetChain', 'NVLS', 'NVLSTree', 'PAT'] as const;
export type Algorithm = (typeof algorithms)[number];

const algorithmOf = (word: string): Algorithm | undefined =>
  /^\d$/.test(word)
    ? algorithms[Number(word)]
    : algorithms.find((name) => name.toLowerCase() === word.replaceAll('_', '').toLowerCase());

/** `AllReduce: 1048576 Bytes -> Algo RING proto SIMPLE …`, of rank 0 alone (NVIDIA/nccl src/enqueue.cc). */
const tuningLine = /^AllReduce: (\d+) Bytes -> Algo (\w+) proto \w+/;

/** What NCCL has used for all-reduce of so many bytes, by the log of rank 0. An error says why that is not known. */
export function readAlgorithm(log: string | undefined, bytes: number): Result<Algorithm> {
  const used = new Set<string>();
  for (const line of (log ?? '').split('\n')) {
    const read = tuningLine.exec(said.exec(line)?.[1] ?? '');
    if (read !== null && Number(read[1]) === bytes) used.add(read[2] ?? '');
  }
  const [word, ...more] = used;
  if (word === undefined) return err(`the log of rank 0 tells of no algorithm for ${bytes} bytes`);
  const algorithm = algorithmOf(word);
  return algorithm === undefined || more.length > 0
    ? err(
        `the log of rank 0 tells of ${[...used].map((each) => `\`${each.slice(0, 40)}\``).join(', ')} for ${bytes} bytes`,
      )
    : ok(algorithm);
}

import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';
import type { CommandOutput, CounterFile, Counters } from '../kit/tool.ts';
import type { Algorithm } from './read-nccl-log.ts';

/** Of each port of each card for RDMA: what it has sent, and its rate. Read around the step that moves the bytes. */
export const railFiles: readonly CounterFile[] = [
  '/sys/class/infiniband/*/ports/*/counters/port_xmit_data',
  '/sys/class/infiniband/*/ports/*/rate',
];
const portFile =
  /^\/sys\/class\/infiniband\/([\w.-]{1,40})\/ports\/(\d{1,3})\/(counters\/port_xmit_data|rate)$/;

/** Of the bytes of a port: it counts them in words of four (InfiniBand specification, PortXmitData). */
const wordBytes = 4;

/** A port that NCCL uses, with what it sent in the step. */
export interface Rail {
  /** `mlx5_0:1`. */
  readonly name: string;
  readonly sentBytes: number;
  /** Bits a second, as the kernel tells it: `400 Gb/sec (4X NDR)`. */
  readonly rate: number | undefined;
}

interface Port {
  readonly before?: number;
  readonly after?: number;
  readonly rate?: number;
}

/** Whether the machine has cards for RDMA at all: a file of one was read. */
export const hasRails = (counters: CommandOutput['counters']): boolean =>
  Object.keys(counters?.before ?? {}).some((file) => portFile.test(file));

const numberIn = (text: string | undefined): number | undefined =>
  /^\d{1,20}$/.test(text?.trim() ?? '') ? Number(text) : undefined;

function readPorts({ before, after }: { readonly before: Counters; readonly after: Counters }) {
  const ports = new Map<string, Port>();
  const add = (counters: Counters, look: 'before' | 'after'): void => {
    for (const [file, text] of Object.entries(counters)) {
      const [, device, port, what] = portFile.exec(file) ?? [];
      if (device === undefined || port === undefined) continue;
      const name = `${device}:${port}`;
      const rate = /^([\d.]{1,8}) Gb\/sec/.exec(text ?? '')?.[1];
      const known =
        what === 'rate'
          ? rate === undefined
            ? {}
            : { rate: Number(rate) * 1e9 }
          : { [look]: numberIn(text) };
      ports.set(name, { ...ports.get(name), ...known });
    }
  };
  add(before, 'before');
  add(after, 'after');
  return ports;
}

/** `NET/IB : Using [0]mlx5_0:1/IB [1]mlx5_1:1/RoCE [RO]; OOB …` (NVIDIA/nccl src/transport/net_ib.cc). */
const usingLine = / NCCL INFO NET\/IB : Using (.*)$/;

/** The ports that NCCL says it uses, by the log of one rank, each once. */
export function readUsed(log: string | undefined): readonly string[] {
  const line = (log ?? '').split('\n').flatMap((each) => usingLine.exec(each)?.[1] ?? [])[0] ?? '';
  return [
    ...new Set(
      [...line.matchAll(/(?<![\w.-])([\w.-]{1,40}):(\d{1,3})\/(?:IB|RoCE)/g)].map(
        ([, device, port]) => `${device ?? ''}:${port ?? ''}`,
      ),
    ),
  ];
}

/** What each port that NCCL uses sent in the step; an error says why that is not known. */
export function readRails(
  counters: CommandOutput['counters'],
  log: string | undefined,
): Result<readonly Rail[]> {
  if (counters === undefined) return err('nobody read the counters of its network cards');
  const used = readUsed(log);
  if (used.length === 0) return err('the log of rank 0 names no card that NCCL uses');
  const ports = readPorts(counters);
  const rails: Rail[] = [];
  for (const name of used) {
    const { before, after, rate } = ports.get(name) ?? {};
    if (before === undefined || after === undefined) return err(`${name}: it does not count what it sends`);
    if (after < before) return err(`${name}: what it has sent was set back meanwhile`);
    rails.push({ name, sentBytes: (after - before) * wordBytes, rate });
  }
  return ok(rails);
}

/**
 * Bytes that one node has to send for one all-reduce of `bytes` on each of `ranks`, by the algorithm that NCCL took; `undefined` where
 * nobody knows. Rings: each element goes around twice but for one step, and a ring leaves a node once. Trees of two nodes: up or down,
 * once. Switches that add take each element once.
 */
export function expectedWireBytes(
  algorithm: Algorithm,
  { bytes, ranks, nodes }: { readonly bytes: number; readonly ranks: number; readonly nodes: number },
): number | undefined {
  switch (algorithm) {
    case 'Ring':
      return (bytes * 2 * (ranks - 1)) / ranks;
    case 'Tree':
    case 'NVLSTree':
      return nodes === 2 ? bytes : undefined;
    case 'CollNetDirect':
    case 'CollNetChain':
      return bytes;
    case 'NVLS':
    case 'PAT':
      return undefined;
  }
}

/** Of an equal share of what all rails sent, how far the rail is off that is farthest from it, which that is, and its share. */
export function farthestRail(
  rails: readonly Rail[],
): { readonly name: string; readonly share: number; readonly off: number } | undefined {
  const all = rails.reduce((sum, { sentBytes }) => sum + sentBytes, 0);
  if (all === 0) return undefined;
  const [first] = rails
    .map(({ name, sentBytes }) => {
      const share = (sentBytes * rails.length) / all;
      return { name, share, off: Math.abs(share - 1) };
    })
    .toSorted((a, b) => b.off - a.off);
  return first;
}

/** Rails that carried half as much as the busiest one, or more: what is below that is as good as dead. */
export const livingRails = (rails: readonly Rail[]): readonly Rail[] => {
  const most = Math.max(0, ...rails.map(({ sentBytes }) => sentBytes));
  return rails.filter(({ sentBytes }) => most > 0 && sentBytes >= most / 2);
};

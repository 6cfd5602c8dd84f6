import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A card for RDMA as the kernel tells of it, and what it does (perftest.c). */
export interface PlayedRail {
  readonly state?: string;
  readonly layer?: 'InfiniBand' | 'Ethernet';
  readonly rate?: string;
  /** Counters below `counters/`; without one it is not counted. */
  readonly counters?: Readonly<Record<string, number>>;
  readonly played?: readonly string[];
}

const counted = {
  port_xmit_data: 1000,
  port_rcv_data: 1000,
  link_downed: 3,
  excessive_buffer_overrun_errors: 0,
  symbol_error: 7,
};

/** Writes cards, `mlx5_0` and so on, to a folder that stands for /sys/class/infiniband. */
export function writeRails(folder: string, rails: readonly PlayedRail[]): void {
  for (const [index, { state, layer, rate, counters = counted, played = [] }] of rails.entries()) {
    const card = join(folder, `mlx5_${index}`);
    const files = {
      'ports/1/state': state ?? '4: ACTIVE',
      'ports/1/link_layer': layer ?? 'InfiniBand',
      'ports/1/rate': rate ?? '400 Gb/sec (4X NDR)',
      'ports/1/gids/0': 'fe80:0000:0000:0000:0000:0000:0000:0001',
      'ports/1/gids/3': '0000:0000:0000:0000:0000:ffff:0a4d:0001',
      'ports/1/gid_attrs/types/0': 'IB/RoCE v1',
      'ports/1/gid_attrs/types/3': 'RoCE v2',
      ...Object.fromEntries(
        Object.entries(counters).map(([name, count]) => [`ports/1/counters/${name}`, `${count}`]),
      ),
      played: played.join('\n'),
    };
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(card, name, '..'), { recursive: true });
      writeFileSync(join(card, name), `${text}\n`);
    }
  }
}

const source = fileURLToPath(new URL('perftest.c', import.meta.url));

/** perftest on the PATH, played. */
export function fakePerftest(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of ['ib_write_bw', 'ib_write_lat'])
    execFileSync('gcc', [
      '-std=gnu11',
      '-O1',
      '-Wall',
      '-Wextra',
      '-Werror',
      '-o',
      join(folder, name),
      source,
    ]);
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { median } from '../../harness/stats/median.ts';
import { toJson } from '../../harness/store/read-document.ts';
import type { CpuAccount } from './cpu-account.ts';
import { writeConfig } from './nodes.ts';
import type { SubjectOptions } from './subjects.ts';

const ports = { near: 2300, far: 2350 } as const;
/** Of a fleet in another building of the same provider. */
export const roundTripMs = 50;
/** How many the last first record is waited for, behind the relay. */
export const farNodes = 200;
/** The cost of one more node is that of the second many less that of the first. */
const sizes = [50, 250] as const;
/** Hosts that both clients work on at once; how many of them shake hands, each decides for itself. */
const atOnce = 64;

export interface Instant {
  /** CPU milliseconds that one further node costs, of ours and of a plain ssh2 script. */
  readonly ours: number;
  readonly plain: number;
  /** CPU milliseconds of one further node in `assay plan`, facts and plan included; absent without a built command line. */
  readonly facts: number | undefined;
  /** Until the last of `farNodes` nodes has shown its first record, in seconds, the start of the process included. */
  readonly farSeconds: number;
}

const Report = z.looseObject({ lost: z.array(z.string()), openedMs: z.number() });

/** What the client itself costs: nodes that answer at once, and the same behind a round trip. */
export async function measureInstant(
  options: SubjectOptions,
  { account, rounds }: { readonly account: CpuAccount; readonly rounds: number },
): Promise<Instant> {
  const { folder, env, client, bin, note } = options;
  const most = Math.max(farNodes, ...sizes);
  const addresses = Array.from(
    { length: most },
    (_, at) => `127.3.${Math.floor(at / 250)}.${(at % 250) + 1}`,
  );
  const nodes = await startNodes(folder, account);
  try {
    const run = (argv: readonly string[]) =>
      options.account.measure([process.execPath, ...argv], { env, directory: folder });
    const open = async (count: number, port: number) => {
      const file = writeNodes(folder, { addresses: addresses.slice(0, count), all: addresses, port });
      const cost = await run([client.ours, file, 'sessions', `${port === ports.far ? count : atOnce}`]);
      const { lost, openedMs } = Report.parse(JSON.parse(cost.stdout));
      if (lost.length > 0) throw new Error(`expected ${count} sessions: ${lost[0] ?? ''}`);
      return { cpuMs: cost.cpuMs, openedMs };
    };
    const runTrue = async (count: number) => {
      const list = join(folder, `instant-${count}`);
      writeFileSync(list, addresses.slice(0, count).join('\n'));
      const keys = [`${folder}/identity`, `${folder}/host-key.pub`];
      return run([client.plain, list, `${ports.near}`, ...keys, `${atOnce}`]);
    };
    const plan = async (count: number) => {
      const file = writeNodes(folder, {
        addresses: addresses.slice(0, count),
        all: addresses,
        port: ports.near,
      });
      const argv = [bin ?? '', 'plan', file, '--profile', 'cpu-cluster', '--suite', 'cluster'];
      return options.account.measure([process.execPath, ...argv], {
        env: { ...env, ASSAY_BUILT: '1' },
        directory: folder,
      });
    };
    const costs = { ours: [] as number[], plain: [] as number[], facts: [] as number[] };
    const far: number[] = [];
    const further = async (act: (count: number) => Promise<{ readonly cpuMs: number }>): Promise<number> => {
      const [few, many] = [await act(sizes[0]), await act(sizes[1])];
      return (many.cpuMs - few.cpuMs) / (sizes[1] - sizes[0]);
    };
    for (let round = 0; round < rounds; round += 1) {
      costs.ours.push(await further((count) => open(count, ports.near)));
      costs.plain.push(await further(runTrue));
      if (bin !== undefined) costs.facts.push(await further(plan));
      far.push((await open(farNodes, ports.far)).openedMs / 1000);
      note(
        `instant: ours ${costs.ours.at(-1)?.toFixed(2) ?? ''}, plain ${costs.plain.at(-1)?.toFixed(2) ?? ''} ms per further node, plan ${costs.facts.at(-1)?.toFixed(2) ?? '–'}; far ${far.at(-1)?.toFixed(2) ?? ''} s`,
      );
    }
    return {
      ours: median(costs.ours),
      plain: median(costs.plain),
      facts: bin === undefined ? undefined : median(costs.facts),
      farSeconds: median(far),
    };
  } finally {
    await nodes.close();
  }
}

async function startNodes(
  folder: string,
  account: CpuAccount,
): Promise<{ readonly close: () => Promise<void> }> {
  const program = fileURLToPath(new URL('instant-nodes.ts', import.meta.url));
  const args = [`${folder}/host-key`, `${ports.near}`, `${ports.far}`, `${roundTripMs}`];
  const [file = '', ...more] = [...account.entry, process.execPath, program, ...args];
  const child = spawn(file, more, { stdio: ['ignore', 'pipe', 'inherit'] });
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error('the instant nodes did not start'))),
  ]);
  return {
    close: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function writeNodes(
  folder: string,
  nodes: {
    readonly addresses: readonly string[];
    readonly all: readonly string[];
    readonly port: number;
  },
): string {
  const { addresses, all, port } = nodes;
  const file = join(folder, `instant-${addresses.length}-${port}.json`);
  const inventory = {
    schema: 'assay/inventory',
    schemaVersion: 1,
    ssh: { config: writeConfig(folder, port, all) },
    nodes: addresses.map((address) => ({ name: address, host: `${address}:${port}`, claims: {} })),
  };
  writeFileSync(file, toJson(inventory));
  return file;
}

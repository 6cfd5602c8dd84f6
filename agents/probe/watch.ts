import { setTimeout as delay } from 'node:timers/promises';
import { watchFiles } from '../../workloads/kit/facts/read-watch.ts';
import { capture } from '../exec/capture.ts';
import { readCounters } from '../monitor/counters.ts';
import { readTree } from './read-tree.ts';

const pauseMs = 1_000;
const busyFiles = ['/sys/bus/pci/devices/*/gpu_busy_percent'];

/**
 * Watches the machine for a while: what the kernel has counted at first and at last, and how busy accelerators were each second
 * in between. Only what lies between the two readings is told, so that whatever else is done meanwhile costs no time.
 */
export async function watch(forMs: number, path: string): Promise<object> {
  const startMs = performance.now();
  const first = await readCounters(watchFiles);
  // One process for all of it, as starting it loads a driver that was not loaded. It would keep its lines when nobody flushes.
  const nvidia = capture(
    { id: 'nvidia', file: 'stdbuf', args: ['-oL', 'nvidia-smi', ...nvidiaArguments], timeoutMs: forMs },
    path,
  );
  const busy: Record<string, unknown>[] = [];
  for (let leftMs = forMs; leftMs > 0; leftMs = forMs - (performance.now() - startMs)) {
    busy.push(await readTree(busyFiles));
    await delay(Math.min(pauseMs, leftMs));
  }
  const { text } = await nvidia;
  const last = await readCounters(watchFiles);
  return { seconds: (performance.now() - startMs) / 1000, first, last, busy, nvidia: text };
}

const nvidiaArguments = [
  '--query-gpu=pci.bus_id,utilization.gpu',
  '--format=csv,noheader,nounits',
  `-lms`,
  String(pauseMs),
];

import { mkdtempSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createTargets } from '../../harness/cli/targets.ts';
import { Inventory } from '../../harness/config/inventory.ts';
import { readEnvironment } from '../../harness/environment.ts';
import type { Target } from '../../harness/fleet/open-session.ts';
import { openSession } from '../../harness/fleet/open-session.ts';
import { NodeEvidence } from '../../harness/store/node-evidence.ts';
import { toJson } from '../../harness/store/read-document.ts';
import { inputNames, RunDirectory } from '../../harness/store/run-directory.ts';
import { loadRegistry } from '../../workloads/registry.ts';

// What `survey` does first, by the same functions: reach every node of an inventory, make sure that agent and runtime are
// there, hello, and the first records of its journal into a run directory. `facts` also has each look at itself; `ramp` holds
// a shell open on all nodes instead. Arguments: inventory file, mode, nodes at once. Built by build-client.ts.

const [file = '', mode = 'sessions', parallel = '64'] = process.argv.slice(2);
const inventory = Inventory.parse(JSON.parse(readFileSync(file, 'utf8')));
const registry = await loadRegistry();
let openedMs = 0;
const targets = await createTargets(inventory, readEnvironment());

async function forEach(atOnce: number, act: (target: Target) => Promise<void>): Promise<readonly string[]> {
  const lost: string[] = [];
  const next = targets.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const target of next) {
        try {
          await act(target);
        } catch (cause) {
          lost.push(`${target.node}: ${String(cause)}`); // counted and shown by whoever measures
        }
      }
    }),
  );
  return lost;
}

async function openSessions(): Promise<readonly string[]> {
  const path = join(mkdtempSync(join(dirname(file), 'run-')), 'run');
  const header = {
    schema: 'assay/run',
    schemaVersion: 1,
    id: `fanout-${process.pid}`,
    nonce: '0123456789abcdef',
    assay: 'bench',
    purpose: 'survey',
    startedAt: new Date().toISOString(),
    profile: 'survey',
  } as const;
  const run = await RunDirectory.create(path, header, new Map([[inputNames.inventory, toJson(inventory)]]));
  return forEach(Number(parallel), async (target) => {
    const own = new NodeEvidence(target.node, run, registry);
    const evidence = {
      run,
      registry,
      node: () => own,
      stepsOf: () => new Map<string, never>(),
      isPlanDigest: () => true,
    };
    const session = await openSession(target, { evidence, mode: 'open' });
    openedMs = performance.now(); // since this process was started; of the last one
    if (session.progress.facts !== undefined) throw new Error('expected a run that has just begun');
    if (mode === 'facts')
      await session.probe(session.progress.nextFacts, {
        scratch: undefined,
        watchMs: 0,
        now: () => new Date(),
      });
    session.close();
    await target.transport.close();
  });
}

/** All at once, as the product does it. */
async function ramp(): Promise<readonly string[]> {
  const lost = await forEach(targets.length, async ({ transport }) => {
    const channel = await transport.exec('echo here; exec cat');
    await new Promise<void>((resolve, reject) => {
      channel.stdout.once('data', () => resolve());
      void channel.ended.then(() => reject(new Error('the session ended')));
    });
  });
  return lost;
}

const delay = monitorEventLoopDelay({ resolution: 10 });
if (mode === 'ramp') delay.enable();
const lost = await (mode === 'ramp' ? ramp() : openSessions());
delay.disable();
process.stdout.write(
  JSON.stringify({
    lost,
    openedMs,
    // The monitor's own timer is part of what it measures.
    stallP99Ms: mode === 'ramp' ? delay.percentile(99) / 1e6 - 10 : undefined,
    stallMostMs: mode === 'ramp' ? delay.max / 1e6 - 10 : undefined,
    rssBytes: process.memoryUsage().rss,
  }),
);
await Promise.all(targets.map(({ transport }) => transport.close()));

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Night } from '../reports/verdict/night.ts';
import { createRig } from '../test/rig/rig.ts';
import { quickHash, runAssay, startAssay, writeSuite } from '../test/support/run-assay.ts';
import { writeSmallNight } from '../test/support/small-night.ts';

/**
 * Nights on the rig whose coordinator is killed (SIGKILL), each at another point of as many that are spread over an undisturbed one,
 * and gone on with by the same command. Each must come to what the undisturbed one came to: all nodes measured, one run, three readings
 * of each, and rows that its run gives anew. `node bench/nightly-kills.ts [points]`, as root.
 */
async function killNights(points: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-nightly-kills-'));
  await using rig = await createRig({ directory: join(folder, 'rig'), nodes: 3 });
  try {
    writeSuite(folder, [quickHash({ repetitions: 3, budgetSeconds: 60 })]);
    await writeSmallNight(folder, rig);
    const undisturbed = await play(folder, 'whole', undefined);
    process.stdout.write(`undisturbed: ${(undisturbed.durationMs / 1000).toFixed(1)} s\n`);
    for (let point = 0; point < points; point += 1) {
      const atMs = (undisturbed.durationMs * (point + 0.5)) / points;
      const { durationMs, runs } = await play(folder, `kill-${point}`, atMs);
      const seconds = [atMs, durationMs].map((ms) => (ms / 1000).toFixed(1));
      process.stdout.write(
        `killed after ${seconds[0]} s: whole after ${seconds[1]} s more, ${runs} run in the index\n`,
      );
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A night with a state directory of its own, killed after a while unless that is absent. Throws for what it should not come to. */
async function play(cwd: string, name: string, killMs: number | undefined) {
  const options = { cwd, env: { XDG_STATE_HOME: join(cwd, name, 'state') } };
  const args = 'nightly rack.yaml --profile night.yaml --suite suite.yaml --no-hold bench --json'.split(' ');
  const whole = [...args, '--out', `${name}-run`];
  if (killMs !== undefined) {
    const killed = startAssay(whole, options);
    await sleep(killMs);
    killed.signal('SIGKILL');
    await killed.finished;
  }
  const began = performance.now();
  const again = await runAssay(whole, options);
  const durationMs = performance.now() - began;
  const check = (isSo: boolean, expected: string): void => {
    if (!isSo) throw new Error(`${name}: expected ${expected}\n${again.stdout}\n${again.stderr}`);
  };
  check(again.exitCode === 0, 'exit code 0');
  const night = Night.parse(JSON.parse(again.stdout));
  check(
    night.machines.every(({ state }) => state === 'measured'),
    'all machines measured',
  );
  const rows = (await runAssay(['history', 'export'], options)).stdout;
  const tables = rows
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly table: string; readonly n?: number });
  const points = tables.filter(({ table }) => table === 'point');
  const runs = tables.filter(({ table }) => table === 'run').length;
  check(runs === 1, 'one run in the index');
  check(points.length === 3 && points.every(({ n }) => n === 3), 'three readings of each of three nodes');
  const anew = ['--database', join(cwd, name, 'anew')];
  await runAssay(['history', 'add', `${name}-run`, ...anew], options);
  check((await runAssay(['history', 'export', ...anew], options)).stdout === rows, 'the same rows anew');
  return { durationMs, runs };
}

await killNights(Number(process.argv[2] ?? 10));

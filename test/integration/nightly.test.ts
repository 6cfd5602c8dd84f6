import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Night } from '../../reports/verdict/night.ts';
import { Verdict } from '../../reports/verdict/verdict.ts';
import { findObstacle } from '../rig/check-machine.ts';
import type { Rig } from '../rig/rig.ts';
import { createRig } from '../rig/rig.ts';
import { runAssay, startAssay, writeSuite } from '../support/run-assay.ts';
import { writeSmallNight } from '../support/small-night.ts';
import { removeFolder } from '../support/temporary.ts';

const obstacle = findObstacle();
if (obstacle !== undefined && process.env['CI'] === 'true') throw obstacle;

const skewedClock = fileURLToPath(new URL('../rig/skewed-clock.c', import.meta.url));

let rig: Rig;
let cwd: string;

/** What a coordinator needs that takes today for a night so many days later. */
function onDay(day: number): { readonly cwd: string; readonly env: Record<string, string> } {
  const library = join(cwd, `clock-${day}.so`);
  if (!existsSync(library))
    execFileSync('gcc', ['-shared', '-fPIC', `-DSKEW_SECONDS=${day * 86_400}`, '-o', library, skewedClock]);
  return { cwd, env: { XDG_STATE_HOME: join(cwd, 'state'), LD_PRELOAD: library } };
}

const nightly = (...more: readonly string[]) =>
  ['nightly', 'rack.yaml', '--profile', 'night.yaml', '--suite', 'suite.yaml', ...more] as const;
const hash = { id: 'hash', workload: 'sha256', budgetSeconds: 60 };
const ofSeconds = (seconds: number) => ({ mode: 'bulk', blockBytes: 16384, cores: 'one', seconds });
const heldTo = (run: string) => nightly('--no-hold', 'the test', '--json', '--out', run);

const exported = async (): Promise<string> => (await runAssay(['history', 'export'], onDay(0))).stdout;

/** The journal of a node in a run, as soon as it says this. */
async function untilSaid(
  run: string,
  node: string,
  text: string,
  running: { readonly finished: Promise<unknown> },
): Promise<string> {
  const journal = join(cwd, run, 'nodes', node, 'journal.ndjson');
  for (;;) {
    const said = existsSync(journal) ? readFileSync(journal, 'utf8') : '';
    if (said.includes(text)) return said;
    const over = await Promise.race([running.finished, sleep(20)]);
    if (over !== undefined) throw new Error(JSON.stringify(over));
  }
}

const states = ({ machines }: Night) => Object.fromEntries(machines.map(({ node, state }) => [node, state]));

describe.skipIf(obstacle !== undefined)('three nights of three machines', () => {
  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'assay-test-'));
    rig = await createRig({ directory: join(cwd, 'rig'), nodes: 3 });
    await writeSmallNight(cwd, rig, [
      {
        id: 'hash-rate',
        title: 'Rate of hashing',
        dimension: 'D1',
        level: 'advisory',
        owner: 'hardware',
        scope: 'node',
        rule: { kind: 'metric', metric: 'sha256.bulkThroughput', statedBy: 'contract' },
        sampling: 'typical',
        action: 'Look at its clocks.',
      },
    ]);
    writeSuite(cwd, [{ ...hash, repetitions: 3, params: ofSeconds(1) }], { series: true });
  }, 60_000);
  afterAll(async () => {
    await rig.remove();
    removeFolder(cwd);
  });

  it('lose nothing and count nothing twice, with a machine in use, a tenant that comes, and a coordinator that dies', async () => {
    const unheld = await runAssay(nightly(), onDay(0));
    expect(unheld).toMatchObject({ exitCode: 64, stderr: expect.stringContaining('HOLD_MISSING') as string });

    // The first: its coordinator dies in the middle, and a second one is refused meanwhile.
    const first = startAssay(heldTo('night-1'), onDay(0));
    await untilSaid('night-1', 'node2', '"step-ended","step":"r1-hash"', first);
    const beside = await runAssay(heldTo('night-1'), onDay(0));
    expect(beside).toMatchObject({
      exitCode: 3,
      stderr: expect.stringMatching(/LEASE_HELD.*since 20/) as string,
    });
    first.signal('SIGKILL');
    await first.finished;
    expect(await exported()).toBe('');
    const again = await runAssay(heldTo('night-1'), onDay(0));
    expect(again.stderr).toContain('going on with');
    const one = Night.parse(JSON.parse(again.stdout));
    expect(one).toMatchObject({ exitCode: 0, coverage: { measured: 3, of: 3, nights: 7 }, undecided: [] });
    expect(again.exitCode).toBe(0);

    // What nights before told of what is judged as a series is one of its inputs: nothing yet.
    const inputs = JSON.parse(readFileSync(join(cwd, 'night-1/inputs/series.json'), 'utf8')) as object;
    expect(inputs).toEqual({ schema: 'assay/series', schemaVersion: 1, series: [] });
    const { cells } = Verdict.parse(
      JSON.parse(readFileSync(join(cwd, 'night-1.report/verdicts/night.json'), 'utf8')),
    );
    const rates = cells.filter(({ requirement }) => requirement === 'hash-rate');
    expect(rates.map(({ sampling, verdict }) => `${sampling} ${verdict}`)).toEqual(
      Array.from({ length: 3 }, () => 'series missing'),
    );

    // The second: somebody mines on one of them, and the coordinator dies when all is measured and nothing is in the index.
    const second = rig.node('node2');
    const mining = second.exec(['sh', '-c', 'cp /bin/sleep /tmp/xmrig && exec /tmp/xmrig 600'], {
      timeoutMs: 120_000,
    });
    const ended = startAssay(heldTo('night-2'), onDay(1));
    await ended.says('report    ');
    ended.signal('SIGKILL');
    await ended.finished;
    const after = await runAssay(heldTo('night-2'), onDay(1));
    const two = Night.parse(JSON.parse(after.stdout));
    expect(states(two)).toEqual({ node1: 'measured', node2: 'in use', node3: 'measured' });
    expect(two).toMatchObject({ exitCode: 0, coverage: { measured: 3, of: 3 }, undecided: [] });
    const rows = await exported();
    // Told again: the same, and nothing is measured.
    const others = ['--prometheus', 'night.prom', '--markdown', 'night.md'];
    const told = await runAssay([...heldTo('night-2'), ...others], onDay(1));
    expect([told.exitCode, told.stdout]).toEqual([0, after.stdout]);
    expect(readFileSync(join(cwd, 'night.prom'), 'utf8')).toContain(
      'assay_verdict{node="node1",profile="night",state="pass"} 1',
    );
    expect(readFileSync(join(cwd, 'night.md'), 'utf8')).toContain('node2');
    expect(await exported()).toBe(rows);
    await second.exec(['pkill', 'xmrig']);
    await mining;

    // The third: a tenant comes to another one in the middle of its steps.
    writeSuite(cwd, [{ ...hash, repetitions: 1, params: ofSeconds(12) }]);
    const third = startAssay(heldTo('night-3'), onDay(2));
    await untilSaid('night-3', 'node3', '"step-started","step":"r1-hash"', third);
    const came = Date.now();
    const busy = 'cp /bin/dash /tmp/tenant && exec nice -n -19 /tmp/tenant -c "while :; do :; done"';
    const tenant = rig.node('node3').exec(['sh', '-c', busy], { timeoutMs: 60_000 });
    const journal = await untilSaid(
      'night-3',
      'node3',
      '"step-ended","step":"r1-hash","execution":"cancelled"',
      third,
    );
    const [, idle = ''] = /"at":"([^"]*)","type":"step-ended","step":"r1-hash"/.exec(journal) ?? [];
    // Idle within 10 s on a machine that does nothing else (bench/nights.ts): here much more may run beside it.
    expect(Date.parse(idle) - came).toBeLessThan(30_000);
    await rig.node('node3').exec(['pkill', 'tenant']);
    await tenant;
    const last = await third.finished;
    const three = Night.parse(JSON.parse(last.stdout));
    expect(states(three)).toEqual({ node1: 'measured', node2: 'measured', node3: 'a tenant came' });
    expect(three).toMatchObject({ exitCode: 0, coverage: { measured: 3, of: 3 }, undecided: [], failed: [] });
    expect(last.stderr).toMatch(
      /node3: NODE_OCCUPIED cancelled: a tenant came: others take \d+ % of the CPU time/,
    );

    // Whoever reads the runs anew gets the same rows, each once.
    const anew = ['--database', join(cwd, 'anew'), '--zone', two.zone];
    expect(
      (await runAssay(['history', 'add', 'night-3', 'night-1', 'night-2', ...anew], onDay(2))).exitCode,
    ).toBe(0);
    expect((await runAssay(['history', 'export', ...anew], onDay(0))).stdout).toBe(await exported());
  }, 400_000);
});

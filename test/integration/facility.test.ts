import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Verdict } from '../../reports/verdict/verdict.ts';
import { findObstacle } from '../rig/check-machine.ts';
import type { Rig } from '../rig/rig.ts';
import { createRig } from '../rig/rig.ts';
import { runAssay, startAssay, writeSuite } from '../support/run-assay.ts';
import { tell } from '../support/tell.ts';
import { removeFolder } from '../support/temporary.ts';

const obstacle = findObstacle();
if (obstacle !== undefined && process.env['CI'] === 'true') throw obstacle;

// Two nodes, one of them cooled by a liquid, whose facility is told of by a script that the test can change the mind of.
let rig: Rig;
let cwd: string;
const remember = (id: string, seconds: number) => ({
  id,
  workload: 'memory',
  repetitions: 1,
  budgetSeconds: 120,
  params: { target: 'host', bytes: 8 * 1024 ** 2, seconds, cores: 'one' },
});

/** Writes down what the facility tells of from now on. */
const tells = (line: string): void => writeFileSync(join(cwd, 'told'), `${line}\n`);
const good = '{"flow":41,"leak":false}';

/** An inventory of the rig whose first node is cooled by a liquid, with a command for the facility or none. */
function inventory(name: string, facility?: readonly string[]): string {
  const text = readFileSync(rig.files.inventory, 'utf8')
    .replace(/ssh: \{ config: .*\}/, `ssh: { config: ${JSON.stringify(rig.files.sshConfig)} }`)
    .replace('name: node1', 'name: node1, cooling: dlc');
  const command = facility === undefined ? '' : `facility: { command: ${JSON.stringify(facility)} }\n`;
  const path = join(cwd, name);
  writeFileSync(path, text.replace('nodes:\n', `${command}nodes:\n`));
  return path;
}
const certify = (file: string, run: string) =>
  ['certify', file, '--profile', 'cpu-cluster', '--suite', 'suite.yaml', '--out', run] as const;

describe.skipIf(obstacle !== undefined)('machines that are cooled by a liquid', () => {
  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'assay-test-'));
    rig = await createRig({ directory: join(cwd, 'rig'), nodes: 2 });
    writeFileSync(
      join(cwd, 'facility.sh'),
      '#!/bin/sh\nwhile cat "$(dirname "$0")/told"; do sleep 0.2; done\n',
    );
    chmodSync(join(cwd, 'facility.sh'), 0o755);
    writeSuite(cwd, [remember('long', 4), remember('short', 0.1)], { otherWorkAtMost: 1 });
  }, 60_000);
  afterAll(async () => {
    await rig.remove();
    removeFolder(cwd);
  });

  it.each([
    ['nobody watches it', undefined, 'COOLING_UNWATCHED', /heavy load on node1 \(dlc\)/, 64],
    ['its command is not there', ['./no-such'], 'FACILITY_UNREADABLE', /could not be started: ENOENT/, 64],
    ['its command says something else', ['echo', 'ok'], 'FACILITY_UNREADABLE', /said `ok`/, 64],
    ['it leaks', ['echo', '{"flow":1,"leak":true}'], 'FACILITY_TROUBLE', /tells of a leak/, 3],
  ])('are not loaded when %s', async (_, facility, code, message, exitCode) => {
    const run = join(cwd, 'refused');
    const found = await runAssay(certify(inventory('refused.yaml', facility), run), { cwd });
    expect(found.stderr).toContain(`✖ ${code}`);
    expect(found.stderr).toMatch(message);
    expect(found.exitCode).toBe(exitCode);
    expect(existsSync(run)).toBe(false);
  });

  it('idle as soon as it leaks, while others go on; nothing passes by it, and resume measures them', async () => {
    tells(good);
    const run = join(cwd, 'run');
    const file = inventory('rack.yaml', ['./facility.sh']);
    const running = startAssay(certify(file, run), { cwd });
    const journal = join(run, 'nodes/node1/journal.ndjson');
    while (!existsSync(journal) || !readFileSync(journal, 'utf8').includes('"step":"r1-long"'))
      await Promise.race([
        new Promise((resolve) => setTimeout(resolve, 50)),
        running.finished.then(({ stderr }) => Promise.reject(new Error(stderr))),
      ]);
    tells('{"flow":41,"leak":true}');
    const { exitCode, stderr } = await running.finished;
    expect(stderr).toContain('✖ node1: FACILITY_TROUBLE');
    expect(stderr).toContain('the facility tells of a leak; what it cools is idle');
    expect(exitCode).toBe(2);
    const read = () =>
      Verdict.parse(JSON.parse(readFileSync(join(`${run}.report`, 'verdicts/cpu-cluster.json'), 'utf8')));
    const cells = tell(read().cells);
    expect(cells.find(({ id }) => id === 'node1:memory-exact')).toMatchObject({
      verdict: 'missing',
      reason: expect.stringMatching(
        /cancelled: .*the facility tells of a leak.*skipped: the machine was idled: the facility tells of a leak/s,
      ) as string,
    });
    const coordinator = readFileSync(join(run, 'coordinator.ndjson'), 'utf8');
    expect(coordinator).toContain('"type":"idled","nodes":["node1"],"trouble":{"kind":"leak"}');
    // The one in the air has done all of it.
    const ended = readFileSync(join(run, 'nodes/node2/journal.ndjson'), 'utf8').match(
      /"step-ended".*completed/g,
    );
    expect(ended).toHaveLength(3);

    tells(good);
    const resumed = await runAssay(['resume', run], { cwd });
    expect(resumed.stderr).not.toContain('✖');
    const all = readFileSync(join(run, 'nodes/node1/journal.ndjson'), 'utf8');
    expect(all).toMatch(/"step":"a1-r1-long","execution":"completed"/);
    expect(all).toMatch(/"step":"r1-short","execution":"completed"/);
  }, 120_000);
});

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Verdict } from '../../reports/verdict/verdict.ts';
import { findObstacle } from '../rig/check-machine.ts';
import { fabricInterface } from '../rig/fabric.ts';
import type { Rig } from '../rig/rig.ts';
import { createRig } from '../rig/rig.ts';
import type { RigNode } from '../rig/rig-node.ts';
import { fakeTool, quickHash, runAssay, startAssay, writeSuite } from '../support/run-assay.ts';
import { ownCompilerFirst } from '../support/soak-scene.ts';
import { tell } from '../support/tell.ts';
import { removeFolder } from '../support/temporary.ts';

const obstacle = findObstacle();
if (obstacle !== undefined && process.env['CI'] === 'true') throw obstacle;

/** An `openssl` that is fast but for the runs with these numbers; everything else of it is right. */
const playSpeeds = (node: RigNode, slowRuns: readonly number[]): void => {
  const slow = slowRuns.join('|');
  fakeTool(
    join(node.site.directory, 'root/bin'),
    'openssl',
    `case $1 in
version) echo 'OpenSSL 3.0.19 1 Jan 2026 (Library: OpenSSL 3.0.19 1 Jan 2026)' ;;
dgst) cat > /dev/null; echo 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad *stdin' ;;
speed)
  echo >> /root/runs
  sleep 1
  case $(wc -l < /root/runs) in
  ${slow === '' ? '' : `${slow}) rate=900000000.00 ;;`}
  *) rate=1100000000.00 ;;
  esac
  printf '+H:16384\\n+F:25:sha256:%s\\n' $rate ;;
esac`,
  );
};

const profile = {
  schema: 'assay/profile',
  schemaVersion: 2,
  id: 'hashing',
  version: '1',
  title: 'Hashing',
  purpose: 'Hashes at the rate of a contract.',
  family: 'cluster',
  suites: {},
  requirements: [
    {
      id: 'hash-rate',
      title: 'Rate of hashing',
      dimension: 'D1',
      level: 'required',
      owner: 'hardware',
      scope: 'node',
      rule: { kind: 'metric', metric: 'sha256.bulkThroughput', statedBy: 'contract' },
      sampling: 'typical',
      action: 'Look at its clocks.',
    },
    {
      id: 'pair-rate',
      title: 'Rate of pairs',
      dimension: 'D5',
      level: 'required',
      owner: 'hardware',
      scope: 'pair',
      rule: { kind: 'metric', metric: 'allreduce.algorithmBandwidth', statedBy: 'contract' },
      sampling: 'typical',
      action: 'Look at its cables.',
    },
  ],
};
const contract = {
  schema: 'assay/contract',
  schemaVersion: 1,
  id: 'hashing',
  title: 'Hashing',
  by: 'Example Ltd',
  date: '2026-11-02',
  profile: 'hashing',
  class: 'hgx-h100-8',
  limits: [
    { requirement: 'hash-rate', atLeast: '1 GB/s', says: 'row 1' },
    { requirement: 'pair-rate', atLeast: '1 kB/s', says: 'row 2' },
  ],
};

describe.skipIf(obstacle !== undefined)('a requirement that counts runs', () => {
  let parent: string;
  let rig: Rig;

  beforeAll(async () => {
    parent = mkdtempSync(join(tmpdir(), 'assay-extension-'));
    rig = await createRig({ directory: join(parent, 'rig'), nodes: 3, sshdConfig: ownCompilerFirst });
  }, 60_000);
  afterAll(async () => {
    await rig.remove();
    removeFolder(parent);
  });

  it('has another session on the nodes whose runs do not decide, although its coordinator is lost in between', async () => {
    playSpeeds(rig.node('node1'), []);
    playSpeeds(rig.node('node2'), [2]);
    playSpeeds(rig.node('node3'), [2, 4, 7]);
    const inventory = join(parent, 'rack.yaml');
    writeFileSync(
      inventory,
      JSON.stringify({
        schema: 'assay/inventory',
        schemaVersion: 1,
        ssh: { config: rig.files.sshConfig },
        fabric: { interface: fabricInterface },
        nodes: rig.nodes.map(({ name }) => ({ name, class: 'hgx-h100-8' })),
      }),
    );
    writeFileSync(join(parent, 'hashing.yaml'), JSON.stringify(profile));
    writeFileSync(join(parent, 'contract.yaml'), JSON.stringify(contract));
    const entry = { ...quickHash({ repetitions: 6, budgetSeconds: 30 }), tool: 'openssl' };
    const pairs = {
      id: 'pairs',
      workload: 'allreduce',
      across: 'pairs',
      repetitions: 3,
      budgetSeconds: 60,
      params: { dtype: 'float32', minBytes: 65_536, maxBytes: 65_536, factor: 2, seconds: 0.1 },
    };
    const suite = writeSuite(parent, [entry, pairs], {
      // What the nodes of a rig do is other work to each of them.
      otherWorkAtMost: 1,
      extension: { restSeconds: 5, sessions: 1 },
    });
    const run = join(parent, 'run');
    const words = [
      '--profile',
      'hashing.yaml',
      '--suite',
      suite,
      '--contract',
      'contract.yaml',
      '--out',
      run,
    ];
    const first = startAssay(['certify', inventory, ...words, '--exclusive-confirmed'], { cwd: parent });
    await first.says('node[1-3]: the runs do not decide yet; 5.0 s of rest, then another session');
    // The rest is as long for whoever goes on with it.
    first.signal('SIGKILL');
    expect((await first.finished).stderr).not.toContain('✖');
    const { exitCode, stderr } = await runAssay(['resume', run], { cwd: parent });
    expect(stderr).not.toContain('✖');
    expect(exitCode).toBe(2);
    const read = (): Verdict =>
      Verdict.parse(JSON.parse(readFileSync(join(`${run}.report`, 'verdicts/hashing.json'), 'utf8')));
    const said = (verdict: Verdict): readonly unknown[] =>
      tell(verdict.cells).map(({ id, verdict: how, reason }) => [id, how, reason]);
    const live = said(read());
    expect(live).toEqual([
      ['node1:hash-rate', 'pass', expect.stringContaining('6 of 6 runs hold') as string],
      ['node2:hash-rate', 'pass', expect.stringContaining('8 of 9 runs in 2 sessions hold') as string],
      [
        'node3:hash-rate',
        'inconclusive',
        expect.stringContaining('6 of 9 runs in 2 sessions hold: another look is needed') as string,
      ],
      ...['node2+node3', 'node1+node2', 'node1+node3'].map((pair) => [
        `${pair}:pair-rate`,
        'inconclusive',
        expect.stringContaining('2 of 2 runs in 2 sessions hold; the next look is at 6 runs') as string,
      ]),
    ]);
    const records = readFileSync(join(run, 'coordinator.ndjson'), 'utf8')
      .trimEnd()
      .split('\n')
      .map(
        (line) =>
          JSON.parse(line) as {
            type: string;
            node?: string;
            group?: { name: string };
            session?: number;
            cells?: unknown;
          },
      );
    const looked = records.filter(({ type }) => type === 'looked');
    expect(
      looked
        .flatMap(({ group, session }) => (group === undefined ? [] : [`${group.name} ${session}`]))
        .toSorted(),
    ).toEqual(
      ['node1+node2', 'node1+node3', 'node2+node3'].flatMap((pair) => [`${pair} 1`, `${pair} 3`]).toSorted(),
    );
    expect(looked.filter(({ group }) => group === undefined)).toMatchObject([
      { node: 'node1', session: 1, cells: [{ cell: 'node1:hash-rate', decision: 'pass' }] },
      { node: 'node2', session: 1, cells: [{ decision: 'more' }] },
      { node: 'node3', session: 1, cells: [{ decision: 'more' }] },
      // It rested and took part, with others.
      { node: 'node1', session: 3, cells: [{ decision: 'pass' }] },
      { node: 'node2', session: 3, cells: [{ decision: 'pass' }] },
      { node: 'node3', session: 3, cells: [{ decision: 'more' }] },
    ]);
    expect((await runAssay(['judge', run], { cwd: parent })).exitCode).toBe(2);
    expect(said(read())).toEqual(live);
  }, 240_000);
});

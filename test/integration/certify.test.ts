import { cpSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Verdict } from '../../reports/verdict/verdict.ts';
import { nameOf } from '../../workloads/kit/subject.ts';
import { findObstacle } from '../rig/check-machine.ts';
import type { Rig } from '../rig/rig.ts';
import { createRig } from '../rig/rig.ts';
import { editPacked } from '../support/change-pack.ts';
import type { Finished } from '../support/run-assay.ts';
import { runAssay } from '../support/run-assay.ts';
import { removeFolder, temporaryDirectory } from '../support/temporary.ts';

const obstacle = findObstacle();
if (obstacle !== undefined && process.env['CI'] === 'true') throw obstacle;

// Three nodes with a real sshd each. One certify serves most of what is looked at here.
let rig: Rig;
let cwd: string;
let run: string;
let certified: Finished;

const suite = {
  schema: 'assay/suite',
  schemaVersion: 1,
  id: 'test',
  version: '1',
  title: 'Test',
  // The nodes are one machine.
  otherWorkAtMost: 1,
  watchSeconds: 1,
  entries: [
    {
      id: 'hash',
      workload: 'sha256',
      repetitions: 1,
      budgetSeconds: 30,
      params: { mode: 'bulk', blockBytes: 16384, cores: 'one', seconds: 1 },
    },
    {
      id: 'multiply',
      workload: 'matmul',
      tool: 'openblas',
      repetitions: 1,
      budgetSeconds: 40,
      params: { dtype: 'fp32', size: 256, cores: 'one', seconds: 0.2 },
    },
    {
      id: 'remember',
      workload: 'memory',
      repetitions: 1,
      budgetSeconds: 40,
      params: { target: 'host', bytes: 8388608, seconds: 0.05, cores: 'one' },
    },
    {
      id: 'verify',
      workload: 'nvme',
      repetitions: 1,
      budgetSeconds: 40,
      params: {
        pattern: 'verify',
        blockBytes: 65536,
        queueDepth: 4,
        jobs: 1,
        fileBytes: 16777216,
        seconds: 1,
      },
    },
    {
      id: 'pairs',
      workload: 'allreduce',
      across: 'pairs',
      repetitions: 3,
      budgetSeconds: 60,
      params: { dtype: 'float32', minBytes: 1024, maxBytes: 67108864, factor: 16, seconds: 0.1 },
    },
    {
      id: 'all',
      workload: 'allreduce',
      across: 'all',
      repetitions: 1,
      budgetSeconds: 60,
      params: { dtype: 'bfloat16', minBytes: 1024, maxBytes: 1048576, factor: 16, seconds: 0.1 },
    },
  ],
};

/** Writes an inventory of the rig with further lines at its top. */
function inventory(name: string, ...lines: readonly string[]): string {
  const text = readFileSync(rig.files.inventory, 'utf8').replace(
    /ssh: \{ config: .*\}/,
    `ssh: { config: ${JSON.stringify(rig.files.sshConfig)} }`,
  );
  const path = join(cwd, name);
  writeFileSync(path, text.replace('nodes:\n', `${lines.join('\n')}\nnodes:\n`));
  return path;
}

const assay = (...args: readonly string[]): Promise<Finished> => runAssay(args, { cwd });
const verdict = (): Verdict =>
  Verdict.parse(JSON.parse(readFileSync(join(`${run}.report`, 'verdicts/cpu-cluster.json'), 'utf8')));

describe.skipIf(obstacle !== undefined)('certify', () => {
  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'assay-test-'));
    run = join(cwd, 'run');
    rig = await createRig({ directory: join(cwd, 'rig'), nodes: 3 });
    writeFileSync(join(cwd, 'suite.yaml'), JSON.stringify(suite));
    writeFileSync(
      join(cwd, 'delivered.csv'),
      'node,part,slot,model,serial,count\nnode1,cpu,,,,1\nnode2,accelerator,,H100-SXM5-80GB,,8\n',
    );
    const rack = inventory('rack.yaml', 'golden: node1', 'manifest: delivered.csv');
    certified = await assay(
      'certify',
      rack,
      '--profile',
      'cpu-cluster',
      '--suite',
      'suite.yaml',
      '--out',
      run,
    );
  });
  afterAll(async () => {
    await rig.remove();
    removeFolder(cwd);
  });

  it('finds that three healthy nodes conform, each by itself and with the others', () => {
    expect(certified.stderr).not.toContain('✖');
    const { conclusion, block, cells, exitCode } = verdict();
    // How fast three nodes are that share two busy processors is not what is tested here.
    const unmet = cells.filter(
      ({ level, verdict: each, requirement }) =>
        level === 'required' && each !== 'pass' && requirement !== 'pair-speed',
    );
    expect(unmet).toEqual([]);
    const isFast = cells.every(
      ({ requirement, verdict: each }) => requirement !== 'pair-speed' || each === 'pass',
    );
    expect(certified.exitCode).toBe(exitCode);
    if (isFast) {
      expect([conclusion, exitCode]).toEqual(['pass', 0]);
      expect(block?.nodes.map(({ conclusion: each }) => each)).toEqual(['pass', 'pass', 'pass']);
    }
    expect(block?.nodes.map(({ id }) => id)).toEqual(['node1', 'node2', 'node3']);
    expect(
      cells.filter(({ requirement }) => requirement === 'pair-speed').map(({ subject }) => nameOf(subject)),
    ).toEqual(['node2+node3', 'node1+node2', 'node1+node3']);
    expect(cells.find(({ requirement }) => requirement === 'group-exact')).toMatchObject({
      subject: { kind: 'group', name: 'node[1-3]' },
      verdict: 'pass',
    });
  });

  it('verified every value, over the network under test', () => {
    const measured = verdict().measurements.filter(({ metric }) => metric.startsWith('allreduce.'));
    expect(measured.filter(({ invalid }) => invalid !== undefined)).toEqual([]);
    const wrong = measured.filter(({ metric }) => metric === 'allreduce.wrongValues');
    expect(wrong.map(({ max }) => max)).toEqual(wrong.map(() => 0));
    expect(new Set(wrong.map(({ dimensions }) => dimensions['dtype']))).toEqual(
      new Set(['float32', 'bfloat16']),
    );
    expect(new Set(measured.map(({ dimensions }) => dimensions['transport']))).toEqual(new Set(['tcp']));
  });

  it('says how each node stands while others are still at work', () => {
    for (const name of ['node1', 'node2', 'node3'])
      expect(certified.stderr).toContain(`● ${name}  conforms so far: 8 required cells pass`);
  });

  it('says before any load what the facts are against, and shows it as a cell', () => {
    const finding = 'finding       Parts as delivered:';
    expect(certified.stderr).toContain(finding);
    expect(certified.stderr.indexOf(finding)).toBeLessThan(certified.stderr.indexOf('hash (openssl'));
    const byNode = Object.fromEntries(
      verdict()
        .cells.filter(({ requirement }) => requirement === 'manifest')
        .map(({ subject, verdict: each }) => [nameOf(subject), each]),
    );
    expect(byNode).toEqual({ node1: 'pass', node2: 'fail', node3: 'missing' });
  });

  it('can be judged again elsewhere, byte for byte, from its run directory alone', async () => {
    const copy = join(temporaryDirectory(), 'copy');
    cpSync(run, copy, { recursive: true });
    const again = await runAssay(['judge', copy], { cwd: temporaryDirectory(), env: { PATH: '/nowhere' } });
    expect(again.exitCode).toBe(certified.exitCode);
    for (const file of [
      'verdicts/cpu-cluster.json',
      'report.html',
      'punch-list.csv',
      'nodes/node2/report.html',
    ])
      expect(readFileSync(join(`${copy}.report`, file), 'utf8')).toBe(
        readFileSync(join(`${run}.report`, file), 'utf8'),
      );
  });

  it('notices when the result of a pair was exchanged', async () => {
    const copy = join(temporaryDirectory(), 'copy');
    cpSync(run, copy, { recursive: true });
    const led = verdict().block?.trials[0];
    const [leader = ''] = led?.members ?? [];
    await editPacked(copy, leader, [led?.step ?? '', 'run.stdout'], ['"wrong":0', '"wrong":1']);
    const again = await assay('judge', copy);
    expect(again.exitCode).toBe(4);
    expect(again.stderr).toContain('EVIDENCE_DAMAGED');
  });

  it('leaves nothing on a node but the cache, and nodes clean removes that', async () => {
    for (const node of rig.nodes) {
      expect((await node.exec(['find', '/var/tmp/assay-0', '-mindepth', '1', '-maxdepth', '1'])).stdout).toBe(
        '/var/tmp/assay-0/cache\n',
      );
    }
    const cleaned = await assay('nodes', 'clean', inventory('clean.yaml'));
    expect(cleaned.exitCode).toBe(0);
    for (const node of rig.nodes)
      expect((await node.exec(['ls', '-d', '/var/tmp/assay-0'])).exitCode).not.toBe(0);
  });

  it('plans without any load, and leaves no run behind', async () => {
    const planned = await assay(
      'plan',
      inventory('plan.yaml'),
      '--profile',
      'cpu-cluster',
      '--suite',
      'suite.yaml',
    );
    expect(planned.exitCode).toBe(0);
    expect(planned.stdout).toContain('5. all, round 1: 1 group, at most 1 min 0 s');
    expect(planned.stdout).toContain('assay-allreduce bfloat16 1024 1048576 16 0.1');
    expect(planned.stdout).toContain('at most 16.78 MB to the scratch directory of each of node[1-3]');
    // Commands, which are further in, stay whole.
    const isTooLong = (line: string): boolean => line.length > 100 && !line.startsWith('    ');
    expect(planned.stdout.split('\n').filter(isTooLong)).toEqual([]);
    expect(existsSync(join(cwd, 'assay-runs'))).toBe(false);
    expect((await rig.node('node1').exec(['find', '/var/tmp/assay-0/runs'])).exitCode).not.toBe(0);
  });

  it('refuses a plan that a power domain could not carry, before any load, and keeps nothing of it', async () => {
    const path = inventory('power.yaml', 'powerDomains: [{ id: feed-a, limitKw: 1, nodes: "node[1-3]" }]');
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('rack: R1', 'rack: R1, maxWatts: 400'));
    const out = join(cwd, 'power');
    const refused = await assay(
      'certify',
      path,
      '--profile',
      'cpu-cluster',
      '--suite',
      'suite.yaml',
      '--out',
      out,
    );
    expect(refused.exitCode).toBe(64);
    expect(refused.stderr).toContain(
      '✖ POWER_LIMIT power domain feed-a: expected at most 1 kW, found 1.2 kW if all its nodes are loaded',
    );
    expect(existsSync(out)).toBe(false);
    expect((await rig.node('node1').exec(['find', '/var/tmp/assay-0/runs'])).exitCode).not.toBe(0);
  });
});

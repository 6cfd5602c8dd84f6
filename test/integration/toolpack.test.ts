import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ToolpackFile } from '../../harness/config/toolpack.ts';
import { Verdict } from '../../reports/verdict/verdict.ts';
import { findObstacle } from '../rig/check-machine.ts';
import type { Rig } from '../rig/rig.ts';
import { createRig } from '../rig/rig.ts';
import { runAssay, writeSuite } from '../support/run-assay.ts';
import { removeFolder } from '../support/temporary.ts';

const obstacle = findObstacle();
if (obstacle !== undefined && process.env['CI'] === 'true') throw obstacle;

const triplet = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
const installed = (name: string): string => realpathSync(`/usr/lib/${triplet}/${name}`);

/** Beside its library PoCL looks for what drives its devices, and two folders above for headers and its own code. */
const libraries = ['libpocl.so.2', 'pocl/libpocl-devices-basic.so', 'pocl/libpocl-devices-pthread.so'].map(
  (name) => ({ from: installed(name), path: `lib/${triplet}/${name}` }),
);
const data = readdirSync('/usr/share/pocl', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => join(parentPath, name))
  .map((from) => ({ from, path: relative('/usr', from) }));

// Two nodes without OpenCL, and a library of the site that brings it: PoCL's, which is real.
let rig: Rig;
let cwd: string;
let inventory: string;
let suite: string;

describe.skipIf(obstacle !== undefined)('a tool pack', () => {
  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'assay-test-'));
    rig = await createRig({ directory: join(cwd, 'rig'), nodes: 2 });
    for (const node of rig.nodes)
      for (const name of ['libOpenCL.so.1', 'libpocl.so.2']) await node.bind('/dev/null', installed(name));
    inventory = join(rig.directory, 'packed.yaml');
    writeFileSync(inventory, `toolpack: ../site.toolpack\n${readFileSync(rig.files.inventory, 'utf8')}`);
    const hash = { mode: 'device', work: 'headers', on: 'cpu', seconds: 0.2 };
    suite = writeSuite(cwd, [
      { id: 'hash', workload: 'sha256', params: hash, tool: 'opencl', repetitions: 1, budgetSeconds: 120 },
    ]);
  }, 60_000);
  afterAll(async () => {
    await rig.remove();
    removeFolder(cwd);
  });

  const survey = async (name: string, given = inventory) => {
    const run = join(cwd, name);
    const args = ['survey', given, '--suite', suite, '--out', run, '--exclusive-confirmed'];
    const said = await runAssay(args, { cwd });
    const stderr = said.stderr.replaceAll(/\s+/g, ' ');
    const path = join(`${run}.report`, 'verdicts/survey.json');
    if (!existsSync(path)) return { stderr, measured: [] };
    const { measurements } = Verdict.parse(JSON.parse(readFileSync(path, 'utf8')));
    const measured = measurements
      .filter(({ metric }) => metric === 'sha256.wrongDigests')
      .map(({ subject }) => (subject.kind === 'node' ? subject.node : undefined));
    return { stderr, measured };
  };

  it('is what a node measures with, is refused where a byte of it is another, and is whole when it was pushed again', async () => {
    // Without it there is nothing to measure with.
    expect((await survey('without', rig.files.inventory)).measured).toEqual([]);

    const description: ToolpackFile = {
      schema: 'assay/toolpack-file',
      schemaVersion: 1,
      name: 'site',
      machine,
      files: [...libraries, ...data].map((file) => ({ ...file, version: '3.1', licence: 'MIT' })),
    };
    writeFileSync(join(cwd, 'site.yaml'), JSON.stringify(description));
    const built = await runAssay(['toolpack', 'build', 'site.yaml'], { cwd });
    expect(built).toMatchObject({ exitCode: 0, stderr: '' });
    const digest = /^sha256 ([0-9a-f]{64})$/m.exec(built.stdout)?.[1] ?? '';
    expect(digest).not.toBe('');

    // It is named, and nobody has brought it.
    const absent = await survey('absent');
    expect(absent.measured).toEqual([]);
    for (const node of ['node1', 'node2'])
      expect(absent.stderr).toMatch(new RegExp(`${node}.*TOOLPACK_MISSING|TOOLPACK_MISSING.*${node}`));

    const push = () => runAssay(['toolpack', 'push', 'site.toolpack', inventory], { cwd });
    expect(await push()).toMatchObject({
      exitCode: 0,
      stderr: 'node1: site brought and verified\nnode2: site brought and verified\n',
    });
    expect((await survey('whole')).measured).toEqual(['node1', 'node2']);
    // As who can write there: the size stays.
    const [, second] = rig.nodes;
    const library = `/var/tmp/assay-0/cache/${digest}/${libraries[0]?.path}`;
    const change = `printf x | dd of=${library} bs=1 seek=4096 conv=notrunc`;
    expect(await second?.exec(['sh', '-c', change])).toMatchObject({ exitCode: 0 });
    const changed = await survey('changed');
    expect(changed.measured).toEqual(['node1']);
    expect(changed.stderr).toContain('TOOLPACK_DAMAGED');
    expect(changed.stderr).toContain(`found \`${libraries[0]?.path}\` changed or gone`);

    expect((await push()).stderr).toBe(
      'node1: site is there already, verified\nnode2: site brought and verified\n',
    );
    expect((await survey('again')).measured).toEqual(['node1', 'node2']);
    const shown = await runAssay(['toolpack', 'show', 'site.toolpack', '--json'], { cwd });
    expect(JSON.parse(shown.stdout)).toMatchObject({ digest, damage: [], name: 'site' });
  }, 240_000);
});

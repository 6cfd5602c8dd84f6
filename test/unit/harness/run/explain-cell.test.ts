import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explainCell, formatExplanation } from '../../../../harness/run/explain-cell.ts';
import { RunDirectory } from '../../../../harness/store/run-directory.ts';
import { loadRegistry } from '../../../../workloads/registry.ts';
import { recordedStep } from '../../../support/constructed/recorded-step.ts';
import type { PlannedCommands } from '../../../support/constructed/step-evidence.ts';
import { writeRunDirectory } from '../../../support/constructed-run-directory.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';
import { virtualMachine } from '../../workloads/kit/facts/documents.ts';

const registry = await loadRegistry();

/** What is explained of a run whose one step had these commands planned. */
async function explain(name: string, planned: PlannedCommands = {}) {
  const path = join(temporaryDirectory(), 'run');
  const step = recordedStep('sha256', 'openssl-3.0.19', { entry: 'hash', commands: planned });
  await writeRunDirectory(path, { nodes: [{ id: 'vm', probes: virtualMachine, steps: [step] }] });
  return explainCell(await RunDirectory.open(path), registry, name);
}
const commandsOf = async (planned: PlannedCommands) =>
  (await explain('sha256.bulkThroughput', planned)).samples[0]?.commands;
const plain = { file: 'openssl', args: ['speed'], env: {} };

describe('the commands of a number', () => {
  it('are those that were planned, in directories of one’s own', async () => {
    const command = {
      file: '{build}/gemm',
      args: ['{bundle}/pool.mjs', '--file={scratch}/x', '{runtime}'],
      env: { PATH: '{build}:{path}', LC_ALL: 'C' },
    };
    expect(await commandsOf({ speed: command })).toContain(
      'PATH=$BUILD:$PATH LC_ALL=C $BUILD/gemm $BUNDLE/pool.mjs --file=$SCRATCH/x $RUNTIME',
    );
  });

  it('are quoted around a directory, so that a shell still puts it in', async () => {
    const args = ['{"file":"{scratch}/nvme.dat","threads":1}', '$HOME', '{scratch}file', ''];
    expect(await commandsOf({ speed: { ...plain, args } })).toContain(
      `openssl '{"file":"'$SCRATCH'/nvme.dat","threads":1}' '$HOME' $SCRATCH'file' ''`,
    );
  });

  it('are given what they were given', async () => {
    expect(await commandsOf({ speed: { ...plain, stdin: "it's" } })).toContain(
      String.raw`printf %s 'it'\''s' | openssl speed`,
    );
  });

  it('are those that ran where nobody wrote down what was planned', async () => {
    expect(await commandsOf({})).toContain('openssl');
  });
});

describe('formatExplanation', () => {
  it('shows what cannot be seen, whoever wrote it', async () => {
    const explained = await explain('vm:sha256-exact', { speed: { ...plain, args: ['\u001b[2J'] } });
    const cells = explained.cells.map((cell) => ({
      ...cell,
      title: 'fine\nvm:other  PASS  forged\u202e',
      reason: { say: 'quoted', text: '\u001b]0;x\u0007' } as const,
    }));
    const text = formatExplanation({ ...explained, cells });
    expect(text).not.toMatch(/[\u001b\u0007\u202e]/);
    expect(text).not.toMatch(/^vm:other/m);
    expect(text).toContain('openssl');
  });

  it('says of a cell the numbers of its own node', async () => {
    const path = join(temporaryDirectory(), 'run');
    const steps = [recordedStep('sha256', 'openssl-3.0.19', { entry: 'hash' })];
    await writeRunDirectory(path, {
      nodes: ['a', 'b'].map((id) => ({ id, probes: virtualMachine, steps })),
    });
    const run = await RunDirectory.open(path);
    const filesOf = async (name: string) =>
      new Set(
        (await explainCell(run, registry, name)).samples.flatMap(({ places }) =>
          places.map(({ file }) => file.split('/')[1]),
        ),
      );
    expect(await filesOf('b:sha256-exact')).toEqual(new Set(['b']));
    expect(await filesOf('sha256-exact')).toEqual(new Set(['a', 'b']));
  });

  it('says of a cell what decided it, by which limit and where its numbers stand', async () => {
    const text = formatExplanation(await explain('vm:sha256-exact', { speed: plain }));
    expect(text).toMatch(
      /^vm:sha256-exact {2}PASS {2}SHA-256 digests right\n {2}expected at most 0, found 0: 1 of 1 observations hold\n {2}limit {3}sha256\.wrong-digests \(/,
    );
    expect(text).toMatch(
      /\nsha256\.wrongDigests \([^)]+\) = 0 {2}in r1-hash {2}← decides\n {2}stands in nodes\/vm\/steps\/r1-hash\//,
    );
    expect(text).toContain('\nby hand, as in r1-hash:\n');
    expect(text).toContain('  openssl speed\n');
  });

  it('says of a fact where it stands', async () => {
    const text = formatExplanation(await explain('vm:identity'));
    expect(text).toContain('  fact    identity.bootId of nodes/vm/steps/facts/probes.json\n');
    expect(text).not.toContain('by hand');
  });

  it('has all cells of a node by its name, and ends with a line', async () => {
    const { cells, samples } = await explain('vm');
    expect(cells.length).toBeGreaterThan(3);
    expect(samples).toEqual([]);
    expect(formatExplanation({ cells, samples })).toMatch(/[^\n]\n$/);
  });

  it('says what has to be changed where a coordinator started the others', async () => {
    const explained = await explain('vm:sha256-exact');
    const byHand = 'Leave out the launcher.';
    const samples = explained.samples.map((sample) => ({ ...sample, byHand }));
    expect(formatExplanation({ ...explained, samples }).split(`  ${byHand}\n`)).toHaveLength(2);
  });

  it('knows nothing by a name that nothing has, and says which may be meant', async () => {
    await expect(explain('vm:sha256-exac')).rejects.toMatchObject({ code: 'CELL_NOT_FOUND' });
  });
});

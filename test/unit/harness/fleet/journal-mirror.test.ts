import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { JournalMirror } from '../../../../harness/fleet/journal-mirror.ts';
import { readStep } from '../../../../harness/store/kept-steps.ts';
import { RunDirectory, runPaths } from '../../../../harness/store/run-directory.ts';
import { RunEvidence } from '../../../../harness/store/run-evidence.ts';
import { loadRegistry } from '../../../../workloads/registry.ts';
import { recordedStep } from '../../../support/constructed/recorded-step.ts';
import { writeRunDirectory } from '../../../support/constructed-run-directory.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';
import { constructed } from '../../workloads/kit/facts/documents.ts';

const registry = await loadRegistry();

/** A whole run of one node with two steps, as its files. */
async function writeWhole() {
  const path = join(temporaryDirectory(), 'run');
  const hash = recordedStep('sha256', 'openssl-3.0.19-multi');
  await writeRunDirectory(path, {
    nodes: [{ id: 'n1', probes: constructed({}), steps: [hash, { ...hash, repetition: 2 }] }],
  });
  const files = {
    journal: join(path, runPaths.journal('n1')),
    pack: join(path, runPaths.pack('n1')),
    index: join(path, runPaths.packIndex('n1')),
  };
  const read = () => Object.values(files).map((file) => readFileSync(file, 'utf8'));
  return { path, files, read };
}

const firstLines = (text: string, count: number): string =>
  text
    .split('\n')
    .slice(0, count)
    .map((line) => `${line}\n`)
    .join('');

describe('a mirror', () => {
  // The header of the last step's first file stands after the whole steps before it.
  it.for([
    ['a whole step that the journal does not name', (whole: Buffer) => whole.subarray(0, -1024)],
    ['a part of a step', (whole: Buffer) => whole.subarray(0, -1024 - 700)],
    [
      'zeros where a step was to be',
      (whole: Buffer, kept: number) => Buffer.concat([whole.subarray(0, kept), Buffer.alloc(4096)]),
    ],
    ['nothing of the next step', (whole: Buffer, kept: number) => whole.subarray(0, kept)],
  ] as const)('goes on after a coordinator that was killed and left %s', async ([, leave]) => {
    const { path, files, read } = await writeWhole();
    const before = read();
    const pack = readFileSync(files.pack);
    const lines = readFileSync(files.journal, 'utf8').split('\n').slice(0, -1);
    const last = lines.at(-1) ?? '';
    const run = await RunDirectory.open(path);
    const texts = await readStep(run, { node: 'n1', step: 'r2-sha256', most: Infinity });
    rmSync(files.index);
    writeFileSync(files.journal, firstLines(readFileSync(files.journal, 'utf8'), lines.length - 1));
    writeFileSync(files.pack, leave(pack, pack.indexOf('steps/r2-sha256') - 345));

    const whole = await RunEvidence.continue(run, registry);
    const evidence = whole.node('n1');
    expect([evidence.damage, [...evidence.fold.ended.keys()]]).toEqual([undefined, ['facts', 'r1-sha256']]);
    const seen: string[][] = [];
    const mirror = new JournalMirror({
      node: 'n1',
      evidence: whole,
      fetch: ({ path: name }, take) => take(texts.get(basename(name))?.bytes ?? Buffer.alloc(0)),
      isOver: () => false,
      onKept: (records) => {
        seen.push(records.map(({ type }) => type));
        // What the journal names is in the pack already.
        expect(readFileSync(files.pack).subarray(0, -1024).includes('steps/r2-sha256')).toBe(true);
      },
    });
    mirror.arrived(last);
    await mirror.keep();
    expect(seen).toEqual([['step-ended']]);
    await mirror.finish();
    expect(read()).toEqual(before);
  });
});

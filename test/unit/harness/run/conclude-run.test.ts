import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../../agents/protocol/chain.ts';
import { judgeRun, readVerdict, writeVerdict } from '../../../../harness/run/conclude-run.ts';
import { ReportFolder } from '../../../../harness/store/report-folder.ts';
import { RunDirectory } from '../../../../harness/store/run-directory.ts';
import { RunEvidence } from '../../../../harness/store/run-evidence.ts';
import { mostNodesInOne } from '../../../../reports/verdict/split-verdict.ts';
import { validateHead, validateSheet, validateVerdict } from '../../../../reports/verdict/validate.ts';
import { nodeOf } from '../../../../workloads/kit/subject.ts';
import { loadRegistry } from '../../../../workloads/registry.ts';
import { recordedStep } from '../../../support/constructed/recorded-step.ts';
import { writeScaleRun } from '../../../support/constructed/scale-run.ts';
import { writeRunDirectory } from '../../../support/constructed-run-directory.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';
import { constructed } from '../../workloads/kit/facts/documents.ts';

describe('a verdict that is written', () => {
  it('names the samples of each node that has some, by the digest of what lies beside it', async () => {
    const path = join(temporaryDirectory(), 'run');
    const steps = [recordedStep('sha256', 'openssl-3.0.19-multi')];
    await writeRunDirectory(path, {
      nodes: [
        { id: 'n1', probes: constructed({}), steps },
        { id: 'n2', probes: constructed({}) },
      ],
    });
    const run = await RunDirectory.open(path);
    const evidence = await RunEvidence.read(run, await loadRegistry());
    const verdict = judgeRun(evidence);
    expect(verdict.evidence.samples.map(({ node, path: place }) => [node, place])).toEqual([
      ['n1', 'samples/n1.json'],
    ]);
    const folder = await ReportFolder.open(run);
    // Of a node that once had some.
    mkdirSync(join(folder.path, 'samples'), { recursive: true });
    writeFileSync(join(folder.path, 'samples/n2.json'), '{}');
    await writeVerdict(folder, verdict, evidence);
    expect(readdirSync(join(folder.path, 'samples'))).toEqual(['n1.json']);
    const text = readFileSync(join(folder.path, 'samples/n1.json'), 'utf8');
    expect(sha256(text)).toBe(verdict.evidence.samples[0]?.sha256);
    expect(
      (JSON.parse(text) as { samples: { metric: string }[] }).samples.map(({ metric }) => metric),
    ).toEqual(['sha256.bulkThroughput', 'sha256.wrongDigests']);
    expect(existsSync(join(path, 'samples'))).toBe(false);
  });

  it('names what it says of each alone when it is on many nodes, and is whole again when it is read', async () => {
    const path = join(temporaryDirectory(), 'run');
    await writeScaleRun(path, 'c', mostNodesInOne + 1);
    const run = await RunDirectory.open(path);
    const evidence = await RunEvidence.read(run, await loadRegistry());
    const verdict = judgeRun(evidence);
    const folder = await ReportFolder.open(run);
    await writeVerdict(folder, verdict, evidence);
    expect(await readVerdict(folder, run, 'cpu-cluster')).toEqual(verdict);

    const at = (name: string): string => join(folder.path, 'verdicts', name);
    const text = readFileSync(at('cpu-cluster.json'), 'utf8');
    const head = validateHead(JSON.parse(text));
    expect(head.sheets?.map(({ node }) => node)).toEqual(verdict.nodes.map(({ id }) => id));
    expect(head.cells.map(({ requirement }) => requirement)).toContain('pair-exact');
    expect(head.cells.map(({ requirement }) => requirement)).not.toContain('matmul-exact');
    expect(() => validateVerdict(head)).toThrow('sheets: expected a verdict with them');
    const { node, sha256: digest } = head.sheets?.[1] ?? { node: '', sha256: '' };
    const sheet = readFileSync(at(`cpu-cluster/${node}.json`), 'utf8');
    expect(sha256(sheet)).toBe(digest);
    expect(validateSheet(JSON.parse(sheet)).cells).toEqual(
      verdict.cells.filter(
        ({ id, subject }) => nodeOf(subject) === node && !head.cells.some((each) => each.id === id),
      ),
    );

    const refusedWith = async (expected: object): Promise<void> => {
      await expect(readVerdict(folder, run, 'cpu-cluster')).rejects.toMatchObject({
        code: 'EVIDENCE_DAMAGED',
        ...expected,
      });
    };
    // Changed, gone, that of another node, and one that nobody named.
    const place = `verdicts/cpu-cluster/${node}.json`;
    writeFileSync(at(`cpu-cluster/${node}.json`), sheet.replace('"verdict":"pass"', '"verdict":"fail"'));
    await refusedWith({ file: place, expected: `sha256 ${digest}` });
    rmSync(at(`cpu-cluster/${node}.json`));
    await refusedWith({ file: place, found: 'no file' });
    const other = JSON.stringify({ ...validateSheet(JSON.parse(sheet)), node: 'n0001' });
    writeFileSync(at(`cpu-cluster/${node}.json`), other);
    writeFileSync(at('cpu-cluster.json'), text.replace(digest, sha256(other)));
    await refusedWith({ file: place, found: 'none' });
    const mixed = JSON.stringify({
      ...validateSheet(JSON.parse(sheet)),
      cells: verdict.cells.filter(({ id }) => id.startsWith('n0001:')).slice(0, 1),
    });
    writeFileSync(at(`cpu-cluster/${node}.json`), mixed);
    writeFileSync(at('cpu-cluster.json'), text.replace(digest, sha256(mixed)));
    await refusedWith({ file: place, found: 'none' });
    writeFileSync(at(`cpu-cluster/${node}.json`), sheet);
    writeFileSync(
      at('cpu-cluster.json'),
      JSON.stringify({ ...head, sheets: head.sheets?.filter((each) => each.node !== node) }),
    );
    await refusedWith({ file: place, found: 'none' });
    // Nodes that are left out, other words about the run, a block without its nodes.
    for (const [changes, expected] of [
      [{ nodes: head.nodes.slice(1) }, { expected: 'the nodes of the inventory, with n0001' }],
      [{ nodes: head.nodes.toReversed() }, { expected: 'the nodes of the inventory, with n0001' }],
      [{ run: { ...head.run, purpose: 'survey' } }, { expected: 'what the run says of itself' }],
      [{ block: undefined }, { expected: 'how the nodes of a block stand, when there are several' }],
    ] as const) {
      writeFileSync(at('cpu-cluster.json'), JSON.stringify({ ...head, ...changes }));
      await refusedWith({ file: 'verdicts/cpu-cluster.json', ...expected });
    }
  });
});

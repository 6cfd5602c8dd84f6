import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readQuantity } from '../../workloads/kit/read-quantity.ts';
import type { Result } from '../../workloads/kit/result.ts';
import { err, ok } from '../../workloads/kit/result.ts';
import type { ParsedStep, Reading } from '../../workloads/kit/tool.ts';
import { quantity } from '../../workloads/kit/unit.ts';
import type { RegisteredWorkload } from '../../workloads/registry.ts';
import type { Case } from '../support/case.ts';
import { fillFacts, loadCases } from '../support/case.ts';
import { checkCase, checkCoverage, checkDamage, checkRandomDamage } from '../support/parser-contract.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const metrics = {
  throughput: { unit: 'B/s', better: 'higher', domain: 'positive', title: 'Copies' },
  wrongBytes: { unit: 'count', better: 'lower', domain: 'count', title: 'Wrong bytes', correctness: true },
} as const;
type CopyTool = RegisteredWorkload['tools'][number];

const rate = (value: number): Result<ParsedStep> => {
  const reading = {
    metric: 'throughput',
    value: quantity('B/s', value),
    dimensions: { blockBytes: 512 },
    at: [{ command: 'run', output: 'stdout', line: 2 }],
  } satisfies Reading;
  return ok({ toolVersion: '1.2', readings: [{ ...reading, windowSeconds: 1 }] });
};

/** The output of a tool that says two lines, read as it must be. */
const strict: CopyTool['parse'] = ({ run }) => {
  const text =
    run?.exitCode === 0 ? /^copy 1\.2\nrate: (\d+\.\d\d) B\/s\n$/.exec(run.stdout)?.[1] : undefined;
  const value = text === undefined ? err('no rate') : readQuantity('B/s', text);
  return value.ok ? rate(value.value) : value;
};

const honest: CopyTool = {
  id: 'copy',
  rank: 10,
  origin: 'native',
  requires: { programs: ['copy'], packages: ['copy'] },
  needs: () => ok(undefined),
  plan: (params) => [
    { id: 'run', file: 'copy', args: ['--seconds', `${Number(params['seconds'])}`], timeoutMs: 2000 },
  ],
  parse: strict,
};

const workloadOf = (changes: Partial<CopyTool> = {}): RegisteredWorkload => ({
  thresholds: [],
  suites: [],
  workload: {
    id: 'copy',
    title: 'Copies',
    scope: 'node',
    load: 'light',
    params: z.strictObject({ seconds: z.number() }),
    metrics,
  },
  tools: [{ ...honest, ...changes }],
});

const reading = {
  metric: 'throughput',
  value: 1234.56,
  dimensions: { blockBytes: 512 },
  at: [{ command: 'run', output: 'stdout', line: 2 }],
};
const good: Case = {
  name: 'copy-1.2',
  tool: 'copy',
  version: '1.2',
  origin: 'recorded',
  source: { date: '2026-11-23', machine: 'constructed' },
  params: { seconds: 1 },
  facts: fillFacts({}),
  commands: {
    run: {
      argv: ['copy', '--seconds', '1'],
      env: {},
      artifacts: [],
      ended: { exitCode: 0, durationMs: 1000 },
    },
  },
  outputs: {
    run: {
      stdout: 'copy 1.2\nrate: 1234.56 B/s\n',
      stderr: '',
      exitCode: 0,
      durationMs: 1000,
      artifacts: {},
    },
  },
  launches: [],
  expected: { toolVersion: '1.2', readings: [reading] },
};
const bad: Case = {
  ...good,
  name: 'copy-1.2-failed',
  outputs: { run: { ...good.outputs['run']!, stdout: '', stderr: 'copy: no memory\n', exitCode: 1 } },
  expected: { error: 'no rate' },
};

/** What the contract says of a tool with its two cases. */
const violationsOf = (registered: RegisteredWorkload): string[] => [
  ...checkCoverage(registered, [good, bad]),
  ...[good, bad].flatMap((each) => checkCase(registered, each)),
  ...[good, bad].flatMap((each) => checkDamage(registered, each)),
];

/** A parser that reads with a careless pattern. */
const careless =
  (pattern: RegExp, read: (text: string) => number = Number): CopyTool['parse'] =>
  ({ run }) => {
    const text = run?.exitCode === 0 ? pattern.exec(run.stdout)?.[1] : undefined;
    return text === undefined ? err('no rate') : rate(read(text));
  };

describe('the parser contract', () => {
  it('has nothing to say of an honest tool with a good and a bad case', () => {
    expect(violationsOf(workloadOf())).toEqual([]);
    checkRandomDamage(workloadOf(), good);
  });

  it('asks a tool that only reads logs for no commands', () => {
    const { plan: _, ...onlyReads } = honest;
    expect(checkCase({ ...workloadOf(), tools: [onlyReads] }, { ...good, commands: {} })).toEqual([]);
  });

  it.each<[string, CopyTool['parse'], RegExp]>([
    ['ignores its input', () => rate(1e9), /^copy-1\.2: readings: expected/],
    ['knows what is expected', () => rate(1234.56), /^copy-1\.2: no output: expected an error, got/],
    ['takes the first of two', careless(/rate: (\d+\.\d\d) B\/s\n/), /: other numbers before at line 2: /],
    ['takes the last of two', careless(/[^]*rate: (\d+\.\d\d) B\/s\n/), /: doubled with other numbers: /],
    ['takes a number that is cut off', careless(/^copy 1\.2\nrate: ([\d.]+)/), /: cut after \d+ characters/],
    [
      'stops at a decimal comma',
      careless(/^copy.*\nrate: (\S+)/, Number.parseFloat),
      /: 1234\.56 as 1234,56 /,
    ],
    ['takes 1 for nan', careless(/^copy.*\nrate: (\S+)/, (text) => Number(text) || 1), /: 1234\.56 as nan /],
    ['throws on nan', careless(/^copy.*\nrate: (\S+)/), / 1234\.56 as nan at line 2: throws RangeError/],
    [
      'drops what it cannot read',
      (outputs) =>
        outputs['run']?.exitCode === 0 && !strict(outputs, {}).ok
          ? ok({ readings: [] })
          : strict(outputs, {}),
      /^copy-1\.2: run stdout: emptied: /,
    ],
  ])('sees a parser that %s', (_, parse, violation) => {
    const violations = violationsOf(workloadOf({ parse }));
    expect(violations.filter((each) => violation.test(each))).not.toEqual([]);
  });

  it.each<[string, readonly Case[], string]>([
    ['a tool without a bad case', [good], 'copy: expected a bad case, got none'],
    ['a tool without a good case', [bad], 'copy: expected a good case, got none'],
    ['a folder of no tool', [good, bad, { ...bad, tool: 'dd' }], 'copy-1.2-failed: copy has no tool `dd`'],
    [
      'a folder of another name',
      [good, { ...bad, name: 'dd-1' }],
      'dd-1: expected a name that begins with copy-1.2',
    ],
  ])('sees %s', (_, cases, violation) => {
    expect(checkCoverage(workloadOf(), cases)).toEqual([violation]);
  });

  it.each<[string, Partial<Case>, RegExp]>([
    [
      'a command that is not planned',
      { commands: { ...good.commands, more: good.commands['run']! } },
      /^copy-1\.2: plan: expected/,
    ],
    ['other parameters', { params: { seconds: 2 } }, /^copy-1\.2: plan: expected/],
    [
      'a command that took longer than it may',
      { commands: { run: { ...good.commands['run']!, ended: { exitCode: 0, durationMs: 2000 } } } },
      /^copy-1\.2: run: took 2000 ms, of which it may take 2000$/,
    ],
    [
      'another expectation',
      { expected: { toolVersion: '1.2', readings: [{ ...reading, value: 1234 }] } },
      /^copy-1\.2: readings: expected/,
    ],
    [
      'a metric that is none',
      { expected: { toolVersion: '1.2', readings: [{ ...reading, metric: 'speed' }] } },
      /^copy-1\.2: speed: 1234\.56 is none of its values$/,
    ],
    [
      'a place that is none',
      {
        expected: {
          toolVersion: '1.2',
          readings: [{ ...reading, at: [{ command: 'run', output: 'stdout', line: 3 }] }],
        },
      },
      /^copy-1\.2: throughput: nothing stands at/,
    ],
    [
      'a device that the node does not have',
      { expected: { toolVersion: '1.2', readings: [{ ...reading, device: 'S1' }] } },
      /^copy-1\.2: throughput: the facts name no device S1$/,
    ],
  ])('sees %s', (_, changes, violation) => {
    const violations = checkCase(workloadOf(), { ...good, ...changes });
    expect(violations.filter((each) => violation.test(each))).not.toEqual([]);
  });

  it('sees a good case that the tool refuses', () => {
    const violations = violationsOf(workloadOf({ needs: () => err('no') }));
    expect(violations).toEqual(['copy-1.2: a good case that the tool refuses: no']);
  });
});

describe('fixtures', () => {
  const { name: _, facts: _facts, outputs: _outputs, ...file } = good;
  const fixture = (files: Readonly<Record<string, string>>) => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'copy-1.2'));
    for (const [path, text] of Object.entries(files)) writeFileSync(join(directory, 'copy-1.2', path), text);
    return loadCases(directory);
  };
  const written = { ...file, facts: { 'limits.allowedCpus': 2, headers: { 'a.h': '/a.h' } } };

  it('are loaded with their outputs and facts', () => {
    const { cases, violations } = fixture({
      'case.json': JSON.stringify(written),
      'run.stdout': 'copy 1.2\n',
    });
    expect(violations).toEqual([]);
    expect(cases[0]?.outputs['run']).toMatchObject({ stdout: 'copy 1.2\n', stderr: '', exitCode: 0 });
    expect(cases[0]?.facts).toMatchObject({
      limits: { allowedCpus: { value: 2 } },
      headers: { 'a.h': '/a.h' },
    });
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['without a case.json', { 'run.stdout': 'copy 1.2\n' }],
    ['with a text of no command', { 'case.json': JSON.stringify(written), 'speed.stdout': '1' }],
    ['with an unknown key', { 'case.json': JSON.stringify({ ...written, extra: 1 }) }],
    ['with an unknown fact', { 'case.json': JSON.stringify({ ...written, facts: { 'cpu.colour': 1 } }) }],
    ['without its source', { 'case.json': JSON.stringify({ ...written, source: undefined }) }],
    ['that is rebuilt from nowhere', { 'case.json': JSON.stringify({ ...written, origin: 'rebuilt' }) }],
    ['that is no JSON', { 'case.json': '{' }],
  ])('are refused %s', (_what, files) => {
    const { cases, violations } = fixture(files);
    expect(cases).toEqual([]);
    expect(violations).toHaveLength(1);
  });
});

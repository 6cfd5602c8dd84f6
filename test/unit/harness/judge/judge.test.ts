import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from '../../../../harness/judge/judge.ts';
import type { Cell } from '../../../../reports/verdict/cell.ts';
import { contradictions } from '../../../../reports/verdict/contradictions.ts';
import { Verdict } from '../../../../reports/verdict/verdict.ts';
import { known, unknown } from '../../../../workloads/kit/facts/fact.ts';
import type { Limit } from '../../../../workloads/kit/limit.ts';
import type { FactRule } from '../../../../workloads/kit/requirement.ts';
import { nameOf } from '../../../../workloads/kit/subject.ts';
import { h100, nvmeDrive } from '../../../support/constructed/facts.ts';
import type { ConstructedNode, ConstructedRun, ConstructedStep } from '../../../support/constructed-run.ts';
import {
  constructedMetrics,
  constructLimit,
  constructProfile,
  constructRequirement,
  constructRun,
  declareMetrics,
} from '../../../support/constructed-run.ts';
import type { Told } from '../../../support/tell.ts';
import { tell } from '../../../support/tell.ts';

const GB = 1e9;
const floor = constructLimit({ id: 'copy.floor', metric: 'copy.speed', value: 10 * GB, unit: 'B/s' });
const exact = constructLimit({
  id: 'copy.exact',
  metric: 'copy.wrong',
  comparator: 'equal',
  value: 0,
  unit: 'count',
});

const speed = constructRequirement({
  id: 'speed',
  rule: { kind: 'metric', metric: 'copy.speed' },
  sampling: 'screening',
});
const right = constructRequirement({
  id: 'right',
  rule: { kind: 'metric', metric: 'copy.wrong' },
});

type Samples = NonNullable<ConstructedStep['samples']>;
/** Three repetitions of one step that copies at these speeds, each with its check of results. */
const copies = (
  speeds: readonly number[],
  change: (step: ConstructedStep, index: number) => ConstructedStep = (step) => step,
) =>
  speeds.map((value, index) =>
    change(
      {
        entry: 'copy',
        workload: 'copy',
        repetition: index + 1,
        samples: [
          { metric: 'copy.speed', value },
          { metric: 'copy.wrong', value: 0 },
        ],
      },
      index,
    ),
  );
const withSpeed =
  (changes: Partial<Samples[number]>) =>
  (step: ConstructedStep): ConstructedStep => ({
    ...step,
    samples: (step.samples ?? []).map((sample) =>
      sample.metric === 'copy.speed' ? { ...sample, ...changes } : sample,
    ),
  });
const withWrong =
  (changes: Partial<Samples[number]>) =>
  (step: ConstructedStep): ConstructedStep => ({
    ...step,
    samples: (step.samples ?? []).map((sample) =>
      sample.metric === 'copy.wrong' ? { ...sample, ...changes } : sample,
    ),
  });

const run = (node: Partial<ConstructedNode>, changes: Partial<ConstructedRun> = {}) =>
  judge(
    constructRun({
      profile: constructProfile([speed, right]),
      limits: [floor, exact],
      nodes: [{ id: 'node', facts: {}, ...node }],
      ...changes,
    }),
  );
const cell = (verdict: Verdict, requirement: string, subject = 'node'): Told<Cell> => {
  const found = verdict.cells.find(({ id }) => id === `${subject}:${requirement}`);
  if (found === undefined)
    throw new Error(
      `no cell ${subject}:${requirement} among ${verdict.cells.map(({ id }) => id).join(', ')}`,
    );
  return tell(found);
};

/** Nothing answers for the accelerator. */
const silent = known({ kind: 'no-driver', said: 'said' } as const);

describe('a node to which a tenant came', () => {
  const judged = (speeds: readonly number[], steps = copies(speeds)) => {
    const material = constructRun({
      profile: constructProfile([speed, right]),
      limits: [floor, exact],
      nodes: [{ id: 'node', facts: {}, steps }],
    });
    return judge({ ...material, nodes: material.nodes.map((node) => ({ ...node, tenant: 'a job began' })) });
  };
  it.each([
    ['would pass', [11 * GB, 12 * GB, 11 * GB]],
    ['would fail', [1 * GB, 2 * GB, 1 * GB]],
  ])('neither passes nor fails by what was measured on it: it %s', (_, speeds) => {
    const verdict = judged(speeds);
    for (const requirement of ['speed', 'right'])
      expect(cell(verdict, requirement)).toMatchObject({
        verdict: 'missing',
        missing: 'no-access',
        reason: 'cancelled: a tenant came: a job began',
      });
    expect(verdict.exitCode).toBe(2);
    expect(contradictions(verdict)).toEqual([]);
  });
  it('does so whatever its results were', () => {
    const wrong = copies([11 * GB, 12 * GB, 11 * GB], withWrong({ value: 3 }));
    expect(cell(judged([], wrong), 'right').verdict).toBe('missing');
  });
});

describe('a cell with usable samples', () => {
  it('passes when the median holds, and shows number, limit and steps', () => {
    const verdict = run({ steps: copies([11 * GB, 12 * GB, 9.9 * GB]) });
    expect(verdict.exitCode).toBe(0);
    expect(verdict.conclusion).toBe('pass');
    expect(cell(verdict, 'speed')).toMatchObject({
      verdict: 'pass',
      reason: 'expected at least 10 GB/s, found 9.9 GB/s to 12 GB/s: median of 3 runs holds',
      observed: {
        n: 3,
        median: 11 * GB,
        min: 9.9 * GB,
        max: 12 * GB,
        unit: 'B/s',
        steps: ['r1-copy', 'r2-copy', 'r3-copy'],
      },
      limit: { id: 'copy.floor', expected: { value: 10 * GB, unit: 'B/s' } },
    });
  });
  it('fails far below the limit: exit 1', () => {
    const verdict = run({ steps: copies([5 * GB, 6 * GB, 5 * GB]) });
    expect(cell(verdict, 'speed').verdict).toBe('fail');
    expect(verdict.exitCode).toBe(1);
  });
  it('is inconclusive just below the limit: exit 2, and that is no pass', () => {
    const verdict = run({ steps: copies([9.5 * GB, 9.5 * GB, 9.5 * GB]) });
    expect(cell(verdict, 'speed').verdict).toBe('inconclusive');
    expect(verdict.exitCode).toBe(2);
  });
});

describe('a counter that a machine keeps', () => {
  const metrics = declareMetrics([
    ['copy.errors', { unit: 'count', better: 'lower', domain: 'count', title: 'Errors', state: true }],
  ]);
  const kept = constructRequirement({ id: 'kept', rule: { kind: 'metric', metric: 'copy.errors' } });
  const none = { metric: 'copy.errors', comparator: 'atMost', value: 0, unit: 'count' } as const;
  const growth = constructLimit({ ...none, id: 'copy.growth', statistic: 'growth' });
  const looks = (limit: Limit, ...values: readonly number[]) =>
    cell(
      run(
        {
          steps: copies(values).map((step, index) => ({
            ...step,
            samples: [{ metric: 'copy.errors', value: values[index] ?? 0 }],
          })),
        },
        { metrics, profile: constructProfile([kept]), limits: [limit] },
      ),
      'kept',
    );

  it('needs no check beside it: it is no speed', () => {
    expect(looks(constructLimit({ ...none, id: 'copy.none' }), 0, 0).verdict).toBe('pass');
    expect(looks(constructLimit({ ...none, id: 'copy.none' }), 7, 7).verdict).toBe('fail');
  });

  it('is judged by what it grew by in the run, where its limit says so', () => {
    expect(looks(growth, 7, 7, 7)).toMatchObject({ verdict: 'pass', observed: { n: 3, min: 0, max: 0 } });
    expect(looks(growth, 7, 7, 9)).toMatchObject({ verdict: 'fail', observed: { max: 2 } });
    expect(looks(growth, 7, 9, 9).verdict).toBe('fail');
  });

  it('has been looked at once where two readings of it stand in one step', () => {
    const [only] = copies([7]);
    const twice = [7, 7].map((value) => ({ metric: 'copy.errors', value }));
    const material = { metrics, profile: constructProfile([kept]), limits: [growth] };
    const verdict = run({ steps: [{ ...only!, samples: twice }] }, material);
    expect(cell(verdict, 'kept')).toMatchObject({ verdict: 'missing', missing: 'not-run' });
  });

  it('shows no growth in one look, and none when it went back', () => {
    expect(looks(growth, 7)).toMatchObject({ verdict: 'missing', missing: 'not-run' });
    expect(looks(growth, 7, 0, 0)).toMatchObject({ verdict: 'invalid' });
  });
});

describe('no measurement is never a pass', () => {
  it('without a plan', () => {
    const verdict = run({ steps: copies([11 * GB]) }, { planned: false });
    expect(cell(verdict, 'speed')).toMatchObject({
      verdict: 'invalid',
      reason: 'step r1-copy is not in the plan of this node',
    });
    expect(verdict.exitCode).toBe(2);
  });
  it('without steps: missing, not run', () => {
    const verdict = run({ steps: [] });
    expect(cell(verdict, 'speed')).toMatchObject({ verdict: 'missing', missing: 'not-run' });
    expect(cell(verdict, 'right')).toMatchObject({ verdict: 'missing', missing: 'not-run' });
    expect(verdict.exitCode).toBe(2);
  });
  it('without a tool: missing, with the reason of the plan quoted', () => {
    const verdict = run({
      unplanned: [
        { entry: 'copy', workload: 'copy', reason: { say: 'quoted', text: '`copier` is not installed' } },
      ],
    });
    expect(cell(verdict, 'speed')).toMatchObject({
      missing: 'no-tool',
      reason: 'copy: `copier` is not installed',
    });
    expect(verdict.defects).toHaveLength(1);
    expect(verdict.defects[0]?.cells).toEqual(['node:speed', 'node:right']);
  });
  it('without a tool for one entry of several: missing, with the reason of that one', () => {
    const [copied] = copies([11 * GB]);
    const verdict = run({
      steps: [{ ...copied!, samples: [{ metric: 'copy.speed', value: 11 * GB }] }],
      unplanned: [{ entry: 'check', workload: 'copy', reason: { say: 'quoted', text: 'no driver' } }],
    });
    expect(cell(verdict, 'speed').verdict).toBe('invalid');
    expect(cell(verdict, 'right')).toMatchObject({ missing: 'no-tool', reason: 'check: no driver' });
  });
  it('without a tool for the entry that gives it: missing, whatever became of the others', () => {
    const metrics = new Map(
      [...constructedMetrics].map(([name, metric]) => [
        name,
        {
          ...metric,
          comesFrom: ({ check }: Readonly<Record<string, unknown>>) =>
            (check === true) === (name === 'copy.wrong'),
        },
      ]),
    );
    const [copied] = copies([11 * GB]);
    const verdict = run(
      {
        steps: [{ ...copied!, execution: 'error', reason: 'exit code 1', samples: [] }],
        unplanned: [
          {
            entry: 'check',
            workload: 'copy',

            reason: { say: 'quoted', text: 'no driver' },
          },
        ],
      },
      { metrics },
    );
    expect(cell(verdict, 'speed')).toMatchObject({ missing: 'not-run' });
    expect(cell(verdict, 'right')).toMatchObject({ missing: 'no-tool', reason: 'check: no driver' });
  });
  it('without a limit: missing, and told apart from not run', () => {
    const open = constructRequirement({
      ...speed,
      id: 'open',
      rule: { kind: 'metric', metric: 'copy.speed', statedBy: 'contract' },
    });
    const verdict = run({ steps: copies([11 * GB]) }, { profile: constructProfile([open, right]) });
    expect(cell(verdict, 'open')).toMatchObject({ verdict: 'missing', missing: 'no-limit' });
    expect(verdict.exitCode).toBe(2);
  });
  it('with a limit for another model only', () => {
    const other: Limit = { ...floor, hardware: { class: 'drive', models: ['OTHER'] } };
    expect(cell(run({ steps: copies([11 * GB]) }, { limits: [other, exact] }), 'speed')).toMatchObject({
      missing: 'no-limit',
    });
  });
  it.each([
    [
      'far below what is healthy',
      { ...floor, decides: false },
      11,
      'the published floor of `copy.speed` does not tell healthy from broken',
    ],
    [
      'far below what is healthy, which a broken part misses',
      { ...floor, decides: false },
      1,
      'the published floor of `copy.speed` does not tell healthy from broken',
    ],
    [
      'that is the most a part can do',
      { ...floor, comparator: 'atMost', value: 20 * GB, ceiling: 20 * GB, decides: false },
      11,
      'nobody publishes a floor for `copy.speed` here, only the most that the part can do',
    ],
  ] as const)('with a limit %s: it is shown, and a contract needed', (_, shownOnly, speedGB, why) => {
    const found = cell(run({ steps: copies([speedGB * GB]) }, { limits: [shownOnly, exact] }), 'speed');
    expect(found).toMatchObject({
      verdict: 'missing',
      missing: 'no-limit',
      reason: `${why}: a contract has to state one`,
      limit: { id: floor.id },
      observed: { unit: 'B/s' },
    });
  });
  it('is no speed above what a limit that does not decide calls possible', () => {
    const most: Limit = {
      ...floor,
      comparator: 'atMost',
      value: 20 * GB,
      ceiling: 20 * GB,
      decides: false,
    };
    expect(cell(run({ steps: copies([21 * GB]) }, { limits: [most, exact] }), 'speed')).toMatchObject({
      verdict: 'invalid',
      reason: expect.stringContaining('20 GB/s') as string,
    });
  });
  it('takes a limit that decides for every machine before one of the class that does not', () => {
    const shown: Limit = { ...floor, id: 'shown', hardware: { class: 'rack' }, decides: false };
    const found = cell(run({ steps: copies([11 * GB]) }, { limits: [shown, floor, exact] }), 'speed');
    expect(found).toMatchObject({ verdict: 'pass', limit: { id: floor.id } });
  });
  it('with a limit for one model, though the class is right: a model is never taken for another', () => {
    const other: Limit = { ...floor, hardware: { class: 'any', models: ['OTHER'] } };
    expect(cell(run({ steps: copies([11 * GB]) }, { limits: [other, exact] }), 'speed').missing).toBe(
      'no-limit',
    );
  });
  it('for what the plan promised and the facts no longer show', () => {
    const perDrive = { ...speed, scope: 'drive' as const };
    const material = constructRun({
      profile: constructProfile([perDrive]),
      limits: [floor],
      nodes: [{ id: 'node', facts: {} }],
    });
    const nodes = constructRun({
      profile: material.profile,
      nodes: [{ id: 'node', facts: { drives: known([]) } }],
    }).nodes;
    const verdict = judge({ ...material, nodes });
    expect(verdict.cells.map(({ id, missing }) => [id, missing])).toEqual([
      ['node:speed', 'no-subject'],
      ['node/S64HNE0R123456:speed', 'no-subject'],
    ]);
  });
  it('on an accelerator without a driver', () => {
    const perGpu = { ...speed, scope: 'accelerator' as const };
    const facts = { accelerators: known([h100(0, { usable: unknown('said'), fault: silent })]) };
    expect(run({ facts }, { profile: constructProfile([perGpu]) }).cells).toMatchObject([
      { verdict: 'missing', missing: 'no-driver' },
    ]);
  });
  it('with nothing but advisory requirements', () => {
    const verdict = run(
      { steps: copies([11 * GB]) },
      { profile: constructProfile([{ ...right, level: 'advisory' }]) },
    );
    expect(verdict.counts.advisory.pass).toBe(1);
    expect(verdict.exitCode).toBe(2);
  });
  it('with a requirement that Assay does not cover', () => {
    const soak = constructRequirement({ id: 'soak', rule: { kind: 'not-covered', subjectMatter: 'soak' } });
    const verdict = run({ steps: copies([11 * GB]) }, { profile: constructProfile([speed, right, soak]) });
    expect(cell(verdict, 'soak')).toMatchObject({ verdict: 'missing', missing: 'not-covered' });
    expect(verdict.exitCode).toBe(2);
    expect(tell(verdict.notShown)).toEqual([
      { what: 'Title of soak', reason: 'Assay cannot measure this yet: soak' },
    ]);
    expect(verdict.defects).toEqual([]);
  });
  it('with a size that the tool silently left out', () => {
    const at8k: Limit = { ...floor, where: { bytes: 8192 } };
    const verdict = run(
      { steps: copies([11 * GB], withSpeed({ dimensions: { bytes: 4096 } })) },
      { limits: [at8k, exact] },
    );
    expect(cell(verdict, 'speed')).toMatchObject({
      missing: 'not-run',
      reason: 'no sample was taken with bytes=8192',
    });
  });
});

describe('an unusable sample makes its cell invalid, with the reason', () => {
  const cases: readonly [string, (step: ConstructedStep) => ConstructedStep, Limit, RegExp][] = [
    ['that the tool marked', withSpeed({ invalid: 'moved no bytes' }), floor, /^moved no bytes$/],
    ['of our own kernel', withSpeed({ origin: 'embedded' }), floor, /^indicative: /],
    ['in another unit', withSpeed({ unit: 'bit/s' }), floor, /^measured in bit\/s, the limit is in B\/s$/],
    [
      'on another transport',
      withSpeed({ dimensions: { transport: 'virtio' } }),
      { ...floor, proof: { transport: 'nvme' } },
      /^measured on virtio, not nvme/,
    ],
    [
      'without proof of the transport',
      (step) => step,
      { ...floor, proof: { transport: 'nvme' } },
      /^transport is not proven to be nvme$/,
    ],
    [
      'of another tool',
      (step) => step,
      { ...floor, tools: ['other'] },
      /^measured with tool; the limit is for other$/,
    ],
    ['whose step computed wrong results', withWrong({ value: 1 }), floor, /^its step computed wrong results/],
    [
      'whose step did not check its results',
      (step) => ({ ...step, samples: step.samples?.filter(({ metric }) => metric === 'copy.speed') ?? [] }),
      floor,
      /^nothing checked the results of step r1-copy$/,
    ],
    [
      'whose check cannot be used',
      withWrong({ invalid: 'checked another device' }),
      floor,
      /^the check of its results cannot be used: checked another device$/,
    ],
    [
      'of a step that was not planned',
      (step) => ({ ...step, planned: false }),
      floor,
      /^step r1-copy is not in the plan/,
    ],
  ];
  it.each(cases)('%s', (_, change, limit, reason) => {
    const verdict = run({ steps: copies([11 * GB], change) }, { limits: [limit, exact] });
    expect(cell(verdict, 'speed').verdict).toBe('invalid');
    expect(cell(verdict, 'speed').reason).toMatch(reason);
    expect(verdict.exitCode).not.toBe(0);
  });

  it('even when all other samples are fine, because survivors prove nothing', () => {
    const verdict = run({
      steps: copies([11 * GB, 11 * GB, 11 * GB], (step, index) =>
        index === 1 ? withSpeed({ invalid: 'cached' })(step) : step,
      ),
    });
    expect(cell(verdict, 'speed')).toMatchObject({ verdict: 'invalid', reason: '1 of 3 samples: cached' });
  });

  it('an agent that may not use the whole machine, or does not know', () => {
    const steps = copies([11 * GB]);
    expect(cell(run({ facts: { unrestricted: known(false) }, steps }), 'speed').verdict).toBe('invalid');
    expect(cell(run({ facts: { unrestricted: unknown('no cgroup') }, steps }), 'speed').verdict).toBe(
      'invalid',
    );
    expect(cell(run({ facts: { unrestricted: known(false) }, steps }), 'right').verdict).toBe('pass');
  });

  it('but a wrong result stays a fail of its correctness cell, whoever found it', () => {
    const verdict = run({ steps: copies([11 * GB], withWrong({ value: 3, origin: 'embedded' })) });
    expect(cell(verdict, 'right').verdict).toBe('fail');
    expect(cell(verdict, 'speed').verdict).toBe('invalid');
    expect(verdict.exitCode).toBe(1);
    expect(verdict.defects).toHaveLength(1);
    expect(verdict.defects[0]).toMatchObject({ verdict: 'fail', cells: ['node:speed', 'node:right'] });
  });

  it('unless another step of the same tool checked the same subject, as for a drive that is timed unverified', () => {
    const timed = copies([11 * GB], (step) => ({
      ...step,
      samples: [{ metric: 'copy.speed', value: 11 * GB }],
    }));
    const check = (changes: Partial<Samples[number]>, tool = 'tool'): ConstructedStep => ({
      entry: 'verify',
      workload: 'copy',
      tool,
      samples: [{ metric: 'copy.wrong', value: 0, ...changes }],
    });
    expect(cell(run({ steps: [...timed, check({})] }), 'speed').verdict).toBe('pass');
    expect(cell(run({ steps: [...timed, check({ value: 2 })] }), 'speed')).toMatchObject({
      verdict: 'invalid',
      reason: 'step r1-verify computed wrong results (Wrong copies: 2)',
    });
    const failed: ConstructedStep = { ...check({ value: 2 }), repetition: 2, execution: 'error' };
    expect(cell(run({ steps: [...timed, check({}), failed] }), 'speed').verdict).toBe('invalid');
    expect(cell(run({ steps: [...timed, check({ device: 'S64HNE0R123456' })] }), 'speed').verdict).toBe(
      'invalid',
    );
    expect(cell(run({ steps: [...timed, check({}, 'other')] }), 'speed').verdict).toBe('invalid');
    expect(cell(run({ steps: [...timed, { ...check({}), execution: 'error' }] }), 'speed').verdict).toBe(
      'invalid',
    );
  });

  it('and a wrong result is no less wrong on another transport or with another tool', () => {
    const strict: Limit = { ...exact, proof: { transport: 'nvme' }, tools: ['other'] };
    const verdict = (value: number) =>
      run({ steps: copies([11 * GB], withWrong({ value })) }, { limits: [floor, strict] });
    expect(cell(verdict(0), 'right')).toMatchObject({
      verdict: 'invalid',
      reason: 'transport is not proven to be nvme',
    });
    expect(cell(verdict(1), 'right').verdict).toBe('fail');
  });

  it('and who found it says who acts and how, of several the gravest', () => {
    const wrong = (dimensions: Record<string, string>) => ({ metric: 'copy.wrong', value: 1, dimensions });
    const acted = (...found: Record<string, string>[]) =>
      cell(run({ steps: copies([11 * GB], (step) => ({ ...step, samples: found.map(wrong) })) }), 'right');
    expect(acted({ error: 'a', repair: 'reconfigure' })).toMatchObject({
      verdict: 'fail',
      owner: 'configuration',
      action: expect.stringMatching(/^Set up what the named test asks for/) as string,
    });
    expect(acted({ error: 'a', repair: 'reconfigure' }, { error: 'b', repair: 'replace' })).toMatchObject({
      owner: 'hardware',
      reason: expect.stringContaining('(b)') as string,
      action: expect.stringMatching(/replace it if it fails again/) as string,
    });
    expect(acted({ error: 'a', repair: 'burn it' })).toMatchObject({ action: 'Repair right.' });
  });

  it('and our own kernel cannot show that results are right', () => {
    const verdict = run({ steps: copies([11 * GB], withWrong({ origin: 'embedded' })) });
    expect(cell(verdict, 'right')).toMatchObject({ verdict: 'invalid' });
  });
});

describe('fewer repetitions than planned', () => {
  const oneBad = (bad: Partial<ConstructedStep>) =>
    copies([11 * GB, 11 * GB, 11 * GB], (step, index) =>
      index === 2 ? { ...step, samples: [], ...bad } : step,
    );

  it.each([
    ['timed out', { execution: 'timeout', reason: '60 s are over' }, 'timeout: 60 s are over (r3-copy)'],
    ['left nothing', { execution: 'none' }, 'skipped: it left no evidence (r3-copy)'],
    ['was lost in a reboot', { execution: 'lost' }, 'lost (r3-copy)'],
    [
      'could not be read',
      { unreadable: 'expected a number, got `nan`' },
      'completed: output could not be read: expected a number, got `nan` (r3-copy)',
    ],
    ['printed nothing about it', {}, 'completed without this reading (r3-copy)'],
  ] as const)('because one %s: invalid, with the repetition named', (_, bad, reason) => {
    const verdict = run({ steps: oneBad(bad) });
    expect(cell(verdict, 'speed')).toMatchObject({
      verdict: 'invalid',
      reason: `2 of 3 planned repetitions: ${reason}`,
    });
    expect(verdict.exitCode).toBe(2);
  });

  it('does not hide a fail that the others measured', () => {
    const steps = oneBad({ execution: 'timeout' }).map((step) => withSpeed({ value: GB })(step));
    expect(cell(run({ steps }), 'speed').verdict).toBe('fail');
  });

  it('does not take the numbers of a step that ended badly', () => {
    const steps = copies([11 * GB, 11 * GB, GB], (step, index) =>
      index === 2 ? { ...step, execution: 'error', reason: 'exit 3' } : step,
    );
    expect(cell(run({ steps }), 'speed')).toMatchObject({
      verdict: 'invalid',
      reason: '1 of 3 samples: error: exit 3 (r3-copy)',
    });
  });

  it('all unreadable: invalid, never dropped', () => {
    const steps = copies([1], (step) => ({ ...step, samples: [], unreadable: 'empty output' }));
    const verdict = run({ steps });
    expect(cell(verdict, 'speed')).toMatchObject({
      verdict: 'invalid',
      reason: 'completed: output could not be read: empty output (r1-copy)',
    });
    expect(tell(verdict.attempts)).toMatchObject([
      { step: 'r1-copy', execution: 'completed', reason: 'output could not be read: empty output' },
    ]);
  });

  it('all timed out: missing, with what became of each', () => {
    const steps = copies([1, 1], (step) => ({ ...step, samples: [], execution: 'timeout' }));
    expect(cell(run({ steps }), 'speed')).toMatchObject({
      missing: 'not-run',
      reason: 'timeout (r1-copy, r2-copy)',
    });
  });
});

describe('facts', () => {
  const present = constructRequirement({
    id: 'present',
    gate: true,
    rule: { kind: 'fact', path: 'accelerators.length', atLeast: 1 },
  });
  const count = constructRequirement({
    id: 'count',
    rule: { kind: 'fact', path: 'accelerators.length', equalClaim: 'accelerators.length' },
  });
  const memory = constructRequirement({
    id: 'memory',
    scope: 'accelerator',
    rule: { kind: 'fact', path: 'memoryBytes', atLeast: 80e9 },
  });
  const usable = constructRequirement({
    id: 'usable',
    scope: 'accelerator',
    rule: { kind: 'fact', path: 'usable', equal: true },
  });
  const width = constructRequirement({
    id: 'width',
    scope: 'accelerator',
    rule: { kind: 'fact', path: 'link.width', atLeast: 8 },
  });
  const profile = constructProfile([present, count, memory, usable, width]);
  const gpu = (index: number) => `node/GPU-00000000-0000-4000-8000-00000000000${index}`;
  const dead = h100(1, { usable: unknown('said'), fault: silent, memoryBytes: unknown('said') });
  const said = 'power_readings/power_limit: ERR!';
  const sick = h100(1, {
    usable: known(false),
    fault: known({ kind: 'error', said }),
    memoryBytes: unknown(`nvidia-smi: ${said}`),
  });

  it('no accelerator on the bus is a fail; what needs one is missing and folds into it', () => {
    const verdict = run({ facts: {}, claims: { 'accelerators.length': 8 } }, { profile });
    expect(cell(verdict, 'present').verdict).toBe('fail');
    expect(cell(verdict, 'memory')).toMatchObject({ verdict: 'missing', missing: 'no-subject' });
    expect(verdict.defects).toHaveLength(1);
    expect(verdict.defects[0]).toMatchObject({
      id: 'node:no-accelerator',
      verdict: 'fail',
      subject: { kind: 'node', node: 'node' },
    });
    expect(tell(verdict.defects[0])?.symptom).toMatch(/^Title of present: /);
  });
  it('7 of 8 is a fail', () => {
    const facts = { accelerators: known([1, 2, 3, 4, 5, 6, 7].map((index) => h100(index))) };
    expect(cell(run({ facts, claims: { 'accelerators.length': 8 } }, { profile }), 'count').verdict).toBe(
      'fail',
    );
  });
  it('one that its driver names as faulty is a fail of the hardware, in its words; what it does not tell folds into that', () => {
    const facts = { accelerators: known([h100(0), sick]) };
    const verdict = run({ facts, claims: { 'accelerators.length': 2 } }, { profile });
    expect(cell(verdict, 'usable', gpu(1))).toMatchObject({ verdict: 'fail', owner: 'hardware' });
    expect(cell(verdict, 'memory', gpu(1))).toMatchObject({ verdict: 'missing', missing: 'unknown-fact' });
    expect(cell(verdict, 'width', gpu(1)).verdict).toBe('pass');
    expect(verdict.defects).toHaveLength(1);
    expect(verdict.defects[0]).toMatchObject({
      owner: 'hardware',
      verdict: 'fail',
      cells: [`${gpu(1)}:memory`, `${gpu(1)}:usable`],
    });
    expect(tell(verdict.defects[0])).toMatchObject({
      symptom: `Title of usable: H100-SXM5-80GB at 0000:1c:00.0 is on the bus but not usable: ${said} (decides 2 cells)`,
      action: expect.stringMatching(/^Reset the accelerator/) as string,
    });
  });
  it('on the bus without a driver is missing, whatever the rule, and one defect; what is known is still judged', () => {
    const verdict = run(
      { facts: { accelerators: known([h100(0), dead]) }, claims: { 'accelerators.length': 2 } },
      { profile },
    );
    expect(cell(verdict, 'usable', gpu(1))).toMatchObject({ verdict: 'missing', missing: 'no-driver' });
    expect(cell(verdict, 'memory', gpu(1))).toMatchObject({ verdict: 'missing', missing: 'no-driver' });
    expect(cell(verdict, 'width', gpu(1)).verdict).toBe('pass');
    expect(verdict.defects).toHaveLength(1);
    expect(verdict.defects[0]).toMatchObject({
      subject: { kind: 'device', node: 'node', device: 'GPU-00000000-0000-4000-8000-000000000001' },
      owner: 'configuration',
      cells: [`${gpu(1)}:memory`, `${gpu(1)}:usable`],
    });
    expect(verdict.exitCode).toBe(2);
  });
  it('no claim is missing, not a pass', () => {
    expect(cell(run({}, { profile }), 'count')).toMatchObject({ verdict: 'missing', missing: 'no-claim' });
  });
  it('an unknown fact is missing with its reason', () => {
    const verdict = run({ facts: { accelerators: unknown('/sys/bus/pci: denied') } }, { profile });
    expect(cell(verdict, 'present')).toMatchObject({
      missing: 'unknown-fact',
      reason: 'not known: /sys/bus/pci: denied',
    });
    expect(cell(verdict, 'memory')).toMatchObject({ missing: 'unknown-fact' });
  });
  const rules: readonly [string, Omit<FactRule, 'kind'>, Cell['verdict']][] = [
    ['equal of another type', { path: 'cpu.sockets', equal: '2' }, 'fail'],
    ['oneOf', { path: 'cpu.sockets', oneOf: [1, 2] }, 'pass'],
    ['noneOf', { path: 'cpu.sockets', noneOf: [1, 2] }, 'fail'],
    ['atMost', { path: 'occupancy.reasons.length', atMost: 0 }, 'pass'],
    ['atLeast of a text', { path: 'cpu.model', atLeast: 1 }, 'fail'],
    ['atLeastFact', { path: 'memory.totalBytes', atLeastFact: 'memory.availableBytes' }, 'pass'],
    [
      'atLeastFact the other way',
      { path: 'memory.availableBytes', atLeastFact: 'memory.totalBytes' },
      'fail',
    ],
    [
      'atLeastFact of an unknown fact',
      { path: 'cpu.sockets', atLeastFact: 'limits.cpuQuotaCores' },
      'missing',
    ],
    ['a path that nobody records', { path: 'cpu.nothing', equal: 1 }, 'missing'],
  ];
  it.each(rules)('%s', (_, rule, expected) => {
    const requirement = constructRequirement({ id: 'fact', rule: { kind: 'fact', ...rule } });
    expect(cell(run({}, { profile: constructProfile([requirement]) }), 'fact').verdict).toBe(expected);
  });
});

describe('subjects', () => {
  const drive = nvmeDrive({ name: 'nvme1n1', identity: 'S2', serial: known('S2') });
  const perDrive = { ...speed, scope: 'drive' as const };
  const onDrive = (device: string) =>
    copies([11 * GB], (step) => ({
      ...step,
      samples: (step.samples ?? []).map((sample) => ({ ...sample, device })),
    }));

  it('a drive that was not measured is missing, however good the other one is', () => {
    const verdict = run(
      { facts: { drives: known([nvmeDrive(), drive]) }, steps: onDrive('S64HNE0R123456') },
      { profile: constructProfile([perDrive]) },
    );
    expect(cell(verdict, 'speed', 'node/S64HNE0R123456').verdict).toBe('pass');
    expect(cell(verdict, 'speed', 'node/S2')).toMatchObject({
      missing: 'not-run',
      reason: 'only the drive behind the scratch directory (S64HNE0R123456) was measured',
    });
    expect(verdict.exitCode).toBe(2);
  });
  it('a sample of a device that is not there fills no cell', () => {
    const verdict = run({ steps: onDrive('GHOST') }, { profile: constructProfile([perDrive]) });
    expect(cell(verdict, 'speed', 'node/S64HNE0R123456').verdict).toBe('missing');
    expect(verdict.measurements.map(({ subject }) => nameOf(subject))).toContain('node/GHOST');
  });
  it('an accelerator is the same under its UUID and its PCI address', () => {
    const perGpu = { ...speed, scope: 'accelerator' as const };
    const verdict = run(
      { facts: { accelerators: known([h100(0)]) }, steps: onDrive('0000:1b:00.0') },
      { profile: constructProfile([perGpu]) },
    );
    expect(verdict.cells).toMatchObject([
      {
        subject: { kind: 'device', node: 'node', device: 'GPU-00000000-0000-4000-8000-000000000000' },
        verdict: 'pass',
      },
    ]);
  });
  it('two devices with one identity keep two cells', () => {
    const twin = nvmeDrive({ name: 'nvme1n1' });
    const verdict = run(
      { facts: { drives: known([nvmeDrive(), twin]) }, steps: onDrive('S64HNE0R123456') },
      { profile: constructProfile([perDrive]) },
    );
    expect(verdict.cells.map(({ id, verdict: word }) => [id, word])).toEqual([
      ['node/S64HNE0R123456@nvme0n1:speed', 'missing'],
      ['node/S64HNE0R123456@nvme1n1:speed', 'missing'],
    ]);
  });
  it('a slow size is not averaged away by a fast one', () => {
    const steps = copies([20 * GB], (step) => ({
      ...step,
      samples: [
        { metric: 'copy.speed', value: 20 * GB, dimensions: { cores: 2 } },
        { metric: 'copy.speed', value: GB, dimensions: { cores: 1 } },
        { metric: 'copy.wrong', value: 0 },
      ],
    }));
    expect(cell(run({ steps }), 'speed').verdict).toBe('fail');
  });
  it('of several that miss a limit the worst is told, and which it is', () => {
    const steps = copies([20 * GB], (step) => ({
      ...step,
      samples: [
        { metric: 'copy.speed', value: 2 * GB, dimensions: { cores: 1, way: 'in', port: 'a' } },
        { metric: 'copy.speed', value: GB, dimensions: { cores: 1, way: 'out', port: 'a' } },
        { metric: 'copy.speed', value: 20 * GB, dimensions: { cores: 1, way: 'both', port: 'a' } },
        { metric: 'copy.wrong', value: 0 },
      ],
    }));
    expect(cell(run({ steps }), 'speed')).toMatchObject({
      verdict: 'fail',
      reason:
        'expected at least 10 GB/s, found 1 GB/s with way=out: median of 1 run misses the limit by more than 10 %',
    });
  });
  it('a limit for the exact model comes before one for any machine', () => {
    const strict: Limit = {
      ...floor,
      id: 'copy.strict',
      value: 100 * GB,
      hardware: { class: 'drive', models: ['samsung mzql23t8hcls-00a07'] },
    };
    const requirement = {
      ...perDrive,
      rule: { kind: 'metric' as const, metric: 'copy.speed' },
    };
    const verdict = run(
      { steps: onDrive('S64HNE0R123456') },
      { profile: constructProfile([requirement]), limits: [floor, strict] },
    );
    expect(cell(verdict, 'speed', 'node/S64HNE0R123456')).toMatchObject({
      verdict: 'fail',
      limit: { id: 'copy.strict' },
    });
  });
});

describe('several nodes', () => {
  const good = { id: 'good', facts: { bootId: 'a' }, steps: copies([11 * GB]) };
  it('one that was not reached leaves its cells missing and does not stop the others: exit 2', () => {
    const verdict = run({}, { nodes: [good, { id: 'gone', why: 'no route to host' }] });
    expect(cell(verdict, 'speed', 'good').verdict).toBe('pass');
    expect(cell(verdict, 'speed', 'gone')).toMatchObject({
      missing: 'no-access',
      reason: 'no route to host',
    });
    expect(verdict.exitCode).toBe(2);
    expect(verdict.assets.map(({ node, verdict: letter }) => [node, letter])).toEqual([
      ['gone', 'U'],
      ['good', 'A'],
    ]);
    expect(tell(verdict.notShown)).toContainEqual({
      what: 'node gone',
      about: ['gone'],
      reason: 'no route to host',
    });
  });
  it('none reached: exit 3', () => {
    expect(run({}, { nodes: [{ id: 'gone' }, { id: 'away' }] }).exitCode).toBe(3);
  });
  it('a node of the inventory without a directory was not reached', () => {
    const material = constructRun({
      profile: constructProfile([right]),
      limits: [exact],
      nodes: [good, { id: 'silent', facts: {} }],
    });
    const verdict = judge({ ...material, nodes: material.nodes.filter(({ id }) => id === 'good') });
    expect(cell(verdict, 'right', 'silent')).toMatchObject({ missing: 'no-access' });
    expect(verdict.exitCode).toBe(2);
  });
  it('a node with nothing decided keeps the whole from passing', () => {
    const verdict = run({}, { nodes: [good, { id: 'idle', facts: { bootId: 'b' } }] });
    expect(verdict.exitCode).toBe(2);
  });
});

describe('the document', () => {
  it('never changes its exit code for an advisory cell', () => {
    const advisory = { ...speed, level: 'advisory' as const };
    const verdict = run({ steps: copies([GB]) }, { profile: constructProfile([advisory, right]) });
    expect(cell(verdict, 'speed').verdict).toBe('fail');
    expect(verdict.exitCode).toBe(0);
  });
  it('is the same, byte for byte, in whatever order the material was read', () => {
    const gpus = [0, 1, 2].map((index) => h100(index));
    const material = constructRun({
      profile: constructProfile([speed, right]),
      limits: [floor, exact],
      nodes: [
        { id: 'b', facts: { accelerators: known(gpus) }, steps: copies([11 * GB, 12 * GB, 13 * GB]) },
        { id: 'a', facts: {}, steps: copies([9 * GB, 12 * GB]) },
        { id: 'c' },
      ],
    });
    const expected = JSON.stringify(judge(material));
    const shuffle = <T>(list: readonly T[]) => fc.shuffledSubarray([...list], { minLength: list.length });
    fc.assert(
      fc.property(shuffle(material.nodes), shuffle([0, 1, 2, 3, 4, 5]), (nodes, order) => {
        const mixed = nodes.map((node) => ({
          ...node,
          samples: node.samples
            .map((sample, index) => ({ sample, at: order[index] ?? 0 }))
            .toSorted((x, y) => x.at - y.at)
            .map(({ sample }) => sample),
          steps: node.steps.toReversed(),
        }));
        expect(JSON.stringify(judge({ ...material, nodes: mixed }))).toBe(expected);
      }),
    );
  });
  it('always conforms to its schema and never contradicts itself', () => {
    const speeds = fc.array(fc.constantFrom(GB, 9.5 * GB, 11 * GB), { maxLength: 4 });
    const wrong = fc.constantFrom(0, 0, 0, 2);
    const execution = fc.constantFrom<NonNullable<ConstructedStep['execution']>>(
      'completed',
      'completed',
      'timeout',
      'none',
      'error',
    );
    fc.assert(
      fc.property(speeds, wrong, execution, fc.boolean(), (values, errors, ended, unrestricted) => {
        const steps = copies(values, (step, index) =>
          index === 0 ? { ...withWrong({ value: errors })(step), execution: ended } : step,
        );
        const verdict = run({ facts: { unrestricted: known(unrestricted) }, steps });
        expect(() => Verdict.parse(verdict)).not.toThrow();
        expect(contradictions(verdict)).toEqual([]);
        const mayPass = values.length > 0 && errors === 0 && ended === 'completed' && unrestricted;
        if (verdict.exitCode === 0) expect(mayPass).toBe(true);
        expect(
          verdict.cells.every(({ verdict: word, action }) => word === 'pass' || action !== undefined),
        ).toBe(true);
      }),
    );
  });
  it('is a screening report when a required number rests on a few runs', () => {
    expect(run({ steps: copies([11 * GB]) }).kind).toBe('screening report');
    expect(run({ steps: copies([11 * GB]) }, { profile: constructProfile([right]) }).kind).toBe(
      'test report',
    );
    expect(
      run({ steps: copies([11 * GB]) }, { profile: constructProfile([right]), purpose: 'survey' }).kind,
    ).toBe('screening report');
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openmpi } from '../../../../workloads/allreduce/tools/openmpi.ts';
import { AllreduceParams } from '../../../../workloads/allreduce/workload.ts';
import type { StepOutputs } from '../../../../workloads/kit/tool.ts';
import { fillFacts, loadCase } from '../../../support/case.ts';
import { altered, withText } from '../altered.ts';
import { recording, seatOf } from './seats.ts';

const params = { dtype: 'float32', minBytes: 1024, maxBytes: 65536, factor: 8, seconds: 0.5 } as const;
const facts = fillFacts({});

/** What a member is told to start: the recorded launch of rank 1 of two. */
function recordedLaunch() {
  const { seat, launches } = recording('openmpi-4.1.4-launch-two');
  const read = openmpi.readLaunch?.(launches[0] ?? [], seat);
  if (read?.ok !== true) throw new Error('expected the recorded words to be read');
  return read.value;
}

describe('openmpi: parameters', () => {
  it.each([
    { ...params, dtype: 'float64' },
    { ...params, minBytes: 1020 },
    { ...params, minBytes: 1026 },
    { ...params, maxBytes: 67_108_868 },
    { ...params, minBytes: 65_540 },
    { ...params, factor: 3 },
    { ...params, seconds: 0.01 },
    { ...params, seconds: 3601 },
    { ...params, extra: 1 },
  ])('refuses %j', (changed) => {
    expect(AllreduceParams.safeParse(changed).success).toBe(false);
  });

  it('needs room for the vectors of two ranks', () => {
    const large = { ...params, maxBytes: 67_108_864 };
    expect(openmpi.needs(large, fillFacts({ 'memory.availableBytes': 536_870_911 }))).toEqual({
      ok: false,
      error: 'expected 536870912 bytes of free memory, got 536870911',
    });
    expect(openmpi.needs(large, fillFacts({ 'memory.availableBytes': 536_870_912 })).ok).toBe(true);
    expect(openmpi.needs(large, facts).ok).toBe(true);
  });
});

describe('openmpi: size of a group', () => {
  it('is what the program itself accepts', () => {
    const source = readFileSync(
      new URL('../../../../workloads/allreduce/native/allreduce.c', import.meta.url),
      'utf8',
    );
    expect(/MOST_RANKS = (\d+),/.exec(source)?.[1]).toBe('256');
    expect(openmpi.mostMembers).toBe(256);
  });
});

describe('openmpi: plan', () => {
  it('gives a slow network time: two minutes more for 64 MiB', () => {
    const run = (maxBytes: number, seconds: number) =>
      openmpi
        .plan({ ...params, minBytes: maxBytes, maxBytes, seconds }, facts, {
          seat: seatOf(2),
          launch: undefined,
        })
        .at(-1)?.timeoutMs;
    expect(run(67_108_864, 1)).toBe(169_375);
    expect(run(67_108_864, 60)).toBe(287_375);
  });

  it('prepares without a place, and runs nothing', () => {
    expect(openmpi.plan(params, facts).map(({ id }) => id)).toEqual(['version', 'build']);
  });

  it.each([
    ['no launch', 2, undefined],
    ['the launch of another rank', 3, { ...recordedLaunch(), rank: 2 }],
    ['a launch for another group', 3, recordedLaunch()],
    ['parameters that are none', 2, { rank: 1, parameters: {} }],
  ])('a member with %s is a bug', (_, members, launch) => {
    expect(() => openmpi.plan(params, facts, { seat: seatOf(members, 1), launch })).toThrow(RangeError);
  });
});

const name = 'openmpi-4.1.4-float32';
const good = loadCase('allreduce', name).outputs;
const made = recording(name);

const errorOf = (outputs: StepOutputs, seat = made.seat) => {
  const parsed = openmpi.parse(outputs, made.params, seat);
  return parsed.ok ? 'accepted' : parsed.error;
};

describe('openmpi: parse', () => {
  it.each([
    ['sent', '"sentBytes":403462830', '"sentBytes":402653183'],
    ['received', '"receivedBytes":403462830', '"receivedBytes":402653183'],
  ])('takes no number for that of a network that has not %s the data', (_, from, to) => {
    const parsed = openmpi.parse(withText(good, ['run'], from, to), made.params, made.seat);
    const invalid =
      'the interface in 10.77.0.0/24 carried 402653183 bytes of at least 402653184: the data went another way';
    expect(parsed.ok && parsed.value.readings.slice(12).map((each) => each.invalid)).toEqual([
      ...[undefined, undefined, undefined, undefined],
      ...[invalid, invalid, invalid, invalid],
    ]);
  });

  it('lets a wrong sum stand, whichever way it came', () => {
    const wrong = loadCase('allreduce', 'openmpi-4.1.4-wrong').outputs;
    const { params: asked, seat } = recording('openmpi-4.1.4-wrong');
    const parsed = openmpi.parse(
      withText(wrong, ['run'], '"sentBytes":386298', '"sentBytes":0'),
      asked,
      seat,
    );
    expect(
      parsed.ok && parsed.value.readings.slice(0, 4).map(({ invalid }) => invalid === undefined),
    ).toEqual([false, false, false, true]);
  });

  // HPC-X 2.20 and MLNX_OFED have 4.1.7a1; release candidates and packages of distributions have more.
  it.each([
    '4.1.7a1',
    '4.1.5rc2',
    '4.0.7-2ubuntu1',
  ])('takes part as %s, which every node must have', (version) => {
    const everywhere = ['version', 'run'].reduce(
      (outputs, id) =>
        altered(outputs, id, ({ stdout }) => ({
          stdout: stdout
            .replaceAll('(Open MPI) 4.1.4', `(Open MPI) ${version}`)
            .replaceAll('Open MPI v4.1.4', `Open MPI v${version}`),
        })),
      good,
    );
    const parsed = openmpi.parse(everywhere, made.params, made.seat);
    expect(parsed).toMatchObject({ ok: true, value: { toolVersion: version } });
    const one = withText(everywhere, ['run'], `Open MPI v${version}`, 'Open MPI v4.1.7');
    expect(errorOf(one)).toMatch(new RegExp(`^line 1: expected Open MPI ${version} on every node`));
  });

  it('reads past what UCX logs among its lines, and says where its own stand', () => {
    const warning =
      '[1669822374.123456] [node1:12345:0]          parser.c:1911 UCX  WARN  unused env variable: UCX_HOME\n';
    const logged = altered(good, 'run', ({ stdout }) => ({
      stdout: `${warning}${stdout.replace('\n', `\n${warning}`)}`,
    }));
    const plain = openmpi.parse(good, made.params, made.seat);
    const parsed = openmpi.parse(logged, made.params, made.seat);
    if (!plain.ok || !parsed.ok) throw new Error('expected both to be read');
    expect(parsed.value.readings.map(({ value }) => value)).toEqual(
      plain.value.readings.map(({ value }) => value),
    );
    expect(parsed.value.readings[0]?.at).toEqual([{ command: 'run', output: 'stdout', line: 4 }]);
    expect(errorOf(altered(good, 'run', ({ stdout }) => ({ stdout: `node1: hello\n${stdout}` })))).toMatch(
      /^line 1: /,
    );
  });

  it('reads nothing without the group', () => {
    expect(openmpi.parse(good, made.params)).toEqual({
      ok: false,
      error: 'expected the group that ran this, got none',
    });
  });

  it.each([
    [
      '5.0.3',
      'mpirun (Open MPI) 5.0.3',
      'not available: expected Open MPI 4.x, got `mpirun (Open MPI) 5.0.3`',
    ],
    [
      'another MPI',
      'HYDRA build details:',
      'not available: expected Open MPI 4.x, got `HYDRA build details:`',
    ],
  ])('is not available with %s', (_, line, error) => {
    expect(errorOf(withText(good, ['version'], 'mpirun (Open MPI) 4.1.4', line))).toBe(error);
  });

  it.each([
    [
      'the end counts other sizes',
      withText(good, ['run'], '"sizes":5', '"sizes":4'),
      'expected 5 sizes, got 5',
    ],
    [
      'a size twice',
      withText(good, ['run'], '"bytes":16384', '"bytes":1024'),
      /^line 3: expected 16384 bytes/,
    ],
    ['another benchmark', withText(good, ['run'], '"assay-allreduce"', '"osu"'), /^line 1: .*benchmark/s],
    ['another number format', withText(good, ['run'], '"float32"', '"bfloat16"'), /^line 1: .*dtype/s],
    ['another operation', withText(good, ['run'], '"sum"', '"max"'), /^line 1: .*operation/s],
    ['another number of ranks', withText(good, ['run'], '"ranks":2', '"ranks":3'), /^line 1: .*ranks/s],
    ['another network', withText(good, ['run'], '10.77.0.0/24', '10.78.0.0/24'), /^line 1: .*network/s],
    [
      'a rank at another address',
      withText(good, ['run'], '"address":"10.77.0.2"', '"address":"10.77.0.3"'),
      'line 1: expected rank 1 at 10.77.0.2, got rank 1 at 10.77.0.3',
    ],
    [
      'a rank without an address',
      withText(good, ['run'], '{"name":"arv2","address":"10.77.0.2"}', ''),
      'line 1: expected rank 1 at 10.77.0.2, got rank 1 at ',
    ],
    [
      'ranks in another order',
      withText(good, ['run'], '"rank":0', '"rank":1'),
      'line 1: expected rank 0 at 10.77.0.1, got rank 1 at 10.77.0.1',
    ],
    [
      'another library on one node',
      withText(
        good,
        ['run'],
        '"rank":1,"name":"node2","library":"Open MPI v4.1.4',
        '"rank":1,"name":"node2","library":"Open MPI v4.1.5',
      ),
      'line 1: expected Open MPI 4.1.4 on every node, got `Open MPI v4.1.5, package: Debian OpenMPI` on 10.77.0.2',
    ],
    ['two iterations', withText(good, ['run'], '"iterations":6', '"iterations":2'), /^line 6: .*iterations/s],
    ['nothing checked', withText(good, ['run'], '"checked":268435456', '"checked":0'), /^line 6: .*checked/s],
    [
      'half of it checked',
      withText(good, ['run'], '"checked":268435456', '"checked":134217728'),
      'line 6: expected 268435456 checked elements, got 134217728',
    ],
    [
      'more wrong than checked',
      withText(good, ['run'], '"checked":268435456,"wrong":0', '"checked":268435456,"wrong":268435457'),
      'line 6: expected at most 268435456 wrong, got 268435457',
    ],
    [
      'another bound for the bytes',
      withText(good, ['run'], '"leastBytes":402653184', '"leastBytes":1'),
      'line 6: expected 402653184 as the least bytes, got 1',
    ],
    [
      'no time',
      withText(good, ['run'], '"medianSeconds":0.105741961', '"medianSeconds":0'),
      /^line 6: .*median/s,
    ],
    [
      'a median above the longest',
      withText(good, ['run'], '0.105741961', '0.2'),
      /^line 6: expected times in order/,
    ],
    [
      'a median below the shortest',
      withText(good, ['run'], '0.105741961', '0.1'),
      /^line 6: expected times in order/,
    ],
    [
      'a mean above the longest',
      withText(good, ['run'], '0.110373226', '0.2'),
      /^line 6: expected times in order/,
    ],
    [
      'a mean below the shortest',
      withText(good, ['run'], '0.110373226', '0.1'),
      /^line 6: expected times in order/,
    ],
    ['an unknown key', withText(good, ['run'], '"wrong":0', '"wrong":0,"extra":1'), /^line 2: .*extra/s],
  ])('refuses: %s', (_, outputs, error) => {
    expect(errorOf(outputs)).toMatch(error);
  });

  it('refuses the run of two for a group of three', () => {
    expect(errorOf(good, seatOf(3))).toMatch(/^line 1: .*ranks/s);
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AllreduceParams } from '../../../../workloads/allreduce/spec.ts';
import { openmpi } from '../../../../workloads/allreduce/tools/openmpi.ts';
import { Command } from '../../../../workloads/kit/command.ts';
import type { StepOutputs } from '../../../../workloads/kit/tool.ts';
import { machine, recorded, withOutput, withText } from '../sha256/recorded.ts';
import { recording, seatOf } from './seats.ts';

const params = { dtype: 'float32', minBytes: 1024, maxBytes: 65536, factor: 8, seconds: 0.5 } as const;
const facts = machine({});

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
    { ...params, seconds: 61 },
    { ...params, extra: 1 },
  ])('refuses %j', (changed) => {
    expect(AllreduceParams.safeParse(changed).success).toBe(false);
  });

  it('needs room for the vectors of two ranks', () => {
    const large = { ...params, maxBytes: 67_108_864 };
    expect(openmpi.needs(large, machine({ availableBytes: 536_870_911 }))).toEqual({
      ok: false,
      error: 'expected 536870912 bytes of free memory, got 536870911',
    });
    expect(openmpi.needs(large, machine({ availableBytes: 536_870_912 })).ok).toBe(true);
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
  it('has the leader build, and start one rank on every member by its address', () => {
    const commands = openmpi.plan(params, facts, { seat: seatOf(3), launch: undefined });
    expect(commands.map(({ id }) => id)).toEqual(['version', 'build', 'build-launcher', 'run']);
    expect(commands[1]).toEqual({
      id: 'build',
      file: 'mpicc',
      args: [
        ...['-std=gnu11', '-O2', '-o', '{build}/assay-allreduce'],
        '{bundle}/workloads/allreduce/native/allreduce.c',
      ],
      timeoutMs: 60000,
    });
    expect(commands[2]?.args).toEqual([
      ...['-std=c11', '-O2', '-Wl,--as-needed', '-o', '{build}/assay-launch'],
      '{bundle}/workloads/allreduce/native/launch-request.c',
    ]);
    expect(commands[3]).toEqual({
      id: 'run',
      file: 'mpirun',
      args: [
        ...['--allow-run-as-root', '--noprefix', '-np', '3'],
        ...['--host', '10.77.0.1:1,10.77.0.2:1,10.77.0.3:1'],
        ...['--map-by', 'node', '--bind-to', 'none', '-wdir', '/'],
        ...['--mca', 'plm', 'rsh', '--mca', 'plm_rsh_agent', 'assay-launch'],
        ...['--mca', 'plm_rsh_no_tree_spawn', '1', '--mca', 'plm_rsh_num_concurrent', '256'],
        ...['--mca', 'plm_base_node_regex_threshold', '8192', '--mca', 'orte_leave_session_attached', '1'],
        ...['--mca', 'pml', 'ob1', '--mca', 'btl', 'tcp,self', '--mca', 'coll', '^hcoll,ucc'],
        ...['--mca', 'btl_tcp_if_include', '10.77.0.0/24', '--mca', 'oob_tcp_if_include', '10.77.0.0/24'],
        ...['--mca', 'mpi_yield_when_idle', '1'],
        ...['assay-allreduce', 'float32', '1024', '65536', '8', '0.5', '10.77.0.0/24'],
      ],
      env: {
        PATH: '{build}:{path}',
        HWLOC_COMPONENTS: '-gl,-opencl,-cuda,-nvml,-rsmi,-levelzero',
        SHELL: '/bin/bash',
      },
      timeoutMs: 63120,
    });
  });

  it('has a member alone run two ranks and start nothing elsewhere', () => {
    const commands = openmpi.plan(params, facts, { seat: seatOf(1), launch: undefined });
    expect(commands.map(({ id }) => id)).toEqual(['version', 'build', 'run']);
    const args = commands[2]?.args.join(' ');
    expect(args).toContain('-np 2 --host 10.77.0.1:2 ');
    expect(args).toContain(' --mca plm isolated ');
    expect(args).not.toMatch(/plm_rsh|plm_base/);
  });

  it('makes the daemon of a member from the launch, for the version of the leader only', () => {
    const commands = openmpi.plan(params, facts, { seat: seatOf(2, 1), launch: recordedLaunch() });
    expect(commands.map(({ id }) => id)).toEqual(['version', 'build', 'daemon']);
    expect(commands[1]?.args).toContain('-DASSAY_LEADER_VERSION=40104');
    expect(commands[2]).toEqual({
      id: 'daemon',
      file: 'orted',
      args: [
        ...['--mca', 'ess_base_jobid', '155648000', '--mca', 'ess_base_vpid', '1'],
        ...['--mca', 'ess_base_num_procs', '2', '--mca', 'orte_node_regex', 'node[1:1],[2:10].77.0.2@0(2)'],
        ...['--mca', 'orte_hnp_uri', '155648000.0;tcp://10.77.0.1:60023', '--mca', 'ess', 'env'],
        ...['--mca', 'rmaps_base_mapping_policy', 'node', '--mca', 'hwloc_base_binding_policy', 'none'],
        ...['--mca', 'pmix', '^s1,s2,cray,isolated', '--mca', 'orte_leave_session_attached', '1'],
        ...['--mca', 'pml', 'ob1', '--mca', 'btl', 'tcp,self', '--mca', 'coll', '^hcoll,ucc'],
        ...['--mca', 'btl_tcp_if_include', '10.77.0.0/24', '--mca', 'oob_tcp_if_include', '10.77.0.0/24'],
        ...['--mca', 'mpi_yield_when_idle', '1'],
      ],
      env: { PATH: '{build}:{path}', HWLOC_COMPONENTS: '-gl,-opencl,-cuda,-nvml,-rsmi,-levelzero' },
      timeoutMs: 63120,
    });
  });

  it('leaves no braces for the agent to stumble over', () => {
    for (const place of [
      undefined,
      { seat: seatOf(4), launch: undefined },
      { seat: seatOf(2, 1), launch: recordedLaunch() },
    ])
      for (const command of openmpi.plan(params, facts, place))
        expect(() => Command.parse(command)).not.toThrow();
  });

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
const good = recorded('allreduce', name);
const made = recording(name);

const errorOf = (outputs: StepOutputs, seat = made.seat) => {
  const parsed = openmpi.parse(outputs, made.params, seat);
  return parsed.ok ? 'accepted' : parsed.error;
};

/** What one recorded run says of one metric, by size. */
function valuesOf(fixture: string, metric: string) {
  const { params: asked, seat } = recording(fixture);
  const parsed = openmpi.parse(recorded('allreduce', fixture), asked, seat);
  if (!parsed.ok) return parsed.error;
  return parsed.value.readings
    .filter((reading) => reading.metric === metric)
    .map(({ value, dimensions, invalid }) => [dimensions['bytes'], value, invalid]);
}
const near = (value: number) => expect.closeTo(value, 0) as number;

describe('openmpi: parse', () => {
  it('reads four numbers of every size, and where they stand', () => {
    const parsed = openmpi.parse(good, made.params, made.seat);
    expect(parsed.ok && parsed.value.toolVersion).toBe('4.1.4');
    expect(parsed.ok && parsed.value.readings).toHaveLength(20);
    const at = [{ command: 'run', output: 'stdout', line: 6 }];
    const dimensions = {
      operation: 'sum',
      dtype: 'float32',
      bytes: 67108864,
      ranks: 2,
      nodes: 2,
      transport: 'tcp',
    };
    expect(parsed.ok && parsed.value.readings.slice(16)).toEqual([
      { metric: 'busBandwidth', value: near(634647431.97), dimensions, at },
      { metric: 'algorithmBandwidth', value: near(634647431.97), dimensions, at },
      { metric: 'latency', value: 0.105741961, dimensions, at },
      { metric: 'wrongValues', value: 0, dimensions, at },
    ]);
  });

  it('divides by the median time, and counts both ways of a ring for the bus', () => {
    expect(valuesOf('openmpi-4.1.4-float32-three', 'busBandwidth')).toEqual([
      [4096, near(959768.85), undefined],
      [65536, near(18714340.03), undefined],
      [1048576, near(103530200.48), undefined],
    ]);
    expect(valuesOf('openmpi-4.1.4-float32-three', 'algorithmBandwidth')).toEqual([
      [4096, near(719826.64), undefined],
      [65536, near(14035755.02), undefined],
      [1048576, near(77647650.36), undefined],
    ]);
  });

  it.each([
    ['bfloat16', [1024, 16384, 262144, 4194304], 0.018461575],
    ['alone', [16384, 262144, 4194304], 0.001542611],
  ])('reads the times of %s', (fixture, sizes, longest) => {
    const values = valuesOf(`openmpi-4.1.4-${fixture}`, 'latency');
    expect(Array.isArray(values) ? values.map(([bytes]) => bytes) : values).toEqual(sizes);
    expect(values.at(-1)).toEqual([4194304, longest, undefined]);
  });

  it('knows a member alone by one node and two ranks', () => {
    const { params: asked, seat } = recording('openmpi-4.1.4-alone');
    const parsed = openmpi.parse(recorded('allreduce', 'openmpi-4.1.4-alone'), asked, seat);
    expect(parsed.ok && parsed.value.readings[0]?.dimensions).toMatchObject({ nodes: 1, ranks: 2 });
  });

  it('shows a link of one gigabit as what it is', () => {
    expect(valuesOf('openmpi-4.1.4-float32-shaped', 'busBandwidth')).toEqual([
      [4194304, near(76494377.79), undefined],
      [67108864, near(114117632.88), undefined],
    ]);
  });

  it('counts wrong values', () => {
    expect(valuesOf('openmpi-4.1.4-wrong', 'wrongValues')).toEqual([
      [1024, 200, undefined],
      [16384, 400, undefined],
      [262144, 50, undefined],
    ]);
  });

  it.each([
    ['sent', '"sentBytes":403462830', '"sentBytes":402653183'],
    ['received', '"receivedBytes":403462830', '"receivedBytes":402653183'],
  ])('takes no number for that of a network that has not %s the data', (_, from, to) => {
    const parsed = openmpi.parse(withText(good, 'run', from, to), made.params, made.seat);
    const invalid =
      'the interface in 10.77.0.0/24 carried 402653183 bytes of at least 402653184: the data went another way';
    expect(parsed.ok && parsed.value.readings.slice(12).map((each) => each.invalid)).toEqual([
      ...[undefined, undefined, undefined, undefined],
      ...[invalid, invalid, invalid, invalid],
    ]);
  });

  it('lets a wrong sum stand, whichever way it came', () => {
    const wrong = recorded('allreduce', 'openmpi-4.1.4-wrong');
    const { params: asked, seat } = recording('openmpi-4.1.4-wrong');
    const parsed = openmpi.parse(withText(wrong, 'run', '"sentBytes":386298', '"sentBytes":0'), asked, seat);
    expect(
      parsed.ok && parsed.value.readings.slice(0, 4).map(({ invalid }) => invalid === undefined),
    ).toEqual([false, false, false, true]);
  });

  it.each([
    ['hung', 'command `run`: expected exit code 0, got no exit code'],
    [
      'no-program',
      'command `run`: expected exit code 0, got exit code 134: `mpirun was unable to find the specified executable file, and therefore`',
    ],
  ])('quotes what was said: %s', (fixture, error) => {
    const { params: asked, seat } = recording(`openmpi-4.1.4-${fixture}`);
    const parsed = openmpi.parse(recorded('allreduce', `openmpi-4.1.4-${fixture}`), asked, seat);
    expect(parsed.ok ? 'accepted' : parsed.error).toContain(error);
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
    expect(errorOf(withText(good, 'version', 'mpirun (Open MPI) 4.1.4', line))).toBe(error);
  });

  it.each([
    ['nothing ran', {}, /^expected the output of command `version`/],
    [
      'the build failed',
      withOutput(good, 'build', { exitCode: 1, stderr: 'no mpi.h' }),
      /^command `build`: .*no mpi/,
    ],
    [
      'the run was killed',
      withOutput(good, 'run', { exitCode: undefined }),
      /^command `run`: .*no exit code/,
    ],
    ['stdout is empty', withOutput(good, 'run', { stdout: '' }), /^expected the line that ends a run/],
    [
      'the last line is cut off',
      withOutput(good, 'run', { stdout: good['run']!.stdout.slice(0, -5) }),
      'expected whole lines, got a last one that is cut off',
    ],
    [
      'the end is missing',
      withText(good, 'run', '{"end":true,"sizes":5}\n', ''),
      /^expected the line that ends a run/,
    ],
    [
      'a size is missing',
      withOutput(good, 'run', { stdout: good['run']!.stdout.replace(/\{"bytes":16384,.*\n/, '') }),
      'expected 5 sizes, got 4',
    ],
    [
      'the end counts other sizes',
      withText(good, 'run', '"sizes":5', '"sizes":4'),
      'expected 5 sizes, got 5',
    ],
    ['a size twice', withText(good, 'run', '"bytes":16384', '"bytes":1024'), /^line 3: expected 16384 bytes/],
    [
      'a line between',
      withText(good, 'run', '{"bytes":16384', 'warning\n{"bytes":16384'),
      'expected 5 sizes, got 6',
    ],
    ['another benchmark', withText(good, 'run', '"assay-allreduce"', '"osu"'), /^line 1: .*benchmark/s],
    ['another number format', withText(good, 'run', '"float32"', '"bfloat16"'), /^line 1: .*dtype/s],
    ['another operation', withText(good, 'run', '"sum"', '"max"'), /^line 1: .*operation/s],
    ['another number of ranks', withText(good, 'run', '"ranks":2', '"ranks":3'), /^line 1: .*ranks/s],
    ['another network', withText(good, 'run', '10.77.0.0/24', '10.78.0.0/24'), /^line 1: .*network/s],
    [
      'a rank at another address',
      withText(good, 'run', '"address":"10.77.0.2"', '"address":"10.77.0.3"'),
      'line 1: expected rank 1 at 10.77.0.2, got rank 1 at 10.77.0.3',
    ],
    [
      'a rank without an address',
      withText(good, 'run', '{"name":"arv2","address":"10.77.0.2"}', ''),
      'line 1: expected rank 1 at 10.77.0.2, got rank 1 at ',
    ],
    [
      'ranks in another order',
      withText(good, 'run', '"rank":0', '"rank":1'),
      'line 1: expected rank 0 at 10.77.0.1, got rank 1 at 10.77.0.1',
    ],
    [
      'another library on one node',
      withText(
        good,
        'run',
        '"rank":1,"name":"node2","library":"Open MPI v4.1.4',
        '"rank":1,"name":"node2","library":"Open MPI v4.1.5',
      ),
      'line 1: expected Open MPI 4.1.4 on every node, got `Open MPI v4.1.5, package: Debian OpenMPI` on 10.77.0.2',
    ],
    ['two iterations', withText(good, 'run', '"iterations":6', '"iterations":2'), /^line 6: .*iterations/s],
    ['nothing checked', withText(good, 'run', '"checked":268435456', '"checked":0'), /^line 6: .*checked/s],
    [
      'half of it checked',
      withText(good, 'run', '"checked":268435456', '"checked":134217728'),
      'line 6: expected 268435456 checked elements, got 134217728',
    ],
    [
      'more wrong than checked',
      withText(good, 'run', '"checked":268435456,"wrong":0', '"checked":268435456,"wrong":268435457'),
      'line 6: expected at most 268435456 wrong, got 268435457',
    ],
    [
      'another bound for the bytes',
      withText(good, 'run', '"leastBytes":402653184', '"leastBytes":1'),
      'line 6: expected 402653184 as the least bytes, got 1',
    ],
    [
      'no time',
      withText(good, 'run', '"medianSeconds":0.105741961', '"medianSeconds":0'),
      /^line 6: .*median/s,
    ],
    ['nan', withText(good, 'run', '0.105741961', 'nan'), /^line 6: expected one JSON document/],
    ['inf', withText(good, 'run', '0.105741961', '1e999'), /^line 6: .*median/s],
    ['a decimal comma', withText(good, 'run', '0.105741961', '0,105741961'), /^line 6: expected one JSON/],
    [
      'a median above the longest',
      withText(good, 'run', '0.105741961', '0.2'),
      /^line 6: expected times in order/,
    ],
    [
      'a median below the shortest',
      withText(good, 'run', '0.105741961', '0.1'),
      /^line 6: expected times in order/,
    ],
    [
      'a mean above the longest',
      withText(good, 'run', '0.110373226', '0.2'),
      /^line 6: expected times in order/,
    ],
    [
      'a mean below the shortest',
      withText(good, 'run', '0.110373226', '0.1'),
      /^line 6: expected times in order/,
    ],
    ['an unknown key', withText(good, 'run', '"wrong":0', '"wrong":0,"extra":1'), /^line 2: .*extra/s],
  ])('refuses: %s', (_, outputs, error) => {
    expect(errorOf(outputs)).toMatch(error);
  });

  it('refuses the run of two for a group of three', () => {
    expect(errorOf(good, seatOf(3))).toMatch(/^line 1: .*ranks/s);
  });
});

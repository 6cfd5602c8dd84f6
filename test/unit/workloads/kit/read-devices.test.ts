import { describe, expect, it } from 'vitest';
import type { CommandOutput } from '../../../../workloads/kit/tool.ts';
import type { Alarm } from '../../../../workloads/kit/watch.ts';
import { opencl } from '../../../../workloads/memory/tools/opencl.ts';

const [first, second] = ['0000:01:00.0', '0000:02:00.0'] as const;
const params = {
  target: 'device',
  what: 'pattern',
  bytes: 2 ** 20,
  on: 'accelerators',
  concurrency: 'alone',
  seconds: 1,
} as const;

const output = (more: Partial<CommandOutput> = {}): CommandOutput => ({
  stdout: '',
  stderr: '',
  exitCode: 0,
  artifacts: {},
  durationMs: 60_000,
  ...more,
});

/** What a program says of a card, whatever it did. */
const card = {
  address: first,
  measured: true,
  standIn: false,
  kind: 'gpu',
  api: 'opencl',
  provenBy: 'cl_khr_pci_bus_info',
  name: 'GPU',
  platform: '',
  library: 'libOpenCL.so.1',
  longestLaunchSeconds: 0.1,
  checked: 9,
  wrong: 0,
  bytes: 2 ** 20,
};

/** What a program says of the first of two cards, while the agent ended the second one or did not. */
function read(alarms: readonly Alarm[], more: Partial<CommandOutput> = {}, did: object = {}) {
  const good = {
    ...card,
    vendor: 'NVIDIA',
    driver: '550',
    memoryBytes: 2 ** 20,
    launches: 4,
    elapsedSeconds: 1,
    what: 'pattern',
    passes: 2,
    bad: [],
    ...did,
  };
  const killed = { address: second, measured: false, error: 'its process was ended: Killed' };
  const stdout = JSON.stringify({ compiler: '12', concurrency: 'alone', asked: 2, devices: [good, killed] });
  const watch = { devices: {}, alarms: [...alarms] };
  return opencl.parse({ build: output(), run: output({ stdout, watch, ...more }) }, params);
}
const hot: Alarm = { device: second, kind: 'hot', said: 'stopped at 91 °C: the limit is 95 °C' };
const gone: Alarm = { device: second, kind: 'off-bus', said: 'the kernel says: Xid 79' };

describe('devices whose load the agent has ended', () => {
  it('are not measured when too hot: what they did is invalid, and others are in order', () => {
    expect(read([hot])).toMatchObject({
      ok: true,
      value: {
        readings: [
          { device: second, metric: 'patternErrors', value: 0, invalid: hot.said },
          { device: first, metric: 'patternErrors', value: 0 },
        ],
        unmeasured: [],
      },
    });
  });

  it('have failed when they left their bus', () => {
    expect(read([gone])).toMatchObject({
      ok: true,
      value: {
        readings: [
          {
            device: second,
            value: 1,
            dimensions: { error: gone.said },
            at: [{ command: 'run', output: 'watch', pointer: '/alarms/0/said' }],
          },
          { device: first, value: 0 },
        ],
      },
    });
  });

  it('are told of also where the whole program had to be ended', () => {
    expect(read([gone], { stdout: '', exitCode: undefined })).toMatchObject({
      ok: true,
      value: { readings: [{ device: second, value: 1 }] },
    });
    expect(read([], { stdout: '', exitCode: undefined }).ok).toBe(false);
  });

  it('are those that were ended by nobody otherwise', () => {
    expect(read([])).toMatchObject({
      ok: true,
      value: { unmeasured: [{ device: second, why: 'its process was ended: Killed' }] },
    });
  });
});

describe('a device that was at work for less than was asked for', () => {
  it('has shown nothing', () => {
    expect(read([], {}, { elapsedSeconds: 0.4 })).toMatchObject({
      ok: true,
      value: { readings: [{ device: first, value: 0, invalid: 'expected 1 s of work, got 0.4 s' }] },
    });
    const enough = read([], {}, { elapsedSeconds: 0.6 });
    expect(enough.ok && enough.value.readings[0]?.invalid).toBeUndefined();
  });

  it('was wrong all the same where it was wrong', () => {
    const bad = [{ offset: 0, differs: '00000001' }];
    const wrong = read([], {}, { elapsedSeconds: 0.4, wrong: 1, bad });
    expect(wrong).toMatchObject({ ok: true, value: { readings: [{ device: first, value: 1 }] } });
    expect(wrong.ok && wrong.value.readings[0]?.invalid).toBeUndefined();
  });
});

describe('speeds of accelerators', () => {
  const seconds = 10;
  const window = { seconds, done: 100, busySeconds: 9.9, celsius: 70 };
  const watched = {
    ...card,
    vendor: 'AMD',
    driver: '3602.0',
    memoryBytes: 2 ** 30,
    launches: 400,
    warmUp: { thermometer: 'hwmon', windows: Array.from({ length: 14 }, () => window) },
    elapsedSeconds: seconds,
    what: 'copy',
    done: 2 ** 40,
  };
  /** Why the speed of the card cannot be used, and that what it did wrong can. */
  function whyInvalid(thermal: 'cold' | 'steady', more: Partial<CommandOutput>, changes: object = {}) {
    const { warmUp, ...rest } = { ...watched, ...changes };
    const device = thermal === 'steady' ? { ...rest, warmUp } : rest;
    const stdout = JSON.stringify({ compiler: '12', concurrency: 'alone', asked: 1, devices: [device] });
    const outputs = { build: output(), run: output({ stdout, durationMs: 170_000, ...more }) };
    const parsed = opencl.parse(outputs, { ...params, what: 'copy', seconds, thermal });
    const [speed, wrong] = parsed.ok ? parsed.value.readings : [];
    expect(wrong).toMatchObject({ metric: 'wrongWords', value: 0 });
    expect(wrong?.invalid).toBeUndefined();
    return speed?.invalid;
  }
  const watch = (seen: object | undefined, silent?: string) => ({
    watch: {
      devices: seen === undefined ? {} : { [first]: seen },
      alarms: [],
      ...(silent === undefined ? {} : { silent }),
    },
  });
  const unseen = 'not watched: nothing was kept of what the agent saw of it while it was loaded';

  it.each([
    ['cold, and watched', 'cold', watch({})],
    ['steady, and seen by the agent too', 'steady', watch({ hottestCelsius: 70 })],
  ] as const)('count: %s', (_, thermal, more) => {
    expect(whyInvalid(thermal, more)).toBeUndefined();
  });

  it.each([
    ['of which no watch was kept', 'cold', {}, unseen],
    ['of which it was kept for others', 'cold', watch(undefined), unseen],
    ['steady, of which no watch was kept', 'steady', {}, unseen],
    [
      'steady by their own word alone',
      'steady',
      watch({}, 'nvidia-smi told no temperature'),
      'never steady: the agent saw no temperature of it (nvidia-smi told no temperature)',
    ],
    [
      'warm for longer than the command lived',
      'steady',
      { ...watch({ hottestCelsius: 70 }), durationMs: 100_000 },
      'never steady: it was loaded for 140 s and timed for 10 s by a command that lived 100 s',
    ],
  ] as const)('do not count: %s', (_, thermal, more, why) => {
    expect(whyInvalid(thermal, more)).toBe(why);
  });

  it('of what only plays an accelerator are its own matter', () => {
    expect(whyInvalid('cold', {}, { standIn: true })).toBeUndefined();
  });
});

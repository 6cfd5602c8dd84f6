import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readRecord } from '../../../../workloads/accelerator-health/read-record.ts';
import type { StepOutputs } from '../../../../workloads/kit/tool.ts';
import { buildRecorder, recordPlayed } from '../../../support/stand-ins/record-played.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-record-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const recorder = buildRecorder(folder);
const [first, second] = ['0000:01:00.0', '0000:02:00.0'];
const two = (...faults: readonly string[]): readonly string[] => [
  `gpu ${first}`,
  'links 4 4',
  `gpu ${second}`,
  'links 4 4',
  ...faults,
];

type Options = Parameters<typeof recordPlayed>[2];
const record = (scenario: readonly string[], options?: Options) => recordPlayed(recorder, scenario, options);

/** What is said of the second card by one metric: its value, the words against it, why it is not to be used; else why nothing is. */
function told(outputs: StepOutputs, metric: string, device = second) {
  const read = readRecord(outputs);
  if (!read.ok) return read.error;
  const { readings, unmeasured } = read.value;
  const reading = readings.find((each) => each.metric === metric && each.device === device);
  if (reading === undefined) return unmeasured.flatMap((each) => (each.device === device ? [each.why] : []));
  const words = reading.invalid ?? reading.dimensions['error'];
  return words === undefined ? reading.value : [reading.value, words];
}

/** As on a node whose kernel log is for root alone. */
const withoutLog = ({ run }: StepOutputs): StepOutputs => ({
  run: {
    ...(run as StepOutputs[string]),
    stdout: (run?.stdout ?? '').replace('"log":"open"', '"log":"Operation not permitted"'),
  },
});

describe('the recorder', { timeout: 30_000 }, () => {
  it('tells of a healthy card under load all there is to tell, by each metric once', async () => {
    const outputs = await record(two());
    const read = readRecord(outputs);
    expect(read).toMatchObject({ ok: true, value: { toolVersion: 'driver 550.90.07', unmeasured: [] } });
    for (const [metric, value] of Object.entries({
      fatalXids: 0,
      applicationXids: 0,
      newFaults: 0,
      sramThreshold: 0,
      recoveryAction: 0,
      throttledSeconds: 0,
      powerCappedSeconds: 0,
      thermalMargin: 30,
      hostLink: 1,
      pcieReplays: 0,
      activeNvlinks: 4,
      inactiveNvlinks: 0,
      nvlinkErrors: 0,
    }))
      expect([metric, told(outputs, metric)]).toEqual([metric, value]);
    expect(read.ok && read.value.readings.every(({ isStandIn }) => isStandIn)).toBe(true);
  });

  it('names Xids: fatal ones, those of programs, and those that nobody knows', async () => {
    const outputs = await record([
      ...two('xid 79 2', 'xid 13 3'),
      'gpu 0000:03:00.0',
      'xid 999 2',
      'gpu 0000:04:00.0',
      'xid 13 2',
    ]);
    expect(told(outputs, 'fatalXids')).toEqual([
      1,
      'Xid 79 (GPU has fallen off the bus; reseat), told by events alone',
    ]);
    expect(told(outputs, 'applicationXids')).toEqual([1, expect.stringContaining('Xid 13')]);
    expect(told(outputs, 'fatalXids', '0000:03:00.0')).toEqual([
      1,
      'Xid 999 (in no table that we know; investigate), told by events alone',
    ]);
    expect(told(outputs, 'fatalXids', '0000:04:00.0')).toBe(0);
    expect(told(outputs, 'fatalXids', first)).toBe(0);
  });

  it('holds Xids of programs against a card that has them alone, twice', async () => {
    const outputs = await record(two('xid 31 2', 'xid 13 3'));
    expect(told(outputs, 'fatalXids')).toEqual([
      2,
      expect.stringContaining('of several cards the only one with Xids of programs'),
    ]);
  });

  it('says that Xids are not known where nobody listened all the time', async () => {
    const refused = withoutLog(await record(two('no-events')));
    expect(told(refused, 'fatalXids')).toEqual([
      "Xids: nobody listened all the time: its events: Insufficient Permissions; the kernel's log: Operation not permitted",
    ]);
    expect(told(refused, 'fatalXids', first)).toBe(0);
    const overflown = withoutLog(await record(two('overflow 2')));
    expect(told(overflown, 'fatalXids')).toEqual([expect.stringContaining('its events: Unknown Error')]);
    // What was heard stands, whatever was not.
    const heard = withoutLog(await record(two('xid 48 1', 'overflow 2')));
    expect(told(heard, 'fatalXids')).toEqual([1, expect.stringContaining('Xid 48')]);
  });

  it('hears of switches in the kernel log alone: fatal ones, those that are corrected, and those that nobody knows', async () => {
    const line = (words: string): string => `3,9,1,-;nvidia-nvswitch0: SXid (PCI:0000:c2:00.0): ${words}`;
    const outputs = await record(two(), {
      kernelSays: [
        line('20034, Fatal, Link 28 LTSSM Fault Up'),
        line('20034, Severity 1 Engine instance 28 Sub-engine instance 00'),
        line('12021, Non-fatal, Link 02 egress ECC (First)'),
        line('17017, Non-fatal, Link 03 of no table'),
        '4,10,1,-;somebody: SXid of nothing',
      ],
    });
    const read = readRecord(outputs);
    expect(read.ok && read.value.readings.filter(({ metric }) => /switch/i.test(metric))).toMatchObject([
      {
        metric: 'switchErrors',
        value: 2,
        dimensions: {
          error:
            'SXid 20034 (LTSSM fault up: a link went down; reset-retest) of 0000:c2:00.0, link 28; SXid 17017 (in no table that we know; investigate) of 0000:c2:00.0, link 3',
        },
      },
      { metric: 'correctedSwitchErrors', value: 1 },
    ]);
    expect(told(outputs, 'fatalXids')).toBe(0);
  });

  it('does not know of switches what no log tells, and lacks nothing where there is none', async () => {
    const outputs = withoutLog(await record(two()));
    const find = (each: StepOutputs) => {
      const read = readRecord(each);
      if (!read.ok) throw new Error(read.error);
      return [
        read.value.readings.flatMap(({ metric, value }) => (metric === 'switchErrors' ? [value] : [])),
        read.value.unmeasured.flatMap(({ device, why }) => (device === undefined ? [why] : [])),
      ];
    };
    expect(find(outputs)).toEqual([[0], []]);
    const run = outputs['run'] as StepOutputs[string];
    const beside = { run: { ...run, stdout: run.stdout.replace('"switches":0', '"switches":4') } };
    expect(find(beside)).toEqual([[], [expect.stringContaining('Operation not permitted')]]);
  });

  it('takes the kernel log for Xids where the events of a card cannot be had', async () => {
    expect(told(await record(two('no-events')), 'fatalXids')).toBe(0);
  });

  it('tells of slowdowns by counters, of older drivers too, and says when nothing was loaded', async () => {
    expect(told(await record(two('throttle 2 3')), 'throttledSeconds')).toEqual([
      3,
      expect.stringMatching(/^hardware thermal 3\.0 s, seen in \d+ samples$/),
    ]);
    const older = await record(two('old', 'throttle 2 3', 'heat 40 80 95'));
    expect(told(older, 'throttledSeconds')).toEqual([3, expect.stringMatching(/^thermal 3\.0 s/)]);
    expect(told(older, 'thermalMargin')).toBe(15);
    expect(told(await record(two('old')), 'throttledSeconds')).toBe(0);
    expect(told(await record(two('old')), 'recoveryAction')).toBe(0);
    expect(told(await record(two('old', 'action 4')), 'recoveryAction')).toEqual([
      4,
      expect.stringContaining('drain and reset'),
    ]);
    const idle = await record(two(), { isLoaded: false });
    for (const metric of ['throttledSeconds', 'thermalMargin', 'hostLink'])
      expect(told(idle, metric)).toContainEqual(expect.stringContaining('it was never seen under load'));
    expect(told(await record(two('power 500 700')), 'throttledSeconds')).toBe(0);
    expect(told(await record(two('power 500 700')), 'powerCappedSeconds')).toBe(1);
  });

  it('tells of the margin, the host link, NVLinks, memory, and what the driver asks to be done', async () => {
    const outputs = await record(
      [
        ...two('margin -2', 'loaded-link 4 1', 'sram', 'action 5'),
        'gpu 0000:03:00.0',
        'links 4 3',
        'link-errors 2 7',
        'action 1',
        'gpu 0000:04:00.0',
      ],
      { errors: [2] },
    );
    expect(told(outputs, 'thermalMargin')).toEqual([0, 'margin of -2 °C']);
    expect(told(outputs, 'hostLink')).toEqual([1 / 16, 'generation 4 × 1 of 4 × 16']);
    expect(told(outputs, 'sramThreshold')).toEqual([1, 'the SRAM threshold flag is set (replace)']);
    expect(told(outputs, 'recoveryAction')).toEqual([5, expect.stringContaining('action 5: investigate')]);
    expect(told(outputs, 'recoveryAction', '0000:03:00.0')).toEqual([
      1,
      expect.stringContaining('reset the GPU'),
    ]);
    expect(told(outputs, 'inactiveNvlinks', '0000:03:00.0')).toEqual([1, '1 of 4 NVLinks are not active']);
    expect(told(outputs, 'nvlinkErrors', '0000:03:00.0')).toBe(7);
    expect(told(outputs, 'newFaults', '0000:03:00.0')).toEqual([1, '1 uncorrected errors']);
    expect(told(outputs, 'inactiveNvlinks', '0000:04:00.0')).toContain('NVLinks: Not Supported');
  });

  it('calls a counter that went back reset, and no error', async () => {
    const outputs = await record(two('throttle 0 0'));
    const back = {
      run: {
        ...(outputs['run'] as StepOutputs[string]),
        stdout: (outputs['run']?.stdout ?? '').replaceAll(/("when":"first".*?"uncorrected":)0/g, '$14'),
      },
    };
    expect(told(back, 'newFaults')).toEqual([0, expect.stringContaining('went back')]);
  });

  it('tells of a card that is lost by its name, and of a driver that lost all of them as missing', async () => {
    const outputs = await record(two(), { lost: [1] });
    expect(told(outputs, 'fatalXids')).toEqual([1, 'its driver says: GPU is lost']);
    expect(told(outputs, 'hostLink')).toEqual(['counters and sensors: GPU is lost']);
    expect(told(outputs, 'fatalXids', first)).toBe(0);
    const all = await record(two(), { lost: [0, 1] });
    expect(told(all, 'fatalXids')).toContain('Xids: its driver says of every card: GPU is lost');
    const sick = await record(two('sick'));
    expect(told(sick, 'fatalXids')).toEqual([1, 'its driver says: Unknown Error']);
  });

  it('says so where no driver is loaded, and reads nothing of a record that was cut', async () => {
    expect(readRecord(await record([...two(), 'no-driver']))).toMatchObject({
      ok: false,
      error: expect.stringContaining('nvmlInit_v2: Driver Not Loaded') as string,
    });
    const { run } = await record(two());
    const lines = run?.stdout.split('\n') ?? [];
    for (const index of lines.slice(0, -1).keys())
      expect(
        readRecord({ run: { ...(run as StepOutputs[string]), stdout: lines.toSpliced(index, 1).join('\n') } })
          .ok,
      ).toBe(false);
  });
});

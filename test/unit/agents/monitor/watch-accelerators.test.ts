import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { watchAccelerators } from '../../../../agents/monitor/watch-accelerators.ts';
import type { Alarm } from '../../../../workloads/kit/watch.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const [first, second] = ['0000:01:00.0', '0000:02:00.0'] as const;

/** Two cards in a folder that is like sysfs, a kernel log, and a program that tells temperatures. */
function watch({ limitCelsius }: { readonly limitCelsius?: number } = { limitCelsius: 95 }) {
  const folder = temporaryDirectory();
  const from = { devices: join(folder, 'devices'), kernelLog: join(folder, 'kmsg') };
  for (const address of [first, second]) {
    mkdirSync(join(from.devices, address), { recursive: true });
    writeFileSync(join(from.devices, address, 'config'), Buffer.from([0xde, 0x10, 0x30, 0x23, 0xff]));
  }
  writeFileSync(from.kernelLog, `4,1,1,-;NVRM: Xid (PCI:0000:01:00): 79, pid=1, from before\n`);
  const stdout = new PassThrough();
  const { promise: alarm, resolve } = Promise.withResolvers<Alarm>();
  const watched = watchAccelerators(
    [first, second].map((address) => ({ address, limitCelsius, uuid: `GPU-${address === first ? 1 : 2}` })),
    { query: { stdout, kill: () => stdout.end() }, onAlarm: resolve, from },
  );
  onTestFinished(() => void watched.stop());
  return { ...from, ...watched, alarm, says: (line: string) => void stdout.write(line) };
}

describe('watchAccelerators', () => {
  it('tells of one that is within five degrees of the limit of its driver, once', async () => {
    const { says, alarm, stop } = watch();
    says('00000000:01:00.0, GPU-1, 89\n00000000:02:0');
    says('0.0, GPU-2, 90\n00000000:02:00.0, GPU-2, 97\n');
    expect(await alarm).toEqual({
      device: second,
      kind: 'hot',
      said: 'stopped at 90 °C: nothing is loaded within 5 °C of the limit of its driver, 95 °C',
    });
    expect(await stop()).toEqual({
      devices: {
        [first]: { limitCelsius: 95, hottestCelsius: 89 },
        [second]: { limitCelsius: 95, hottestCelsius: 97 },
      },
      alarms: [await alarm],
    });
  });

  it.each([
    [
      '00000000:02:00.0, [GPU is lost], [GPU is lost]\n',
      'its driver says: 00000000:02:00.0, [GPU is lost], [GPU is lost]',
    ],
    [
      'garbage\n00000000:02:00.0, GPU-2, [N/A]\n00000000:02:00.0, GPU-2, ERR!\n00000000:02:00.0, [GPU is lost], [GPU is lost]\n',
      /^its driver says/,
    ],
  ])('tells of one that its driver has lost, and of nothing that it cannot read', async (text, said) => {
    const { says, alarm } = watch();
    says(text);
    expect(await alarm).toMatchObject({ device: second, kind: 'off-bus' });
    expect((await alarm).said).toMatch(said);
  });

  it('tells of one that is another card than the one that was looked at', async () => {
    const { says, alarm } = watch();
    says('00000000:01:00.0, GPU-1, 40\n00000000:02:00.0, GPU-9, 40\n');
    expect(await alarm).toEqual({
      device: second,
      kind: 'swapped',
      said: 'it is another card now: expected GPU-2, found GPU-9',
    });
  });

  it('tells of Xid 79 of a card, and not of one from before, of another card or of another kind', async () => {
    const { kernelLog, alarm } = watch();
    appendFileSync(
      kernelLog,
      [
        '4,2,2,-;NVRM: Xid (PCI:0000:01:00): 31, pid=7, name=app',
        '4,3,3,-;NVRM: Xid (PCI:0000:05:00): 79, pid=7, GPU has fallen off the bus.',
        '4,4,4,-;NVRM: Xid (PCI:0000:02:00.0): 79, pid=7, GPU has fallen off the bus.',
        '',
      ].join('\n'),
    );
    expect(await alarm).toEqual({
      device: second,
      kind: 'off-bus',
      said: 'the kernel says: 4,4,4,-;NVRM: Xid (PCI:0000:02:00.0): 79, pid=7, GPU has fallen off the bus.',
    });
  });

  it('tells of a card that the kernel does not list any more, and of one that reads as ones', async () => {
    const gone = watch();
    rmSync(join(gone.devices, first), { recursive: true });
    expect(await gone.alarm).toEqual({
      device: first,
      kind: 'off-bus',
      said: 'it has left the PCI bus: the kernel does not list it any more',
    });
    const ones = watch();
    writeFileSync(join(ones.devices, second, 'config'), Buffer.alloc(64, 0xff));
    expect(await ones.alarm).toMatchObject({ device: second, said: /its configuration reads as ones$/ });
  });

  it('reads what a driver publishes, with the limit that it says itself', async () => {
    const { devices, alarm } = watch({});
    const sensors = join(devices, first, 'hwmon', 'hwmon3');
    mkdirSync(sensors, { recursive: true });
    for (const [name, text] of [
      ['temp1_input', '94000'],
      ['temp1_crit', '100000'],
      ['temp2_input', '105500'],
      ['temp2_crit', '110000'],
    ] as const)
      writeFileSync(join(sensors, name), `${text}\n`);
    expect((await alarm).said).toBe(
      'stopped at 105.5 °C: nothing is loaded within 5 °C of the limit of its driver, 110 °C',
    );
  });

  it('takes no card of another PCI domain for one that it watches', async () => {
    const { says, kernelLog, stop } = watch();
    says('00010000:01:00.0, GPU-9, 99\n00010000:02:00.0, [GPU is lost], [GPU is lost]\n');
    appendFileSync(kernelLog, '4,2,2,-;NVRM: Xid (PCI:00010000:01:00): 79, pid=7\n');
    says('00000000:01:00.0, GPU-1, 40\n');
    expect(await stop()).toMatchObject({ devices: { [first]: { hottestCelsius: 40 } }, alarms: [] });
  });

  it.each(['0', '20000', '400000'])('takes a limit of %s of a driver for none', async (limit) => {
    const { devices, alarm, stop } = watch({});
    const sensors = join(devices, first, 'hwmon', 'hwmon3');
    mkdirSync(sensors, { recursive: true });
    for (const [name, text] of [
      ['temp1_crit', limit],
      ['temp2_crit', '110000'],
      ['temp1_input', '41000'],
      ['temp2_input', '109000'],
    ] as const)
      writeFileSync(join(sensors, name), `${text}\n`);
    expect((await alarm).said).toMatch(/^stopped at 109 °C/);
    expect((await stop()).alarms).toEqual([await alarm]);
  });

  it('says that nobody told a temperature', async () => {
    const { stop } = watch({});
    expect(await stop()).toEqual({
      devices: { [first]: {}, [second]: {} },
      alarms: [],
      silent: 'nvidia-smi told no temperature',
    });
  });
});

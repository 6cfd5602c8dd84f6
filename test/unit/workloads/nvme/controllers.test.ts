import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { planControllers, readControllers } from '../../../../workloads/nvme/read-controllers.ts';
import { fio } from '../../../../workloads/nvme/tools/fio.ts';
import { altered } from '../altered.ts';
import { recorded } from './recorded.ts';

/** /sys of a machine: an array with two paths through a network, and a drive with two ports on PCI Express. */
let root = '';
let printed = '';

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'assay-sys-'));
  const file = (path: string, text: string): void => {
    mkdirSync(dirname(root + path), { recursive: true });
    writeFileSync(root + path, `${text}\n`);
  };
  const link = (path: string, target: string): void => {
    mkdirSync(dirname(root + path), { recursive: true });
    symlinkSync(target, root + path);
  };
  const virtual = '/sys/devices/virtual';
  for (const controller of ['nvme5', 'nvme7']) {
    file(`${virtual}/nvme-fabrics/ctl/${controller}/transport`, 'tcp');
    link(`${virtual}/nvme-subsystem/nvme-subsys4/${controller}`, `../../nvme-fabrics/ctl/${controller}`);
  }
  file(`${virtual}/nvme-subsystem/nvme-subsys4/nvme4n1/dev`, '259:4');
  link(`${virtual}/nvme-subsystem/nvme-subsys4/nvme4n1/device`, '../../nvme-subsys4');
  link(
    `${virtual}/nvme-subsystem/nvme-subsys0/nvme0`,
    '../../../pci0000:80/0000:80:01.1/0000:81:00.0/nvme/nvme0',
  );
  file(`${virtual}/net/lo/transport`, 'none');
  const args = planControllers.args.map((word) => (word.startsWith('/sys') ? root + word : word));
  printed = execFileSync('find', args, { encoding: 'utf8' }).replaceAll(root, '');
});
afterAll(() => rmSync(root, { recursive: true }));

describe('the transport behind multipath', () => {
  test('is that of the controllers, from what the planned command prints', () => {
    const sysfs = {
      '/sys/block/nvme4n1': '../devices/virtual/nvme-subsystem/nvme-subsys4/nvme4n1',
      '/sys/block/nvme0n1': '../devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1',
      '/sys/block/nvme9n1': '../devices/pci0000:00/0000:00:01.0/nvme/nvme9/nvme9n1',
    };
    expect(readControllers(printed, sysfs)).toEqual({
      '/sys/block/nvme4n1/device/nvme5/transport': 'tcp',
      '/sys/block/nvme4n1/device/nvme7/transport': 'tcp',
      '/sys/block/nvme0n1/device/nvme0/transport': 'pcie',
    });
  });

  const { outputs, params } = recorded('fio-3.33-random-read');
  /** The recorded step, on the array. */
  const onArray = (controllers: string | undefined) => {
    const rows = [{ name: 'nvme4n1', type: 'disk', 'maj:min': '259:4', serial: 'A1B2C3D', tran: 'nvme' }];
    const sysfs = [
      '/sys/block/nvme4n1:../devices/virtual/nvme-subsystem/nvme-subsys4/nvme4n1',
      '/sys/block/nvme4n1/dev:259:4',
      '/sys/block/nvme4n1/size:7501476528',
    ].join('\n');
    const mounted = altered(outputs, 'mount', ({ stdout }) => ({ stdout: stdout.replace('254:0', '259:4') }));
    const listed = altered(mounted, 'drives', () => ({ stdout: JSON.stringify({ blockdevices: rows }) }));
    const step = altered(listed, 'sysfs', () => ({ stdout: sysfs }));
    const own = step['sysfs'];
    if (own === undefined) throw new Error('nothing was recorded');
    const parsed = fio.parse(
      controllers === undefined ? step : { ...step, controllers: { ...own, stdout: controllers } },
      params,
    );
    return parsed.ok ? parsed.value.readings[0]?.dimensions : parsed.error;
  };

  test('is what the readings of a step say', () => {
    expect(onArray(printed)).toMatchObject({ transport: 'nvme-tcp' });
  });

  test('is never taken for PCI Express where no controller was looked at', () => {
    expect(onArray(undefined)).not.toHaveProperty('transport');
    expect(onArray('')).not.toHaveProperty('transport');
  });
});

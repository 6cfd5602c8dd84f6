import { describe, expect, test } from 'vitest';
import { HostFacts } from '../../../../../workloads/kit/facts/host-facts.ts';
import { readHostFacts } from '../../../../../workloads/kit/facts/read-host-facts.ts';
import { constructed, virtualMachine } from './documents.ts';

describe('the recorded virtual machine', () => {
  const facts = HostFacts.parse(readHostFacts(virtualMachine));

  test('is read in full', () => {
    expect(facts.os).toEqual({
      name: { value: 'Debian GNU/Linux 12 (bookworm)' },
      kernel: { value: '6.18.44-fc-v669' },
      architecture: { value: 'x86_64' },
      libc: { value: 'glibc 2.36' },
      virtualisation: { value: 'docker' },
    });
    expect(facts.cpu).toMatchObject({
      model: { value: 'AMD EPYC' },
      sockets: { value: 1 },
      physicalCores: { value: 2 },
      logicalCpus: { value: 2 },
      numaNodes: { value: 1 },
    });
    expect(facts.cpu.flags).toMatchObject({ value: expect.arrayContaining(['sha_ni', 'avx2']) as string[] });
    expect(facts.memory).toMatchObject({ totalBytes: { value: 25_276_502_016 }, swapBytes: { value: 0 } });
    expect(facts.accelerators).toEqual({ value: [] });
    expect(facts.nics).toMatchObject({
      value: [{ name: 'eth0', identity: '0000:00:03.0', isUp: { value: true }, mtu: { value: 1400 } }],
    });
    expect(facts.identity).toMatchObject({
      hostName: { value: 'node-a' },
      bootId: { value: '00000000-1111-4222-8333-444444444444' },
    });
    expect(facts.programs['fio']).toBe('/usr/bin/fio');
    expect(facts.programs['nosuch']).toBeUndefined();
    expect(facts.headers['zlib.h']).toBe('/usr/include/zlib.h');
  });

  test('names its one drive by the serial that only sysfs has', () => {
    expect(facts.drives).toEqual({
      value: [
        {
          name: 'vda',
          identity: 'overlayblk',
          serial: { value: 'overlayblk' },
          model: { unknown: 'neither lsblk nor sysfs reports a model for vda' },
          transport: { value: 'virtio' },
          firmware: { unknown: 'neither lsblk nor sysfs reports a firmware version for vda' },
          sizeBytes: { value: 274_877_906_944 },
          rotational: { value: true },
          majorMinor: '254:0',
        },
      ],
    });
    expect(facts.scratch.driveIdentity).toEqual({ value: 'overlayblk' });
    expect(facts.scratch.fileSystem).toEqual({ value: 'ext4' });
  });

  test('says why what is not known is not known', () => {
    expect(facts.identity.dmiUuid).toEqual({ unknown: '/sys/class/dmi/id/product_uuid does not exist' });
    expect(facts.limits.cpuQuotaCores).toEqual({ unknown: 'no cgroup of this process has a CPU quota' });
    expect(facts.memory.eccReported).toEqual({
      unknown: 'no EDAC driver is loaded: the kernel says nothing about memory ECC',
    });
  });
});

test('an empty document gives facts in which nothing is known and every field says so', () => {
  const facts = HostFacts.parse(
    readHostFacts({ schema: 'assay/probes', schemaVersion: 1, scratchPath: '/s', probes: [] }),
  );
  const { programs, headers, libraries, ...rest } = facts;
  expect({ programs, headers, libraries }).toEqual({ programs: {}, headers: {}, libraries: {} });
  expect(JSON.stringify(rest)).not.toContain('"value"');
  expect(facts.accelerators).toEqual({ unknown: 'sysfs pci: not probed' });
});

describe('identity', () => {
  test('a file that only root may read says so', () => {
    const facts = readHostFacts(
      constructed({ '/sys/class/dmi/id/product_serial': { status: 'denied', text: '' } }),
    );
    expect(facts.identity.serial).toEqual({
      unknown: 'needs root: /sys/class/dmi/id/product_serial is readable by root only',
    });
  });

  test('what a board maker never filled in is no serial', () => {
    const facts = readHostFacts(
      constructed({
        '/sys/class/dmi/id/sys_vendor': 'Bitfarm\n',
        '/sys/class/dmi/id/product_name': 'RIG-8\n',
        '/sys/class/dmi/id/product_serial': 'To Be Filled By O.E.M.\n',
      }),
    );
    expect(facts.identity.product).toEqual({ value: 'Bitfarm RIG-8' });
    expect(facts.identity.serial).toEqual({
      unknown: '/sys/class/dmi/id/product_serial: the firmware says only `To Be Filled By O.E.M.`',
    });
  });
});

describe('operating system', () => {
  test('musl is told from glibc', () => {
    const facts = readHostFacts(
      constructed({
        'getconf GNU_LIBC_VERSION': {
          status: 'failed',
          text: 'getconf: GNU_LIBC_VERSION: unknown variable',
          exitCode: 1,
        },
        'ldd --version': {
          status: 'failed',
          text: 'musl libc (x86_64)\nVersion 1.2.4\nDynamic Program Loader',
          exitCode: 1,
        },
      }),
    );
    expect(facts.os.libc).toEqual({ value: 'musl 1.2.4' });
  });

  test('"none" exits 1 and is an answer', () => {
    const facts = readHostFacts(
      constructed({ 'systemd-detect-virt': { status: 'failed', text: 'none', exitCode: 1 } }),
    );
    expect(facts.os.virtualisation).toEqual({ value: 'none' });
  });

  test('without systemd the hypervisor flag of the processor decides', () => {
    const absent = { status: 'absent', text: '' } as const;
    expect(readHostFacts(constructed({ 'systemd-detect-virt': absent })).os.virtualisation).toEqual({
      value: 'vm-other',
    });
  });
});

describe('processor without lscpu', () => {
  test('is read from /proc/cpuinfo, hyper-threads counted once', () => {
    const block = (cpu: number, socket: number, core: number): string =>
      `processor\t: ${cpu}\nmodel name\t: Constructed CPU\nphysical id\t: ${socket}\ncore id\t\t: ${core}\nflags\t\t: fpu sse2 avx512f\n`;
    const cpuinfo = [
      block(0, 0, 0),
      block(1, 0, 1),
      block(2, 1, 0),
      block(3, 1, 1),
      block(4, 0, 0),
      block(5, 0, 1),
    ].join('\n');
    const { cpu } = readHostFacts(
      constructed({ 'lscpu -J': { status: 'absent', text: '' }, '/proc/cpuinfo': cpuinfo }),
    );
    expect(cpu.model).toEqual({ value: 'Constructed CPU' });
    expect(cpu.sockets).toEqual({ value: 2 });
    expect(cpu.physicalCores).toEqual({ value: 4 });
    expect(cpu.flags).toEqual({ value: ['fpu', 'sse2', 'avx512f'] });
  });

  test('reads the nested form of newer util-linux', () => {
    const lscpu = {
      lscpu: [
        {
          field: 'Vendor ID:',
          data: 'ARM',
          children: [
            { field: 'Model name:', data: 'Neoverse-V2', children: [{ field: 'Socket(s):', data: '-' }] },
          ],
        },
      ],
    };
    const { cpu } = readHostFacts(
      constructed({ 'lscpu -J': lscpu, '/proc/cpuinfo': 'processor\t: 0\nFeatures\t: fp asimd\n' }),
    );
    expect(cpu.model).toEqual({ value: 'Neoverse-V2' });
    expect(cpu.flags).toEqual({ value: ['fp', 'asimd'] });
    expect(cpu.sockets).toEqual({ unknown: 'lscpu does not report Socket(s)' });
  });
});

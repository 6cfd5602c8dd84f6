import { describe, expect, test } from 'vitest';
import type { Accelerator } from '../../../../../workloads/kit/facts/host-facts.ts';
import { readHostFacts } from '../../../../../workloads/kit/facts/read-host-facts.ts';
import { constructed, h100, nvidiaSmi, pciTree } from './documents.ts';

const smi = 'nvidia-smi -q -x';

/** Of a machine, while the recorded one is a container. */
function accelerators(changes: Parameters<typeof constructed>[0]): readonly Accelerator[] {
  const machine = { 'systemd-detect-virt': { status: 'failed', text: 'none', exitCode: 1 } } as const;
  const fact = readHostFacts(constructed({ ...machine, ...changes })).accelerators;
  if ('unknown' in fact) throw new Error(fact.unknown);
  return fact.value;
}

const device = (id: string, pciClass: string, more: Record<string, string> = {}): Record<string, string> => {
  const [vendor = '', part = ''] = id.split(':');
  return { vendor: `0x${vendor}`, device: `0x${part}`, class: `0x${pciClass}00`, ...more };
};

describe('what counts as an accelerator', () => {
  const count = (id: string, pciClass: string, address = '0000:17:00.0', more = {}): number =>
    accelerators({ 'sysfs pci': pciTree({ [address]: device(id, pciClass, more) }) }).length;

  test.each([
    ['NVIDIA 3D controller', '10de:2330', '0302', 1],
    ['NVIDIA display controller', '10de:2204', '0300', 1],
    ['AMD accelerator', '1002:74a1', '1200', 1],
    ['AMD card', '1002:73bf', '0300', 1],
    ['AMD graphics inside a processor', '1002:164e', '0300', 0],
    ['Gaudi', '1da3:1020', '1200', 1],
    ['ASPEED management chip', '1a03:2000', '0300', 0],
    ['Matrox', '102b:0536', '0300', 0],
    ['QEMU bochs', '1234:1111', '0300', 0],
    ['virtio display', '1af4:1050', '0300', 0],
    ['NVIDIA NVSwitch (a bridge)', '10de:22a3', '0680', 0],
    ['NVIDIA audio function', '10de:228e', '0403', 0],
    ['RAID controller', '1000:00af', '0104', 0],
  ])('%s', (_, id, pciClass, expected) => {
    expect(count(id, pciClass)).toBe(expected);
  });

  test('Intel graphics inside the processor is none, a card behind a bridge is one', () => {
    expect(count('8086:9a49', '0300', '0000:00:02.0')).toBe(0);
    expect(count('8086:56c0', '0380', '0000:4d:00.0')).toBe(1);
  });

  test('a virtual function is part of a card that is counted already', () => {
    expect(count('10de:20b5', '0302', '0000:17:00.4', { physfn: '../0000:17:00.0' })).toBe(0);
  });

  test('an unreadable bus is unknown, not empty', () => {
    expect(readHostFacts(constructed({ 'sysfs pci': {} })).accelerators).toEqual({
      unknown: '/sys/bus/pci/devices is empty or not there: the PCI bus cannot be seen',
    });
  });
});

describe('models by PCI id', () => {
  test.each([
    ['10de:2330', 'H100-SXM5-80GB'],
    ['10de:2335', 'H200-SXM'],
    ['10de:20b2', 'A100-SXM4-80GB'],
    ['10de:2204', 'RTX-3090'],
    ['10de:2684', 'RTX-4090'],
    ['10de:20c2', 'CMP-170HX'],
    ['10de:2082', 'CMP-170HX'],
  ])('%s is %s', (id, model) => {
    const [found] = accelerators({ 'sysfs pci': pciTree({ '0000:01:00.0': device(id, '0302') }) });
    expect(found?.model).toEqual({ value: model });
    expect(found?.pciId).toBe(id);
  });

  test('an id that is not in the table has no model without a driver', () => {
    const [found] = accelerators({ 'sysfs pci': pciTree({ '0000:01:00.0': device('10de:ffff', '0302') }) });
    expect(found?.model).toEqual({ unknown: '`nvidia-smi` is not on the PATH' });
  });
});

describe('presence is counted on the bus, use by the vendor tool', () => {
  const bus = pciTree({ '0000:ba:00.0': h100 });

  test('a GPU that nvidia-smi describes is usable', () => {
    const [gpu] = accelerators({ 'sysfs pci': bus, [smi]: nvidiaSmi([{ id: '00000000:BA:00.0' }]) });
    expect(gpu).toEqual({
      address: '0000:ba:00.0',
      pciId: '10de:2330',
      vendor: 'NVIDIA',
      model: { value: 'H100-SXM5-80GB' },
      purpose: { value: 'computing' },
      driver: { value: 'nvidia' },
      driverVersion: { value: '550.90.07' },
      firmware: { unknown: 'nvidia-smi vbios_version: not reported by this driver' },
      usable: { value: true },
      fault: { unknown: 'nothing is known to be wrong with it' },
      uuid: { value: 'GPU-00000000-0000-4000-8000-0000000000BA' },
      serial: { value: '165422301187BA' },
      memoryBytes: { value: 85_520_809_984 },
      eccEnabled: { value: true },
      isPartitioned: { unknown: 'nvidia-smi mig_mode/current_mig: not reported by this driver' },
      persistenceEnabled: { unknown: 'nvidia-smi persistence_mode: not reported by this driver' },
      confidentialComputing: {
        unknown: 'nvidia-smi cc_protected_memory_usage/total: not reported by this driver',
      },
      fabric: { unknown: 'nvidia-smi fabric/state: not reported by this driver' },
      clocksLowered: {
        unknown: 'nvidia-smi applications_clocks/graphics_clock: not reported by this driver',
      },
      link: {
        width: { value: 16 },
        maxWidth: { value: 16 },
        gigatransfers: { value: 32 },
        maxGigatransfers: { value: 32 },
        slotWidth: { value: 16 },
        slotGigatransfers: { value: 32 },
      },
      powerLimitWatts: { value: 500 },
      defaultPowerLimitWatts: { value: 700 },
      temperatureLimitCelsius: {
        unknown: 'nvidia-smi temperature/gpu_temp_slow_threshold: not reported by this driver',
      },
      memoryUsedBytes: { value: 4_194_304 },
      occupancy: { value: [] },
      rowRemapPending: { value: false },
      rowRemapFailure: { value: false },
    });
  });

  test('no nvidia-smi: present, not usable', () => {
    const [gpu] = accelerators({ 'sysfs pci': bus });
    expect(gpu?.usable).toEqual({ unknown: '`nvidia-smi` is not on the PATH' });
    expect(gpu?.fault).toMatchObject({ value: { kind: 'no-driver' } });
    expect(gpu?.uuid).toEqual({ unknown: '`nvidia-smi` is not on the PATH' });
    expect(gpu?.memoryBytes).toEqual({ unknown: '`nvidia-smi` is not on the PATH' });
  });

  test('nvidia-smi without a driver: present, not usable, and it says what nvidia-smi said', () => {
    const said = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.";
    const [gpu] = accelerators({
      'sysfs pci': bus,
      [smi]: { status: 'failed', text: `${said}\n`, exitCode: 9 },
    });
    expect(gpu?.usable).toEqual({ unknown: `nvidia-smi -q -x: exit code 9, \`${said}\`` });
    expect(gpu?.uuid).toEqual(gpu?.usable);
  });

  test('a GPU that fell off the driver stays in the list', () => {
    const two = pciTree({ '0000:ba:00.0': h100, '0000:bb:00.0': h100 });
    const found = accelerators({ 'sysfs pci': two, [smi]: nvidiaSmi([{ id: '00000000:BB:00.0' }]) });
    expect(found.map(({ address, usable }) => [address, usable])).toEqual([
      ['0000:ba:00.0', { value: false }],
      ['0000:bb:00.0', { value: true }],
    ]);
    expect(found[0]?.fault).toMatchObject({ value: { kind: 'unlisted' } });
    expect(found[0]?.serial).toEqual({
      unknown: 'nvidia-smi does not list 0000:ba:00.0, which is on the PCI bus',
    });
  });

  test('a GPU that a container was not given is no defect: nobody knows how it is', () => {
    const two = pciTree({ '0000:ba:00.0': h100, '0000:bb:00.0': h100 });
    const found = accelerators({
      'sysfs pci': two,
      [smi]: nvidiaSmi([{ id: '00000000:BB:00.0' }]),
      'systemd-detect-virt': 'docker',
    });
    expect(found[0]?.fault).toEqual({
      value: {
        kind: 'no-driver',
        said: 'nvidia-smi does not list 0000:ba:00.0, which is on the PCI bus: perhaps this container was not given it',
      },
    });
    expect(found.map(({ usable }) => 'value' in usable)).toEqual([false, true]);
  });

  test('"Unknown Error" makes a GPU unusable and never becomes a number', () => {
    const [gpu] = accelerators({
      'sysfs pci': bus,
      [smi]: nvidiaSmi([{ id: '00000000:BA:00.0', used: 'Unknown Error' }]),
    });
    expect(gpu?.usable).toEqual({ value: false });
    expect(gpu?.memoryUsedBytes).toMatchObject({
      unknown: 'nvidia-smi fb_memory_usage/used: `Unknown Error`',
    });
  });

  test('an error anywhere in its description makes a GPU unusable', () => {
    const extra = '<temperature><gpu_temp>GPU is lost</gpu_temp></temperature>';
    const [gpu] = accelerators({ 'sysfs pci': bus, [smi]: nvidiaSmi([{ id: '00000000:BA:00.0', extra }]) });
    expect(gpu?.usable).toEqual({ value: false });
  });

  test.each([
    15, 139,
  ])('nvidia-smi that ends with %i and names no GPU has said nothing of any', (exitCode) => {
    const text = `${nvidiaSmi([{ id: '00000000:BA:00.0' }])}\nXid 79: GPU has fallen off the bus`;
    const [gpu] = accelerators({ 'sysfs pci': bus, [smi]: { status: 'failed', text, exitCode } });
    expect(gpu?.usable).not.toEqual({ value: true });
  });

  test('what a user calls his program says nothing of the GPU', () => {
    const extra =
      '<processes><process_info><pid>7</pid><type>C</type><process_name>/home/u/err!</process_name></process_info></processes>';
    const text = nvidiaSmi([{ id: '00000000:BA:00.0' }]).replace(/<processes>[\s\S]*?<\/processes>/, extra);
    const [gpu] = accelerators({ 'sysfs pci': bus, [smi]: text });
    expect(gpu?.usable).toEqual({ value: true });
  });

  test.each(['<nvidia_smi_log ', '<supported_clocks>', '<a'])('a text full of %s is read at once', (part) => {
    const text = nvidiaSmi([{ id: '00000000:BA:00.0' }]).replace(
      /<nvidia_smi_log.*>/,
      (root) => `${root}${part.repeat(400_000)}`,
    );
    // Square time would be minutes.
    expect(accelerators({ 'sysfs pci': bus, [smi]: text })).toHaveLength(1);
  });

  test('N/A is unknown', () => {
    const text = nvidiaSmi([{ id: '00000000:BA:00.0' }])
      .replace('>Enabled<', '>N/A<')
      .replace(/<serial>.*</, '<serial>0<');
    const [gpu] = accelerators({ 'sysfs pci': bus, [smi]: text });
    expect(gpu?.eccEnabled).toEqual({ unknown: 'nvidia-smi ecc_mode/current_ecc: `N/A`' });
    expect(gpu?.serial).toEqual({ unknown: 'nvidia-smi serial: this card has none' });
    expect(gpu?.usable).toEqual({ value: true });
  });

  test('a document that is cut short describes no GPU', () => {
    const text = nvidiaSmi([{ id: '00000000:BA:00.0' }]).slice(0, 900);
    const [gpu] = accelerators({ 'sysfs pci': bus, [smi]: text });
    expect(gpu?.usable).toEqual(gpu?.uuid);
    expect(gpu?.uuid).toEqual({ unknown: 'nvidia-smi -q -x: expected a whole <nvidia_smi_log> document' });
  });

  test('older drivers name their power limits otherwise', () => {
    const text = nvidiaSmi([{ id: '00000000:BA:00.0' }])
      .replaceAll('gpu_power_readings', 'power_readings')
      .replaceAll('current_power_limit', 'enforced_power_limit');
    const [gpu] = accelerators({ 'sysfs pci': bus, [smi]: text });
    expect(gpu?.powerLimitWatts).toEqual({ value: 500 });
    expect(gpu?.defaultPowerLimitWatts).toEqual({ value: 700 });
  });

  test.each([
    ['<gpu_temp>56 C</gpu_temp><gpu_temp_slow_threshold>99 C</gpu_temp_slow_threshold>', { value: 99 }],
    // A driver of an L4: 45 C now, 39 to its own limit, which lies two below the slowdown.
    [
      '<gpu_temp>45 C</gpu_temp><gpu_temp_tlimit>39 C</gpu_temp_tlimit><gpu_temp_slow_tlimit_threshold>-2 C</gpu_temp_slow_tlimit_threshold>',
      { value: 86 },
    ],
    [
      '<gpu_temp>33 C</gpu_temp><gpu_temp_slow_threshold>-5 C</gpu_temp_slow_threshold>',
      { unknown: 'nvidia-smi temperature: -5 C is no limit of an accelerator' },
    ],
    [
      '<gpu_temp_slow_threshold>N/A</gpu_temp_slow_threshold>',
      { unknown: 'nvidia-smi temperature/gpu_temp_slow_threshold: `N/A`' },
    ],
  ])('the driver slows it down at a temperature, or at a margin: %s', (elements, limit) => {
    const text = nvidiaSmi([{ id: '00000000:BA:00.0' }]).replace(
      '</gpu>',
      `<temperature>${elements}</temperature></gpu>`,
    );
    const [gpu] = accelerators({ 'sysfs pci': bus, [smi]: text });
    expect(gpu?.temperatureLimitCelsius).toEqual(limit);
  });

  test('a link of a device that fell off the bus is unknown', () => {
    const fallen = pciTree({
      '0000:ba:00.0': { ...h100, current_link_width: '63', current_link_speed: 'Unknown' },
    });
    const [gpu] = accelerators({ 'sysfs pci': fallen });
    expect(gpu?.link.width).toEqual({ unknown: '0000:ba:00.0 current_link_width: 63 is no link width' });
    expect(gpu?.link.gigatransfers).toEqual({
      unknown: '0000:ba:00.0 current_link_speed: `Unknown` is no amount',
    });
  });

  test('amdgpu tells memory without any tool', () => {
    const amd = device('1002:74a1', '1200', {
      mem_info_vram_total: '205822885888',
      mem_info_vram_used: '1048576',
      driver: '../amdgpu',
    });
    const [gpu] = accelerators({ 'sysfs pci': pciTree({ '0000:0c:00.0': amd }) });
    expect(gpu).toMatchObject({
      model: { value: 'MI300X' },
      memoryBytes: { value: 205_822_885_888 },
      memoryUsedBytes: { value: 1_048_576 },
      usable: { unknown: 'amd-smi static --json: not probed' },
    });
  });
});

test('a document whose tags do not match is refused with the tag, never read as another GPU', () => {
  const two = [{ id: '00000000:BA:00.0' }, { id: '00000000:BB:00.0' }];
  const text = nvidiaSmi(two).replace('</ecc_mode>', '</ecc_mode></ecc_mode>');
  const bus = pciTree({ '0000:ba:00.0': h100, '0000:bb:00.0': h100 });
  for (const gpu of accelerators({ 'sysfs pci': bus, [smi]: text }))
    expect(gpu.usable).toEqual({
      unknown: 'nvidia-smi -q -x: expected XML, got `</ecc_mode>` out of place',
    });
});

describe('modes that change what is measured', () => {
  const modes = (extra: string) => {
    const [gpu] = accelerators({
      'sysfs pci': pciTree({ '0000:ba:00.0': h100 }),
      [smi]: nvidiaSmi([{ id: '00000000:BA:00.0', extra }]),
    });
    return gpu && { fabric: gpu.fabric, confidentialComputing: gpu.confidentialComputing };
  };
  test.each([
    // HGX A100 and cards: the call is for Hopper and newer.
    ['<fabric><state>N/A</state><status>N/A</status></fabric>', { value: 'not supported' }],
    ['<fabric><state>Not Supported</state><status>Success</status></fabric>', { value: 'not supported' }],
    ['<fabric><state>Completed</state><status>Success</status></fabric>', { value: 'Completed, Success' }],
    ['<fabric><state>In Progress</state><status>N/A</status></fabric>', { value: 'In Progress, N/A' }],
    [
      '<fabric><state>Completed</state><status>Success</status><health><bandwidth>Full</bandwidth><route_unhealthy>True</route_unhealthy></health></fabric>',
      { value: 'Completed, Success, route_unhealthy: True' },
    ],
    ['', { unknown: 'nvidia-smi fabric/state: not reported by this driver' }],
  ])('the fabric as the driver says it: %s', (extra, fabric) => {
    expect(modes(extra)?.fabric).toEqual(fabric);
  });
  test.each([
    ['0 MiB', { value: false }],
    ['80559 MiB', { value: true }],
    ['N/A', { unknown: 'nvidia-smi cc_protected_memory_usage/total: `N/A`' }],
  ])('%s of protected memory', (total, found) => {
    expect(
      modes(`<cc_protected_memory_usage><total>${total}</total></cc_protected_memory_usage>`)
        ?.confidentialComputing,
    ).toEqual(found);
  });
});

import { describe, expect, it } from 'vitest';
import { xidsId } from '../../../../../workloads/kit/facts/read-counts.ts';
import { readMachine } from '../../../../../workloads/kit/facts/read-host-facts.ts';
import { constructed } from './documents.ts';

const read = (changes: Parameters<typeof constructed>[0]) => readMachine(constructed(changes)).counted;
const device = '/sys/class/net/ibp26s0/device';
const port = `${device}/infiniband/mlx5_0/ports/1`;
const infiniBand = (more: Readonly<Record<string, string>>) => ({
  '/sys/class/net/ibp26s0': '../../devices/pci0000:00/0000:1a:00.0/net/ibp26s0',
  [device]: '../../../0000:1a:00.0',
  '/sys/class/net/ibp26s0/carrier_down_count': '2\n',
  [`${port}/link_layer`]: 'InfiniBand\n',
  ...more,
});
const gpu = (inner: string): string =>
  `<?xml version="1.0" ?><nvidia_smi_log><driver_version>575.57.08</driver_version><attached_gpus>1</attached_gpus><gpu id="00000000:1B:00.0"><uuid>GPU-1</uuid>${inner}</gpu></nvidia_smi_log>`;
const reasons = 'clocks_event_reasons_counters';

describe('what devices have counted', () => {
  it('is read of ports and of host memory, each once and by its device', () => {
    const { counts } = read({
      'sysfs net': infiniBand({
        [`${port}/counters/link_downed`]: '3\n',
        [`${port}/counters/excessive_buffer_overrun_errors`]: '0\n',
      }),
      'sysfs edac': { '/sys/devices/system/edac/mc/mc0/ue_count': '1\n' },
    });
    expect(counts).toEqual({
      value: [
        { of: '0000:1a:00.0', counter: 'carrierLosses', value: 2 },
        { of: '0000:1a:00.0', counter: 'linkLosses', value: 3 },
        { of: '0000:1a:00.0', counter: 'bufferOverruns', value: 0 },
        { of: 'mc0', counter: 'memoryErrors', value: 1 },
      ],
    });
  });

  it('leaves out what is at its top, no number, of a virtual function, or of a link that counts elsewhere', () => {
    const { counts } = read({
      'sysfs net': {
        ...infiniBand({
          [`${port}/counters/link_downed`]: '255',
          [`${port}/counters/excessive_buffer_overrun_errors`]: 'N/A (no PMA)',
        }),
        [`${port}/link_layer`]: 'InfiniBand',
        '/sys/class/net/ibp26s0/carrier_down_count': '-1',
        '/sys/class/net/vf0/device': '../../../0000:1a:00.2',
        '/sys/class/net/vf0/device/physfn': '../0000:1a:00.0',
        '/sys/class/net/vf0/carrier_down_count': '7',
      },
      'sysfs edac': {},
    });
    expect(counts).toEqual({ unknown: 'no device tells what it counted' });
    const onEthernet = infiniBand({
      [`${port}/link_layer`]: 'Ethernet',
      [`${port}/counters/link_downed`]: '9',
    });
    expect(read({ 'sysfs net': onEthernet, 'sysfs edac': {} }).counts).toEqual({
      value: [{ of: '0000:1a:00.0', counter: 'carrierLosses', value: 2 }],
    });
  });

  it('is read of an accelerator, as far as its driver tells', () => {
    const old = gpu(
      '<remapped_rows><remapped_row_unc>2</remapped_row_unc></remapped_rows><retired_pages><double_bit_retirement><retired_count>N/A</retired_count></double_bit_retirement></retired_pages>',
    );
    const none = { 'sysfs net': {}, 'sysfs edac': {} };
    expect(read({ 'nvidia-smi -q -x': old, ...none }).counts).toEqual({
      value: [{ of: 'GPU-1', counter: 'remappedRows', value: 2 }],
    });
    const slowed = ['sw_therm_slowdown', 'hw_therm_slowdown', 'hw_power_brake']
      .map((each, at) => `<${reasons}_${each}>${10 ** at} us</${reasons}_${each}>`)
      .join('');
    const ecc =
      '<ecc_errors><aggregate><dram_uncorrectable>1</dram_uncorrectable><sram_uncorrectable_parity>0</sram_uncorrectable_parity></aggregate></ecc_errors>';
    expect(
      read({ 'nvidia-smi -q -x': gpu(`${ecc}<${reasons}>${slowed}</${reasons}>`), ...none }).counts,
    ).toEqual({
      value: [
        { of: 'GPU-1', counter: 'uncorrectedErrors', value: 1 },
        { of: 'GPU-1', counter: 'thermalSlowdown', value: 11 },
        { of: 'GPU-1', counter: 'powerBrake', value: 100 },
      ],
    });
  });

  it('has the Xids of a card by what names the card, and says why where the log is closed', () => {
    const logged = [
      { slot: '0000:1b:00', xid: 79, times: 1, record: 9 },
      { slot: '0000:43:00', xid: 94, times: 2, record: 8 },
    ];
    expect(read({ 'nvidia-smi -q -x': gpu(''), [xidsId]: logged }).xids).toEqual({
      value: [
        { of: 'GPU-1', xid: 79, times: 1, record: 9 },
        { of: '0000:43:00.0', xid: 94, times: 2, record: 8 },
      ],
    });
    expect(read({ [xidsId]: [] }).xids).toEqual({ value: [] });
    for (const bad of [[{ slot: 'x', xid: 1, times: 1, record: 1 }], { xids: [] }])
      expect(read({ [xidsId]: bad }).xids).toHaveProperty('unknown');
    expect(read({ [xidsId]: { status: 'denied', text: '' } }).xids).toHaveProperty('unknown');
  });
});

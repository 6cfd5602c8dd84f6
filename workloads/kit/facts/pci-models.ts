/**
 * What is known by PCI id, so that a card is named before any driver is installed. Model names are those of the limits.
 * Sources: NVIDIA open-gpu-kernel-modules README (supported GPUs, 550.40.82); pci.ids of Debian 12; amdgpu.ids as ROCm
 * ships it; 2901, 2941 and 2b85 from oci-hpc and the 570 driver's list; 74a1 from amd-smi's tests.
 * An id that is not here is named by its driver or not at all, never guessed.
 */
export const computing: Readonly<Record<string, string>> = {
  '10de:15f7': 'P100-PCIe-12GB',
  '10de:15f8': 'P100-PCIe-16GB',
  '10de:15f9': 'P100-SXM2-16GB',
  '10de:1b38': 'P40',
  '10de:1bb3': 'P4',
  '10de:1b06': 'GTX-1080-Ti',
  '10de:1b80': 'GTX-1080',
  '10de:1b81': 'GTX-1070',
  '10de:1b82': 'GTX-1070-Ti',
  '10de:1c03': 'GTX-1060-6GB',
  '10de:1d81': 'TITAN-V',
  '10de:1db1': 'V100-SXM2-16GB',
  '10de:1db4': 'V100-PCIe-16GB',
  '10de:1db5': 'V100-SXM2-32GB',
  '10de:1db6': 'V100-PCIe-32GB',
  '10de:1db8': 'V100-SXM3-32GB',
  '10de:1df6': 'V100S-PCIe-32GB',
  '10de:1e02': 'TITAN-RTX',
  '10de:1e04': 'RTX-2080-Ti',
  '10de:1e07': 'RTX-2080-Ti',
  '10de:1e30': 'Quadro-RTX-6000/8000',
  '10de:1e82': 'RTX-2080',
  '10de:1e87': 'RTX-2080',
  '10de:1e84': 'RTX-2070-SUPER',
  '10de:1eb8': 'T4',
  '10de:1f02': 'RTX-2070',
  '10de:1f07': 'RTX-2070',
  '10de:1f08': 'RTX-2060',
  '10de:20b0': 'A100-SXM4-40GB',
  '10de:20b1': 'A100-PCIe-40GB',
  '10de:20b2': 'A100-SXM4-80GB',
  '10de:20b3': 'A100-SXM-64GB',
  '10de:20b5': 'A100-PCIe-80GB',
  '10de:20b7': 'A30-PCIe',
  '10de:20f1': 'A100-PCIe-40GB',
  '10de:20f3': 'A800-SXM4-80GB',
  '10de:20f5': 'A800-PCIe-80GB',
  '10de:20f6': 'A800-PCIe-40GB',
  '10de:2203': 'RTX-3090-Ti',
  '10de:2204': 'RTX-3090',
  '10de:2206': 'RTX-3080-10GB',
  '10de:2207': 'RTX-3070-Ti',
  '10de:2208': 'RTX-3080-Ti',
  '10de:220a': 'RTX-3080-12GB',
  '10de:2216': 'RTX-3080-10GB',
  '10de:2230': 'RTX-A6000',
  '10de:2231': 'RTX-A5000',
  '10de:2232': 'RTX-A4500',
  '10de:2233': 'RTX-A5500',
  '10de:2235': 'A40',
  '10de:2236': 'A10',
  '10de:2237': 'A10G',
  '10de:2321': 'H100-NVL-94GB',
  '10de:2322': 'H800-PCIe',
  '10de:2324': 'H800-SXM5',
  '10de:2329': 'H20',
  '10de:232c': 'H20-3e',
  '10de:2330': 'H100-SXM5-80GB',
  '10de:2331': 'H100-PCIe-80GB',
  '10de:2335': 'H200-SXM',
  '10de:233a': 'H800-NVL',
  '10de:2342': 'GH200',
  '10de:2482': 'RTX-3070-Ti',
  '10de:2484': 'RTX-3070',
  '10de:2488': 'RTX-3070',
  '10de:2486': 'RTX-3060-Ti',
  '10de:2489': 'RTX-3060-Ti',
  '10de:2503': 'RTX-3060',
  '10de:2504': 'RTX-3060',
  '10de:24b0': 'RTX-A4000',
  '10de:2684': 'RTX-4090',
  '10de:2685': 'RTX-4090-D',
  '10de:26b1': 'RTX-6000-Ada',
  '10de:26b2': 'RTX-5000-Ada',
  '10de:26b5': 'L40',
  '10de:26b9': 'L40S',
  '10de:26ba': 'L20',
  '10de:2702': 'RTX-4080-SUPER',
  '10de:2704': 'RTX-4080',
  '10de:2782': 'RTX-4070-Ti',
  '10de:2786': 'RTX-4070',
  '10de:27b6': 'L2',
  '10de:27b8': 'L4',
  '10de:2901': 'B200-SXM',
  '10de:2941': 'GB200',
  '10de:2b85': 'RTX-5090',
  '10de:2e12': 'GB10',
  '1002:6860': 'MI25',
  '1002:66a1': 'MI50-32GB',
  '1002:66af': 'Radeon-VII',
  '1002:687f': 'RX-Vega',
  '1002:738c': 'MI100',
  '1002:738e': 'MI100',
  '1002:73a1': 'Radeon-Pro-V620',
  '1002:73a3': 'Radeon-PRO-W6800',
  '1002:73af': 'RX-6900-XT',
  '1002:73bf': 'RX-6800/6900',
  '1002:7408': 'MI250X',
  '1002:740c': 'MI250',
  '1002:740f': 'MI210',
  '1002:744c': 'RX-7900',
  '1002:74a0': 'MI300A',
  '1002:74a1': 'MI300X',
  '1002:74a2': 'MI308X',
  '1002:74a5': 'MI325X',
  // What a virtual machine is given of it: all of one card.
  '1002:74b5': 'MI300X',
  '1002:74b9': 'MI325X',
  '8086:0bd5': 'Max-1550',
  '8086:0bd6': 'Max-1550',
  '8086:0bda': 'Max-1100',
  '8086:56a0': 'Arc-A770',
  '8086:56a1': 'Arc-A750',
  '8086:56c0': 'Flex-170',
  '8086:56c1': 'Flex-140',
  '1da3:1000': 'Gaudi',
  '1da3:1010': 'Gaudi',
  '1da3:1020': 'Gaudi2',
};

/** Mining cards: no display, no ECC, narrow links, and throttled by construction. */
export const mining: Readonly<Record<string, string>> = {
  '10de:1b07': 'P102-100',
  '10de:1b87': 'P104-100',
  '10de:1bc7': 'P104-101',
  '10de:1c07': 'P106-100',
  '10de:1c09': 'P106-090',
  '10de:1e09': 'CMP-50HX',
  '10de:1f0b': 'CMP-40HX',
  '10de:2082': 'CMP-170HX',
  '10de:20c2': 'CMP-170HX',
  '10de:2189': 'CMP-30HX',
  '10de:220d': 'CMP-90HX',
  '10de:248a': 'CMP-70HX',
};

/** How drivers name mining cards whose id is in no table. */
export const isMiningName = (name: string): boolean => /\b(CMP \d+HX|P10[246]-\d{3})\b/.test(name);

export const pciVendors: Readonly<Record<string, string>> = {
  '10de': 'NVIDIA',
  '1002': 'AMD',
  '8086': 'Intel',
  '1da3': 'Habana Labs',
};

/** Cards that show a picture and little else: they are no accelerators, and decide about nothing. */
const displayAdapters: ReadonlySet<string> = new Set([
  // NVIDIA: GT218, GF108, GF119, GK107, GK208, GP108 and what was sold as NVS.
  ...idsOf(
    '10de',
    '0a62 0a65 0de7 0f00 0f01 0f02 0f03 0f06 0fc1 0fc5 0fc8 0fc9 0ffd 1049 104a 104c 104d 107c 107d',
  ),
  ...idsOf('10de', '10d8 1281 1284 1286 1287 1288 1289 128b 13b9 1cb3 1d01 1d02'),
  // AMD: graphics of servers' management (Rage XL, RN50, ES1000), then Cedar, Caicos and Oland.
  ...idsOf('1002', '474d 474f 4752 515e 5969'),
  ...idsOf('1002', '68e1 68e4 68e5 68e8 68e9 68f1 68f2 68f8 68f9 68fa 68fe 6770 6771 6772 6778 6779 677b'),
  ...idsOf('1002', '6608 6610 6611 6613 6617'),
]);

function idsOf(vendor: string, devices: string): string[] {
  return devices.split(' ').map((device) => `${vendor}:${device}`);
}

/**
 * AMD keeps graphics inside processors and chipsets in ranges of ids: 11xx–1fxx since Kaveri, 96xx and 97xx for chipsets
 * and Llano, 98xx and 99xx up to Stoney Ridge; 79xx and 5a4x before.
 */
const amdIntegrated = /^(1[1-9a-f]|9[6-9])|^79[13]|^5a4[12]|^7941$/;

/** A display adapter, or graphics inside a processor: both have the vendor and the class of an accelerator. */
export function isDisplayOnly(vendor: string, device: string, address: string): boolean {
  if (displayAdapters.has(`${vendor}:${device}`)) return true;
  if (vendor === '1002') return amdIntegrated.test(device);
  // Bus 0 is inside the processor, and in a virtual machine it is where a card is put that was lent to it.
  return vendor === '8086' && /^[0-9a-f]+:00:/.test(address) && computing[`8086:${device}`] === undefined;
}

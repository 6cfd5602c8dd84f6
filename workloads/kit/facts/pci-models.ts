/**
 * Accelerator models by PCI id, so that a card is named before any driver is installed. Names are those of the
 * limits. Sources: NVIDIA open-gpu-kernel-modules README (supported GPUs, 550.40.82) and
 * pci.ids of Debian 12; 2901, 2941 and 2b85 from oci-hpc and the 570 driver's list; 74a1 from amd-smi's tests.
 * An id that is not here is named by its driver or not at all, never guessed.
 */
export const pciModels: Readonly<Record<string, string>> = {
  '10de:1eb8': 'T4',
  '10de:1db1': 'V100-SXM2-16GB',
  '10de:1db4': 'V100-PCIe-16GB',
  '10de:1db5': 'V100-SXM2-32GB',
  '10de:1db6': 'V100-PCIe-32GB',
  '10de:20b0': 'A100-SXM4-40GB',
  '10de:20b1': 'A100-PCIe-40GB',
  '10de:20b2': 'A100-SXM4-80GB',
  '10de:20b5': 'A100-PCIe-80GB',
  '10de:20b7': 'A30-PCIe',
  '10de:20f1': 'A100-PCIe-40GB',
  '10de:2203': 'RTX-3090-Ti',
  '10de:2204': 'RTX-3090',
  '10de:2206': 'RTX-3080-10GB',
  '10de:2208': 'RTX-3080-Ti',
  '10de:220a': 'RTX-3080-12GB',
  '10de:2216': 'RTX-3080-10GB',
  '10de:2235': 'A40',
  '10de:2236': 'A10',
  '10de:2237': 'A10G',
  '10de:2321': 'H100-NVL-94GB',
  '10de:2330': 'H100-SXM5-80GB',
  '10de:2331': 'H100-PCIe-80GB',
  '10de:2335': 'H200-SXM',
  '10de:2684': 'RTX-4090',
  '10de:26b5': 'L40',
  '10de:26b9': 'L40S',
  '10de:27b8': 'L4',
  '10de:2901': 'B200-SXM',
  '10de:2941': 'GB200',
  '10de:2b85': 'RTX-5090',
  // Mining cards: no display, no ECC, narrow links.
  '10de:1e09': 'CMP-50HX',
  '10de:1f0b': 'CMP-40HX',
  '10de:2082': 'CMP-170HX',
  '10de:20c2': 'CMP-170HX',
  '10de:2189': 'CMP-30HX',
  '10de:220d': 'CMP-90HX',
  '10de:248a': 'CMP-70HX',
  '1002:738c': 'MI100',
  '1002:7408': 'MI250X',
  '1002:740f': 'MI210',
  '1002:74a1': 'MI300X',
};

export const pciVendors: Readonly<Record<string, string>> = {
  '10de': 'NVIDIA',
  '1002': 'AMD',
  '8086': 'Intel',
  '1da3': 'Habana Labs',
};

/** Graphics parts inside AMD processors, which carry the same class and vendor as a card (pci.ids). */
export const amdIntegrated: ReadonlySet<string> = new Set([
  '15d8',
  '15dd',
  '1636',
  '1638',
  '163f',
  '164c',
  '164d',
  '164e',
  '1681',
  '15bf',
  '15c8',
  '150e',
  '1506',
  '13c0',
  '1900',
  '1901',
  '1586',
  '9874',
  '98e4',
]);

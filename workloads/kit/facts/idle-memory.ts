import type { Fact } from './fact.ts';
import { valueOf } from './fact.ts';

const mebibyte = 1024 * 1024;

/** Memory of an accelerator that nobody uses, by what it is. The first row that names its model, else its vendor, applies. */
interface IdleRow {
  readonly vendor: string;
  readonly models?: readonly string[];
  /** What its driver keeps for itself; `shared`: the host uses it too, so that how much is taken says nothing. */
  readonly bytes: number | 'shared';
  /** Where that is from; `experience` has no public source. */
  readonly source: string;
}

export const idleRows: readonly IdleRow[] = [
  {
    vendor: 'NVIDIA',
    models: ['GH200', 'GB200'],
    bytes: 'shared',
    source: 'experience: the kernel may use it as a NUMA node of its own',
  },
  {
    vendor: 'NVIDIA',
    models: ['GB10'],
    bytes: 'shared',
    source:
      'https://github.com/XuehaiPan/nvitop/pull/208: answers NOT_SUPPORTED, its memory is that of the host',
  },
  {
    vendor: 'AMD',
    models: ['MI300A'],
    bytes: 'shared',
    source: 'experience: processor and accelerator share one memory',
  },
  {
    vendor: 'NVIDIA',
    bytes: 15 * mebibyte,
    source: 'https://github.com/facebookresearch/gcm: an idle GPU has at most 15 MiB in use',
  },
  {
    vendor: 'AMD',
    bytes: 320 * mebibyte,
    source: 'https://github.com/ROCm/legacy-rocm-build/issues/4750: 284 MiB on idle MI300X',
  },
];

/**
 * Whatever the row says, this share of it is no sign of use: healthy MI300 and B300 exceed 256 MB
 * (https://github.com/AMD-AGI/TraceLens/pull/809).
 */
export const idleShare = 0.01;

/** What an idle accelerator may have in use, in bytes; of a vendor without a row, its share. */
export function idleMemory(
  vendor: string,
  model: Fact<string>,
  memoryBytes: Fact<number>,
): number | 'shared' {
  const name = valueOf(model);
  const row = idleRows.find(
    (each) =>
      each.vendor === vendor &&
      (each.models === undefined || (name !== undefined && each.models.includes(name))),
  );
  if (row?.bytes === 'shared') return 'shared';
  return Math.max(row?.bytes ?? 0, idleShare * (valueOf(memoryBytes) ?? 0));
}

import type { HostFacts } from '../../../../workloads/kit/facts/host-facts.ts';
import type { ManifestPart } from '../../../config/manifest.ts';
import type { ManifestFinding } from './manifest-finding.ts';

const scales: Readonly<Record<string, number>> = { M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/**
 * Of what is installed, MemTotal leaves out what kernel and firmware took before: 64 bytes describe each page of
 * 4096 (1.6 %), and firmware, crash kernel and graphics take theirs.
 */
const reservedShare = 0.03;

/**
 * Compares the rows about memory of one node with what the kernel has, which is all that the facts say. It passes when
 * less is lacking than one module and than a kernel takes, so that no module can be absent.
 */
export function compareMemory(rows: readonly ManifestPart[], facts: HostFacts): readonly ManifestFinding[] {
  return [
    ...rows.flatMap(({ serial }): readonly ManifestFinding[] =>
      serial === undefined ? [] : [{ verdict: 'missing', reason: { say: 'module-unknown', serial } }],
    ),
    compareTotal(rows, facts),
  ];
}

function compareTotal(rows: readonly ManifestPart[], { memory }: HostFacts): ManifestFinding {
  const modules = rows.map(({ count, model }) => ({ count, model, bytes: moduleBytes(model ?? '') }));
  const blank = modules.find(({ bytes }) => bytes === undefined);
  if (blank !== undefined) return { verdict: 'missing', reason: { say: 'module-size', model: blank.model } };
  if ('unknown' in memory.totalBytes)
    return { verdict: 'missing', reason: { say: 'memory-unknown', unknown: memory.totalBytes.unknown } };
  const sizes = modules.flatMap(({ bytes }) => bytes ?? []);
  const expected = modules.reduce((sum, { count, bytes = 0 }) => sum + count * bytes, 0);
  const found = memory.totalBytes.value;
  const lacking = expected - found;
  const isWhole = lacking < Math.min(...sizes);
  const isUsual = lacking <= reservedShare * expected;
  const said = { say: 'memory-sum', expected, found } as const;
  if (lacking < 0) return { verdict: 'fail', reason: { ...said, off: 'surplus' } };
  if (isWhole && isUsual) return { verdict: 'pass', reason: { ...said, off: 'kernel' } };
  if (!isWhole && !isUsual) return { verdict: 'fail', reason: { ...said, off: 'lacking' } };
  return { verdict: 'missing', reason: { ...said, off: isWhole ? 'within-module' : 'within-kernel' } };
}

/**
 * The one size in the name of a module. In those GB is GiB, since prefixes of semiconductor memory are binary
 * (JESD100B.01); Gb is the density of a chip.
 */
function moduleBytes(model: string): number | undefined {
  const sizes = [...model.matchAll(/(?<![\w.])(\d{1,6}(?:\.\d{1,6})?) ?(?:([MGT])i?B|([mgt])b)(?!\w)/g)];
  const [[, number, capital, small] = []] = sizes;
  const bytes = Number(number) * (scales[capital ?? small?.toUpperCase() ?? ''] ?? 0);
  return sizes.length === 1 && bytes > 0 ? bytes : undefined;
}

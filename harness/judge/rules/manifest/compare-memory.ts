import type { HostFacts } from '../../../../workloads/kit/facts/host-facts.ts';
import type { ManifestPart } from '../../../config/manifest.ts';
import { compareParts } from './compare-parts.ts';
import type { FoundDevice } from './manifest-devices.ts';
import { manifestDevices } from './manifest-devices.ts';
import type { ManifestFinding } from './manifest-finding.ts';
import { matchModel } from './match-model.ts';
import { moduleBytes, partNumbers, sizeName } from './module-size.ts';

/**
 * Of what is installed, MemTotal leaves out what kernel and firmware took before: 64 bytes describe each page of
 * 4096 (1.6 %), and firmware, crash kernel and graphics take theirs.
 */
const reservedShare = 0.03;

/**
 * Compares the rows about memory of one node with its modules, as far as the facts know them, and their sum with what the kernel
 * has. The sum passes when less is lacking than one module and than a kernel takes, so that no module can be absent.
 */
export function compareMemory(
  rows: readonly ManifestPart[],
  elsewhere: readonly ManifestPart[],
  facts: HostFacts,
): readonly ManifestFinding[] {
  const devices = manifestDevices('memory', facts);
  const sizes = rows.map(({ model }) => moduleBytes(model ?? ''));
  const isBySize = sizes.every((bytes) => bytes !== undefined);
  if ('value' in devices) {
    const named = rows.map((row) => withOneName(row, devices.value));
    return [
      ...compareParts({ part: 'memory', rows: named, elsewhere, devices }),
      ...(isBySize ? [compareTotal(rows, facts)] : []),
    ];
  }
  const isNumbered = ({ model = '' }: ManifestPart): boolean =>
    moduleBytes(model) !== undefined && partNumbers(model).length > 0;
  return [
    ...compareParts({ part: 'memory', rows: rows.filter(isNumbered), elsewhere, devices }),
    ...rows.flatMap((row): readonly ManifestFinding[] => {
      const { serial } = row;
      return serial === undefined || isNumbered(row)
        ? []
        : [
            {
              verdict: 'missing',
              reason: { say: 'part-unknown', part: 'memory', serial, unknown: devices.unknown },
            },
          ];
    }),
    compareTotal(rows, facts),
  ];
}

/**
 * A row that names a size means any module of that size, whatever else it says in general; one with a part number beside it
 * means that product. Of several part numbers, the maker's and the seller's, the firmware tells one.
 */
function withOneName(row: ManifestPart, devices: readonly FoundDevice[]): ManifestPart {
  const { model = '' } = row;
  const bytes = moduleBytes(model);
  if (bytes === undefined) return row;
  const numbers = partNumbers(model);
  const told = numbers.find((number) => devices.some((device) => matchModel(device, [number]) !== undefined));
  return { ...row, model: told ?? (numbers.join(' ') || sizeName(bytes)) };
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

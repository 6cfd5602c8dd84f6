import type { HostFacts } from '../../../../workloads/kit/facts/host-facts.ts';
import type { ManifestPart } from '../../../config/manifest.ts';
import type { ManifestFinding } from './manifest-finding.ts';

const gibibyte = 2 ** 30;
const scales: Readonly<Record<string, number>> = { M: 2 ** 20, G: gibibyte, T: 2 ** 40 };

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
    ...rows.flatMap(({ slot, serial }): readonly ManifestFinding[] =>
      serial === undefined
        ? []
        : [
            {
              part: 'memory',
              ...(slot === undefined ? {} : { slot }),
              expected: `serial ${serial}`,
              found: 'not known',
              verdict: 'missing',
              reason: `expected the memory module with serial ${serial}, not known: the facts hold no serials of modules`,
            },
          ],
    ),
    compareTotal(rows, facts),
  ];
}

function compareTotal(rows: readonly ManifestPart[], { memory }: HostFacts): ManifestFinding {
  const modules = rows.map(({ count, model }) => ({ count, model, bytes: moduleBytes(model ?? '') }));
  const says = (found: string, verdict: ManifestFinding['verdict'], reason: string): ManifestFinding => ({
    part: 'memory',
    expected: modules.map(({ count, model }) => `${count} × ${model ?? 'memory'}`).join(' + '),
    found,
    verdict,
    reason,
  });
  const sizes = modules.flatMap(({ bytes }) => bytes ?? []);
  const blank = modules.find(({ bytes }) => bytes === undefined);
  if (blank !== undefined) {
    return says(
      'not known',
      'missing',
      `expected the size of a module such as \`64 GiB\` in \`model\`, got ${blank.model === undefined ? 'nothing' : `\`${blank.model}\``}: the memory cannot be compared`,
    );
  }
  if ('unknown' in memory.totalBytes)
    return says('not known', 'missing', `the size of the memory is not known: ${memory.totalBytes.unknown}`);
  const total = modules.reduce((sum, { count, bytes = 0 }) => sum + count * bytes, 0);
  const found = memory.totalBytes.value;
  const lacking = total - found;
  const reason = `expected ${show(total)} of memory, found ${show(found)}`;
  if (lacking < 0) return says(show(found), 'fail', `${reason}: more than is listed`);
  const isWhole = lacking < Math.min(...sizes);
  const isUsual = lacking <= reservedShare * total;
  if (isWhole && isUsual) return says(show(found), 'pass', `${reason}, of which a kernel takes a part`);
  if (!isWhole && !isUsual) return says(show(found), 'fail', `${reason}: ${show(lacking)} lacking`);
  return says(
    show(found),
    'missing',
    `${reason}: ${isWhole ? 'less than a module is lacking, but more than a kernel takes' : 'more than a module is lacking, but no more than a kernel may take'}`,
  );
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

const show = (bytes: number): string => `${Number((bytes / gibibyte).toFixed(1))} GiB`;

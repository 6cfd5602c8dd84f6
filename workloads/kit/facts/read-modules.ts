import type { Evidence, Tree } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown, valueOf } from './fact.ts';
import type { MemoryModule } from './host-facts.ts';
import type { DmiEntry } from './read-dmi-table.ts';
import { dmiEntries, dmiText } from './read-dmi-table.ts';
import { firstKnown, mapFact, readAmount } from './read-number.ts';

/** What udev wrote down of the firmware's table when the machine started, for everybody to read (systemd 248 and later). */
const udevId = '/run/udev/data/+dmi:id';

/** The modules that are fitted: from udev or dmidecode with their serials, from the kernel's memory controllers (EDAC) without. */
export function readModules(evidence: Evidence): Fact<MemoryModule[]> {
  const udev = mapFact(evidence.text(udevId), (text) => modulesFrom(udevEntries(text), udevId));
  const table = mapFact(dmiEntries(evidence, 17), (entries) => modulesFrom(entries, 'dmidecode'));
  const edac = mapFact(evidence.tree('sysfs edac'), readEdac);
  const found = firstKnown(udev, table, edac);
  if ('value' in found || 'value' in udev || 'value' in table || 'value' in edac) return found;
  return unknown([table.unknown, udev.unknown, edac.unknown].join('; '));
}

/** `E:MEMORY_DEVICE_3_SIZE=34359738368`, with the names that dmidecode has for them. */
function udevEntries(text: string): readonly DmiEntry[] {
  const names: Readonly<Record<string, string>> = {
    SIZE: 'Size',
    LOCATOR: 'Locator',
    BANK_LOCATOR: 'Bank Locator',
    MANUFACTURER: 'Manufacturer',
    SERIAL_NUMBER: 'Serial Number',
    PART_NUMBER: 'Part Number',
  };
  const entries = new Map<string, Map<string, string>>();
  for (const line of text.split('\n')) {
    const [, index = '', key = '', value = ''] =
      /^E:MEMORY_DEVICE_(\d{1,4})_([A-Z_]+)=(.*)$/.exec(line) ?? [];
    const name = names[key];
    if (name === undefined) continue;
    const entry = entries.get(index) ?? new Map<string, string>();
    entries.set(index, entry.set(name, value));
  }
  return [...entries.values()];
}

/** An empty socket has no size, or none that is a number. */
function modulesFrom(entries: readonly DmiEntry[], from: string): Fact<MemoryModule[]> {
  const fitted = entries.flatMap((entry) => {
    const size = sizeOf(entry.get('Size') ?? '');
    return size === undefined ? [] : [{ entry, size }];
  });
  const locators = fitted.map(({ entry }) => entry.get('Locator') ?? '');
  const isClear = new Set(locators).size === locators.length;
  const modules = fitted.map(
    ({ entry, size }, index): MemoryModule => ({
      name: [isClear ? '' : (entry.get('Bank Locator') ?? ''), locators[index] ?? '']
        .filter((word) => word !== '')
        .join(' '),
      vendor: dmiText(entry, 'Manufacturer'),
      model: dmiText(entry, 'Part Number'),
      serial: dmiText(entry, 'Serial Number'),
      sizeBytes: known(size),
    }),
  );
  return modules.length > 0 ? known(modules) : unknown(`${from}: the firmware lists no memory module`);
}

const scales: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** udev writes bytes; dmidecode `32 GB`, newer ones `32 GiB`, both binary. */
function sizeOf(text: string): number | undefined {
  const [, number, prefix = ''] = /^(\d{1,18})(?: ([kMGT])i?B)?$/.exec(text.trim()) ?? [];
  const bytes = Number(number) * (scales[prefix] ?? 0);
  return bytes > 0 ? bytes : undefined;
}

/**
 * A controller that knows chip selects (`csrow`) lists ranks, of which a module has one to eight; only one that knows sockets
 * lists modules.
 */
function readEdac(tree: Tree): Fact<MemoryModule[]> {
  const folders = new Set(
    Object.keys(tree).flatMap((path) => /^(.*\/mc\d+\/(?:dimm|rank)\d+)\/size$/.exec(path)?.[1] ?? []),
  );
  if (folders.size === 0) return unknown('no EDAC driver lists modules of memory');
  const get = (folder: string, name: string): string => {
    const entry = tree[`${folder}/${name}`];
    return typeof entry === 'string' ? entry : '';
  };
  const all = [...folders].toSorted();
  if (all.some((folder) => /\/rank\d+$/.test(folder) || get(folder, 'dimm_location').includes('csrow')))
    return unknown('the EDAC driver lists ranks of memory, not modules');
  const why = `needs root: the kernel's memory controllers (EDAC) tell the size of a module only`;
  const modules = all.map((folder): MemoryModule => {
    const label = get(folder, 'dimm_label') || get(folder, 'dimm_location');
    return {
      name: label === '' ? (folder.split('/mc/')[1] ?? folder) : label,
      vendor: unknown(why),
      model: unknown(why),
      serial: unknown(why),
      sizeBytes: readAmount(`${folder}/size`, get(folder, 'size'), 2 ** 20),
    };
  });
  return known(modules.filter(({ sizeBytes }) => valueOf(sizeBytes) !== 0));
}

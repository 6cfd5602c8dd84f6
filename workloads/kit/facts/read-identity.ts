import type { Evidence } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown } from './fact.ts';
import type { HostFacts } from './host-facts.ts';
import { isPlaceholder, isPlaceholderUuid } from './placeholders.ts';
import { fruOfMachine } from './read-fru.ts';
import { firstKnown, mapFact } from './read-number.ts';

export function readIdentity(evidence: Evidence): HostFacts['identity'] {
  const firmware = (name: string, isNothing = isPlaceholder): Fact<string> => {
    const path = `/sys/class/dmi/id/${name}`;
    return mapFact(evidence.text(path), (text) =>
      isNothing(text) ? unknown(`${path}: the firmware says only \`${text.slice(0, 40)}\``) : known(text),
    );
  };
  const product = mapFact(firmware('product_name'), (name) =>
    known(
      [firmware('sys_vendor')]
        .flatMap((vendor) => ('value' in vendor ? [vendor.value, name] : [name]))
        .join(' '),
    ),
  );
  const board = mapFact(firmware('board_name'), (name) =>
    known(
      [firmware('board_vendor')]
        .flatMap((vendor) => ('value' in vendor ? [vendor.value, name] : [name]))
        .join(' '),
    ),
  );
  return {
    hostName: evidence.text('/proc/sys/kernel/hostname'),
    bootId: evidence.text('/proc/sys/kernel/random/boot_id'),
    machineId: mapFact(evidence.text('/etc/machine-id'), (text) =>
      // What an image has that was never started.
      /^[0-9a-f]{32}$/.test(text) && !isPlaceholder(text)
        ? known(text)
        : unknown(`/etc/machine-id: \`${text.slice(0, 40)}\` is no id of a machine`),
    ),
    dmiUuid: firmware('product_uuid', isPlaceholderUuid),
    // Home-built machines and rigs name only their board.
    product: firstKnown(product, board),
    serial: firstKnown(
      firmware('product_serial'),
      firmware('board_serial'),
      fruOfMachine(evidence, 'Product Serial'),
    ),
    firmware: firmware('bios_version'),
    controllerFirmware: mapFact(evidence.tree('host settings'), (tree) => {
      const path = Object.keys(tree).find((each) => each.endsWith('/firmware_revision'));
      const version = path === undefined ? undefined : tree[path];
      return typeof version === 'string' && version !== ''
        ? known(version)
        : unknown('no driver of a management controller (ipmi_si) tells its firmware');
    }),
  };
}

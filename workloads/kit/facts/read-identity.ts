import type { Evidence } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown } from './fact.ts';
import type { HostFacts } from './host-facts.ts';
import { firstKnown, mapFact } from './read-number.ts';

/** What board makers leave in SMBIOS fields that they never filled in. */
const placeholder =
  /^(to be filled by o\.?e\.?m\.?|default string|not specified|not applicable|none|n\/a|system (manufacturer|product name|serial number)|0+|[0-]+|f[f-]+|x+|\.+)$/i;

export function readIdentity(evidence: Evidence): HostFacts['identity'] {
  const firmware = (name: string): Fact<string> => {
    const path = `/sys/class/dmi/id/${name}`;
    return mapFact(evidence.text(path), (text) =>
      placeholder.test(text)
        ? unknown(`${path}: the firmware says only \`${text.slice(0, 40)}\``)
        : known(text),
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
    machineId: evidence.text('/etc/machine-id'),
    dmiUuid: firmware('product_uuid'),
    // Home-built machines and rigs name only their board.
    product: firstKnown(product, board),
    serial: firstKnown(firmware('product_serial'), firmware('board_serial')),
  };
}

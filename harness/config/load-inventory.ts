import { AssayError } from '../../workloads/kit/assay-error.ts';
import { facilityClaim } from '../certify/asset-verdict.ts';
import { showValue } from './describe-issues.ts';
import type { HardwareClass } from './hardware-class.ts';
import { checkClaims } from './hardware-class.ts';
import { Inventory } from './inventory.ts';
import { loadSource } from './load-source.ts';
import { suggestName } from './nearest-name.ts';
import type { Source } from './read-config.ts';
import { deepFreeze, readConfig } from './read-config.ts';

/** Reads an inventory file and resolves its classes. */
export async function loadInventory(
  file: string,
  classes: ReadonlyMap<string, HardwareClass>,
): Promise<Inventory> {
  return readInventory(await loadSource(file), classes);
}

/**
 * An inventory from its text, with the claims of each node's class written out: what is kept in `inputs/` says
 * by itself what had to be proven. A claim that contradicts the class is refused, not merged.
 */
export function readInventory(source: Source, classes: ReadonlyMap<string, HardwareClass>): Inventory {
  const inventory = readConfig(Inventory, source);
  const seen = new Set<string>();
  const nodes = inventory.nodes.map((node, index) => {
    const place = `${source.file}: nodes[${index}]`;
    if (seen.has(node.name)) refuse(`${place}.name: expected each name once, got \`${node.name}\` again`);
    seen.add(node.name);
    checkClaims(node.claims, `${place}.claims`, new Map([[facilityClaim, 'boolean']]));
    if (node.class === undefined) return node;
    const hardwareClass = classes.get(node.class);
    if (hardwareClass === undefined) {
      return refuse(
        `${place}.class: expected a class, got \`${node.class}\``,
        suggestName(node.class, classes.keys()),
      );
    }
    for (const [path, value] of Object.entries(node.claims)) {
      const claimed = hardwareClass.claims[path];
      if (claimed !== undefined && claimed !== value) {
        refuse(
          `${place}.claims.${path}: expected ${showValue(claimed)} as class ${node.class} says, got ${showValue(value)}`,
        );
      }
    }
    return { ...node, claims: { ...hardwareClass.claims, ...node.claims } };
  });
  return deepFreeze({ ...inventory, nodes });
}

function refuse(message: string, hint = 'Correct the inventory.'): never {
  throw new AssayError('CONFIG_INVALID', message, { hint });
}

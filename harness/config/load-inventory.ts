import { dirname, resolve } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { readSshTarget } from '../transport/ssh-target.ts';
import { showValue } from './describe-issues.ts';
import type { HardwareClass } from './hardware-class.ts';
import { checkClaims, checkSettings } from './hardware-class.ts';
import type { Asic, Inventory } from './inventory.ts';
import { facilityClaim, InventoryFile, InventoryNode } from './inventory.ts';
import { loadSource } from './load-source.ts';
import type { Manifest } from './manifest.ts';
import { noMapping, readManifestMapping } from './manifest-mapping.ts';
import { suggestName } from './nearest-name.ts';
import { expandNodeSet } from './node-set.ts';
import { deepFreeze, readConfig } from './read-config.ts';
import { readManifest } from './read-manifest.ts';
import type { Source } from './read-yaml.ts';
import { loadToolpack } from './toolpack.ts';

/** An inventory with the manifest that it names. */
export interface LoadedInventory {
  readonly inventory: Inventory;
  readonly manifest: Manifest | undefined;
}

/** Reads an inventory file, resolves its classes and node sets, and reads the manifest that it names. */
export async function loadInventory(
  file: string,
  classes: ReadonlyMap<string, HardwareClass>,
): Promise<LoadedInventory> {
  const source = await loadSource(file);
  const { manifest, manifestMapping, toolpack } = readConfig(InventoryFile, source);
  const inventory = await withToolpack(readInventory(source, classes), toolpack, file);
  if (manifest === undefined && manifestMapping !== undefined)
    refuse(`${file}: manifestMapping: expected \`manifest\` beside it, found none`);
  if (manifest === undefined) return { inventory, manifest: undefined };
  const names = inventory.nodes.map(({ name }) => name);
  const load = (path: string): Promise<Source> => loadSource(resolve(dirname(file), path));
  const mapping =
    manifestMapping === undefined ? noMapping : readManifestMapping(await load(manifestMapping));
  return { inventory, manifest: readManifest(await load(manifest), names, mapping) };
}

/**
 * An inventory from its text, with every name and the claims of each node's class written out: what is kept in
 * `inputs/` says by itself what had to be proven. A claim that contradicts the class is refused, not merged.
 */
export function readInventory(source: Source, classes: ReadonlyMap<string, HardwareClass>): Inventory {
  const {
    groups,
    manifest: _,
    manifestMapping: __,
    toolpack: ___,
    ssh,
    facility,
    powerDomains,
    ...written
  } = readConfig(InventoryFile, source);
  const sets = new Map(Object.entries(groups));
  const expand = (text: string, place: string): readonly string[] => {
    const names = expandNodeSet(text, sets);
    return names.ok ? names.value : refuse(`${source.file}: ${place}: ${names.error}`);
  };
  for (const group of sets.keys()) expand(`@${group}`, `groups.${group}`);
  const seen = new Set<string>();
  const nodes = written.nodes.flatMap((entry, index) => {
    const place = `nodes[${index}]`;
    checkClaims(entry.claims, `${source.file}: ${place}.claims`, new Map([[facilityClaim, 'boolean']]));
    const claims = withClass(entry, `${source.file}: ${place}`, classes);
    checkSettings(entry.settings, `${source.file}: ${place}.settings`);
    const settings = { ...classes.get(entry.class ?? '')?.settings, ...entry.settings };
    return expand(entry.name, `${place}.name`).map((name): InventoryNode => {
      if (!InventoryNode.shape.name.safeParse(name).success)
        refuse(
          `${source.file}: ${place}.name: expected a name of letters, digits, dots, dashes and underscores, got \`${name}\``,
          'How a node is reached stands in `host`.',
        );
      if (seen.has(name))
        refuse(`${source.file}: ${place}.name: expected each name once, got \`${name}\` again`);
      seen.add(name);
      for (const key of ['maxWatts', 'psuWatts', 'miningWatts'] as const) {
        const watts = entry[key];
        if (watts !== undefined && (watts < leastWatts || watts > mostWatts))
          refuse(
            `${source.file}: ${place}.${key}: expected from ${leastWatts} to ${mostWatts} W for one machine, got ${watts}`,
            'Give it in watts.',
          );
      }
      const host = entry.host?.replaceAll('{name}', name);
      if (host !== undefined) readSshTarget(host, `${source.file}: ${place}.host`);
      const cooling = entry.cooling ?? classes.get(entry.class ?? '')?.cooling;
      return {
        ...entry,
        name,
        claims,
        ...(Object.keys(settings).length === 0 ? {} : { settings }),
        ...(cooling === undefined ? {} : { cooling }),
        ...(host === undefined ? {} : { host }),
      };
    });
  });
  const checkNode = (name: string, place: string): void => {
    if (!seen.has(name))
      refuse(
        `${source.file}: ${place}: expected a node of this inventory, got \`${name}\``,
        suggestName(name, seen),
      );
  };
  if (written.golden !== undefined) checkNode(written.golden, 'golden');
  refuseTwice(written.asics ?? [], seen, source.file);
  const domains = powerDomains?.map((domain, index) => {
    const place = `powerDomains[${index}].nodes`;
    const members = expand(domain.nodes, place);
    for (const name of members) checkNode(name, place);
    return { ...domain, nodes: [...members] };
  });
  checkPower(domains ?? [], nodes, source.file);
  return deepFreeze({
    ...written,
    ...(ssh === undefined ? {} : { ssh: { config: resolve(dirname(source.file), ssh.config) } }),
    ...(facility === undefined ? {} : { facility: { command: fromFile(source.file, facility.command) } }),
    ...(domains === undefined ? {} : { powerDomains: domains }),
    nodes,
  });
}

/** What the run keeps of a tool pack is what it has to be on each node. */
async function withToolpack(
  inventory: Inventory,
  path: string | undefined,
  file: string,
): Promise<Inventory> {
  if (path === undefined) return inventory;
  const { document, digest } = await loadToolpack(resolve(dirname(file), path));
  const { name, machine } = document;
  return deepFreeze({ ...inventory, toolpack: { name, machine, digest } });
}

/** A program with a path is found beside the inventory, one without on the PATH. */
const fromFile = (file: string, [program = '', ...args]: readonly string[]): string[] => [
  program.includes('/') ? resolve(dirname(file), program) : program,
  ...args,
];

function withClass(
  entry: InventoryFile['nodes'][number],
  place: string,
  classes: ReadonlyMap<string, HardwareClass>,
): InventoryNode['claims'] {
  if (entry.class === undefined) return entry.claims;
  const hardwareClass = classes.get(entry.class);
  if (hardwareClass === undefined) {
    return refuse(
      `${place}.class: expected a class, got \`${entry.class}\``,
      suggestName(entry.class, classes.keys()),
    );
  }
  for (const [path, value] of Object.entries(entry.claims)) {
    const claimed = hardwareClass.claims[path];
    if (claimed !== undefined && claimed !== value) {
      refuse(
        `${place}.claims.${path}: expected ${showValue(claimed)} as class ${entry.class} says, got ${showValue(value)}`,
      );
    }
  }
  return { ...hardwareClass.claims, ...entry.claims };
}

/** What one machine can draw (a controller board to a rack that is one machine), and one feed bring. Beyond it is another unit. */
const [leastWatts, mostWatts, mostFeedKw] = [50, 50_000, 10_000];

/** A limit of a domain means something only when it is known what every node in it can draw, and counted once. */
function checkPower(
  domains: Inventory['powerDomains'] & object,
  nodes: readonly InventoryNode[],
  file: string,
): void {
  const owners = new Map<string, string>();
  for (const [index, { id, limitKw, nodes: members }] of domains.entries()) {
    if (limitKw > mostFeedKw)
      refuse(
        `${file}: powerDomains[${index}].limitKw: expected at most ${mostFeedKw} kW for one feed, got ${limitKw}`,
        'Give it in kilowatts.',
      );
    for (const name of members) {
      const place = `${file}: powerDomains[${index}].nodes`;
      const other = owners.get(name);
      if (other !== undefined)
        refuse(`${place}: expected ${name} in one power domain, found it in ${other} and ${id}`);
      owners.set(name, id);
      if (nodes.find((node) => node.name === name)?.maxWatts === undefined)
        refuse(
          `${place}: expected maxWatts of ${name}, which is in the power domain ${id}, found none`,
          'Give every node of a power domain its maxWatts.',
        );
    }
  }
}

function refuse(message: string, hint = 'Correct the inventory.'): never {
  throw new AssayError('CONFIG_INVALID', message, { hint });
}

/** A machine that is listed twice would count twice. */
function refuseTwice(asics: readonly Asic[], names: ReadonlySet<string>, file: string): void {
  const serials = new Set<string>();
  const own = new Set(names);
  for (const [index, { name, serial }] of asics.entries()) {
    if (own.has(name))
      refuse(`${file}: asics[${index}].name: expected each name once, got \`${name}\` again`);
    own.add(name);
    if (serial !== undefined && serials.has(serial))
      refuse(`${file}: asics[${index}].serial: expected each serial once, got \`${serial}\` again`);
    if (serial !== undefined) serials.add(serial);
  }
}

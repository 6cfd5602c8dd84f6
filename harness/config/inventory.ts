import * as z from 'zod';
import { NodeName } from '../../workloads/kit/names.ts';
import { ExpectedSettings } from './expected-setting.ts';
import { ToolpackName } from './toolpack.ts';

/** The claim by which an inventory vouches for the site itself (power, cooling, building). */
export const facilityClaim = 'facility.attested';

const claim = z.union([z.string(), z.number(), z.boolean()]);

export const Cooling = z.enum(['air', 'dlc', 'immersion']);

const Container = z.strictObject({
  engine: z.enum(['docker', 'podman', 'nerdctl']),
  /** Its name or id. */
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/),
});

export const InventoryNode = z.strictObject({
  name: NodeName,
  /** How to reach it, `[user@]host[:port]` as ssh takes it; absent: its name, or this machine for `local`. */
  host: z.string().optional(),
  class: z.string().optional(),
  claims: z.record(z.string(), claim).default({}),
  /** What its settings should be, in place of what its class says of them. */
  settings: ExpectedSettings.optional(),
  /** Directory that storage steps write to; absent: below the agent's state directory. */
  scratch: z.string().optional(),
  /** A container that runs on the machine, to be measured from inside: through its engine, once the machine is reached. */
  container: Container.optional(),
  /** Drives of this machine, by serial number, that may be overwritten from one end to the other: all that is on them is lost. */
  erase: z
    .array(z.string().regex(/^[\x21-\x7e]{1,64}$/))
    .max(64)
    .optional(),
  /** Where the agent may keep its files, tried before the usual places. */
  stateDir: z.string().startsWith('/').optional(),
  /** Where it stands, for the people who have to go there. */
  rack: z.string().max(40).optional(),
  slot: z.string().max(40).optional(),
  /** Most that it draws from its power domain, in watts. */
  maxWatts: z.number().positive().optional(),
  /** What is written on its power supplies, all together, in watts: a rig is planned within four fifths of it. */
  psuWatts: z.number().positive().optional(),
  /** What a rig drew at its plug while it mined, in watts, as somebody measured it. */
  miningWatts: z.number().positive().optional(),
  /** How it is cooled: `dlc` (liquid to the chip) and `immersion` fail in seconds when a pump or a hose does. Absent: by its class, or air. */
  cooling: Cooling.optional(),
});
export type InventoryNode = z.infer<typeof InventoryNode>;

/**
 * A machine that computes SHA-256 and does nothing else: nobody logs in to it, and nothing of it is measured. What is written on it is
 * told by whoever writes the inventory.
 */
export const Asic = z.strictObject({
  name: NodeName,
  model: z.string().min(1).max(80),
  serial: z.string().min(1).max(64).optional(),
  rack: z.string().max(40).optional(),
  slot: z.string().max(40).optional(),
  /** Its management interface, which is asked and never written to; absent: it is left alone. */
  api: z.enum(['cgminer']).optional(),
  /** Where that answers; absent: at its name, on port 4028. */
  host: z
    .string()
    .regex(/^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(?::\d{1,5})?$/)
    .optional(),
  /** The largest that are sold take 5 to 11 kW and give some hundred TH/s. */
  watts: z.number().positive().max(20_000),
  terahashesPerSecond: z.number().positive().max(5000),
});
export type Asic = z.infer<typeof Asic>;

/** A command on the machine of the coordinator that tells of flow and leaks of the liquid that cools machines. */
export const FacilityCommand = z.strictObject({ command: z.array(z.string().min(1)).min(1) });
export type FacilityCommand = z.infer<typeof FacilityCommand>;

export const PowerDomain = z.strictObject({
  id: z.string().min(1),
  limitKw: z.number().positive(),
  nodes: z.array(z.string()).min(1),
});
export type PowerDomain = z.infer<typeof PowerDomain>;

/**
 * What is claimed about the machines before anybody looks: their names and, for `certify`, their class.
 * A class is a list of facts that must then be proven (`claims`, by HostFacts path); a survey claims nothing.
 * Names are written out and paths are absolute: this is what a run keeps. What people write is an InventoryFile.
 */
export const Inventory = z.strictObject({
  schema: z.literal('assay/inventory'),
  schemaVersion: z.literal(1),
  /** The ssh_config to use instead of the user's own, as `ssh -F`. */
  ssh: z.strictObject({ config: z.string().min(1) }).optional(),
  /** The network under test between the nodes, by the name of its interface. */
  fabric: z.strictObject({ interface: z.string().regex(/^[^\s/]{1,15}$/) }).optional(),
  /** The site that the machines belong to, by any name: runs of different sites are never compared. */
  site: z.string().min(1).max(80).optional(),
  /** The node that all others are to be configured like. */
  golden: z.string().optional(),
  powerDomains: z.array(PowerDomain).optional(),
  facility: FacilityCommand.optional(),
  /** Miners of SHA-256 that stand beside the nodes: for the conversion report alone. */
  asics: z.array(Asic).max(100_000).optional(),
  /** Libraries and programs of the site that lie on each node for tools to use. */
  toolpack: ToolpackName.optional(),
  nodes: z.array(InventoryNode).min(1),
});
export type Inventory = z.infer<typeof Inventory>;

/**
 * An inventory as people write it. `nodes[].name`, `groups` and the nodes of a power domain are node sets
 * (`gpu[001-064]`, `@rack7`, `@rack7!gpu013`); `{name}` in `host` stands for the name of the node; paths are relative
 * to the file.
 */
export const InventoryFile = Inventory.extend({
  groups: z.record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/), z.string()).default({}),
  /** A CSV of what the supplier says was delivered, and what its columns and parts are called here. */
  manifest: z.string().optional(),
  manifestMapping: z.string().optional(),
  /** The folder of a tool pack. */
  toolpack: z.string().min(1).optional(),
  powerDomains: z.array(PowerDomain.extend({ nodes: z.string() })).optional(),
  nodes: z.array(InventoryNode.extend({ name: z.string().min(1) })).min(1),
});
export type InventoryFile = z.infer<typeof InventoryFile>;

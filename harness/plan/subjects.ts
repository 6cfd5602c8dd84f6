import { compareText } from '../../workloads/kit/compare-text.ts';
import { valueOf } from '../../workloads/kit/facts/fact.ts';
import type { Accelerator, Drive, HostFacts, Nic } from '../../workloads/kit/facts/host-facts.ts';
import { nameOf } from '../../workloads/kit/subject.ts';
import type { PlannedSubject } from './plan.ts';

/** A subject with the facts about it, and every name under which a tool may report on it. */
export interface KnownSubject {
  readonly subject: PlannedSubject;
  readonly device: Accelerator | Drive | Nic | undefined;
  readonly names: readonly string[];
}

/** The things of a node that a verdict can be about: the node itself, then its devices in a stable order. */
export function listSubjects(node: string, facts: HostFacts | undefined): readonly PlannedSubject[] {
  return describeSubjects(node, facts).map(({ subject }) => subject);
}

/** `listSubjects` with the facts of each. */
export function describeSubjects(node: string, facts: HostFacts | undefined): readonly KnownSubject[] {
  const self: KnownSubject = {
    subject: { id: node, node, kind: 'node', label: node },
    device: undefined,
    names: [node],
  };
  if (facts === undefined) return [self];
  return [
    self,
    ...name(node, 'accelerator', (valueOf(facts.accelerators) ?? []).map(describeAccelerator)),
    ...name(node, 'drive', (valueOf(facts.drives) ?? []).map(describeDrive)),
    ...name(node, 'nic', (valueOf(facts.nics) ?? []).map(describeNic)),
  ];
}

interface Described {
  readonly device: Accelerator | Drive | Nic;
  readonly identity: string;
  /** Tells two devices apart that claim the same identity. */
  readonly place: string;
  readonly label: string;
  readonly names: readonly string[];
}

const present = (values: readonly (string | undefined)[]): string[] =>
  values.filter((value) => value !== undefined && value !== '') as string[]; // the filter just proved it

const describeAccelerator = (device: Accelerator): Described => {
  const uuid = valueOf(device.uuid);
  return {
    device,
    identity: uuid ?? device.address,
    place: device.address,
    label: present([valueOf(device.model) ?? device.pciId, `at ${device.address}`]).join(' '),
    names: present([uuid, device.address, valueOf(device.serial)]),
  };
};

const describeDrive = (device: Drive): Described => ({
  device,
  identity: device.identity,
  place: device.name,
  label: present([device.name, valueOf(device.model)]).join(' '),
  names: present([device.identity, valueOf(device.serial)]),
});

const describeNic = (device: Nic): Described => ({
  device,
  identity: device.identity,
  place: device.name,
  label: device.name,
  names: [device.identity],
});

/** Gives ids. Two devices with one identity keep their cells apart and lose the names that they share. */
function name(
  node: string,
  kind: PlannedSubject['kind'],
  described: readonly Described[],
): readonly KnownSubject[] {
  const uses = new Map<string, number>();
  for (const { names } of described) {
    for (const each of new Set(names)) uses.set(each, (uses.get(each) ?? 0) + 1);
  }
  return described
    .map(({ device, identity, place, label, names }) => {
      const own = uses.get(identity) === 1 ? identity : `${identity}@${place}`;
      return {
        subject: { id: nameOf({ kind: 'device', node, device: own }), node, kind, label, device: own },
        device,
        names: names
          .filter((each) => uses.get(each) === 1)
          .map((each) => nameOf({ kind: 'device', node, device: each })),
      };
    })
    .toSorted((a, b) => compareText(a.subject.id, b.subject.id));
}

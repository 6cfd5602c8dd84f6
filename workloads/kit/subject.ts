import * as z from 'zod';

/** What a number or a verdict is about: a node, a device of one, or several nodes together. */
export const Subject = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('node'), node: z.string() }),
  /** `device` is its UUID, serial or address, never an index. */
  z.strictObject({ kind: z.literal('device'), node: z.string(), device: z.string() }),
  z.strictObject({ kind: z.literal('pair'), nodes: z.tuple([z.string(), z.string()]) }),
  /** Named as the set of its members is (`node[1-4]`), who may be a thousand and stand with its trials. */
  z.strictObject({ kind: z.literal('group'), name: z.string() }),
]);
export type Subject = z.infer<typeof Subject>;

/** What several nodes do together, by the name of the group. */
export function subjectOfGroup(name: string, members: readonly string[]): Subject {
  const [first, second, ...more] = members;
  return first === undefined || second === undefined || more.length > 0
    ? { kind: 'group', name }
    : { kind: 'pair', nodes: [first, second] };
}

/** How a subject is called: `node1`, `node1/<device>`, `node1+node2`. Nothing is read out of a name again. */
export function nameOf(subject: Subject): string {
  switch (subject.kind) {
    case 'node':
      return subject.node;
    case 'device':
      return `${subject.node}/${subject.device}`;
    case 'pair':
      return subject.nodes.join('+');
    case 'group':
      return subject.name;
  }
}

/** Whose a subject is: the node that it is, or is part of, or the group. */
export const nodeOrGroupOf = (subject: Subject): string => nodeOf(subject) ?? nameOf(subject);

/** The node that a subject is, or is part of; what several nodes did together is no node's. */
export const nodeOf = (subject: Subject): string | undefined =>
  'node' in subject ? subject.node : undefined;

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameOf, nodeOf, Subject } from '../../../../workloads/kit/subject.ts';

describe('a subject', () => {
  it.each([
    [{ kind: 'node', node: 'n1' }, 'n1', 'n1'],
    [{ kind: 'device', node: 'n1', device: '/sys/devices/virtio1' }, 'n1//sys/devices/virtio1', 'n1'],
    [{ kind: 'pair', nodes: ['n1', 'n2'] }, 'n1+n2', undefined],
    [{ kind: 'group', name: 'n[1-4]' }, 'n[1-4]', undefined],
  ] as const satisfies readonly (readonly [
    unknown,
    string,
    string | undefined,
  ])[])('of %o is %s on %s', (given, name, node) => {
    const subject = Subject.parse(given);
    expect(nameOf(subject)).toBe(name);
    expect(nodeOf(subject)).toBe(node);
  });

  it('has a name that begins with its node, whatever a device is called', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (node, device) => {
        const subject: Subject = { kind: 'device', node, device };
        expect(nameOf(subject).slice(0, node.length)).toBe(nodeOf(subject));
        expect(nameOf(subject).slice(node.length + 1)).toBe(device);
      }),
    );
  });

  it('of no other kind is refused', () => {
    expect(Subject.safeParse({ kind: 'node', node: 'n1', device: 'x' }).success).toBe(false);
    expect(Subject.safeParse('n1').success).toBe(false);
  });
});

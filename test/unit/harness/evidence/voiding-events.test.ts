import { describe, expect, it } from 'vitest';
import { findEvents, isVoid, voidingEvents } from '../../../../harness/evidence/voiding-events.ts';
import type { Cell } from '../../../../reports/verdict/cell.ts';
import { known } from '../../../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../../../workloads/kit/facts/host-facts.ts';
import type { Subject } from '../../../../workloads/kit/subject.ts';
import { nodeOf } from '../../../../workloads/kit/subject.ts';
import { h100, mergeFacts, nvmeDrive } from '../../../support/constructed/facts.ts';

const uuid = (gpu: number): string => `GPU-${gpu}`;
const accelerators = (change: object = {}) =>
  known([0, 1].map((gpu) => h100(gpu, { uuid: known(uuid(gpu)), ...(gpu === 1 ? change : {}) })));
const plain = mergeFacts({ accelerators: accelerators() });
const base: HostFacts = {
  ...plain,
  identity: { ...plain.identity, dmiUuid: known('one') },
  settings: { ...plain.settings, iommu: known('passthrough') },
  libraries: { 'libnccl.so.2': '/usr/lib/libnccl.so.2.21.5' },
  networkCards: known([]),
  transceivers: known([]),
  memory: { ...plain.memory, modules: known([]) },
};
const with_ = (change: Partial<HostFacts>): HostFacts => ({ ...base, ...change });

const cell = (subject: Subject, dimension: string, isMeasured: boolean): Cell =>
  ({
    id: `${nodeOf(subject) ?? 'together'}:${dimension}`,
    subject,
    dimension,
    ...(isMeasured ? { observed: { kind: 'samples' } } : { observed: { kind: 'fact' } }),
  }) as unknown as Cell;
const node = { kind: 'node', node: 'n1' } as const;
const cells: Readonly<Record<string, Cell>> = {
  'speed of gpu 0': cell({ kind: 'device', node: 'n1', device: uuid(0) }, 'D1', true),
  'speed of gpu 1': cell({ kind: 'device', node: 'n1', device: uuid(1) }, 'D1', true),
  'model of gpu 1': cell({ kind: 'device', node: 'n1', device: uuid(1) }, 'D1', false),
  'all-reduce': cell(node, 'D4', true),
  storage: cell(node, 'D6', true),
  cooling: cell(node, 'D8', true),
  soak: cell(node, 'D9', true),
  accounts: cell(node, 'D12', false),
  'another node': cell({ kind: 'node', node: 'n2' }, 'D4', true),
  'a pair with it': cell({ kind: 'pair', nodes: ['n1', 'n2'] }, 'D5', true),
  'a pair without it': cell({ kind: 'pair', nodes: ['n2', 'n3'] }, 'D5', true),
};
const isAmong = ({ subject }: Cell, name: string): boolean =>
  subject.kind === 'pair' && subject.nodes.includes(name);

/** Which of the cells say nothing any more, and by which events. */
function voided(after: HostFacts): { readonly events: readonly string[]; readonly cells: readonly string[] } {
  const events = findEvents('n1', base, after);
  return {
    events: [...new Set(events.map(({ event }) => event.id))],
    cells: Object.keys(cells).filter((name) => events.some((event) => isVoid(cells[name]!, event, isAmong))),
  };
}

const measured = [
  'speed of gpu 0',
  'speed of gpu 1',
  'all-reduce',
  'storage',
  'cooling',
  'soak',
  'a pair with it',
];
const part = (name: string, serial: string) => ({
  name,
  vendor: known('x'),
  model: known('x'),
  serial: known(serial),
});

describe('what voids a report', () => {
  it('is nothing where nothing has changed, or where it is not known', () => {
    expect(voided(base)).toEqual({ events: [], cells: [] });
    const { identity } = base;
    expect(voided(with_({ identity: { ...identity, firmware: { unknown: 'needs root' } } })).events).toEqual(
      [],
    );
  });

  it.each<[string, HostFacts, readonly string[]]>([
    [
      'board',
      with_({ identity: { ...base.identity, dmiUuid: known('another') } }),
      [...measured, 'model of gpu 1', 'accounts'],
    ],
    [
      'accelerator',
      with_({ accelerators: accelerators({ uuid: known('GPU-9') }) }),
      ['speed of gpu 1', 'model of gpu 1', 'all-reduce', 'cooling', 'soak', 'a pair with it'],
    ],
    [
      'network-card',
      with_({
        networkCards: known([
          { address: '0000:1a:00', chip: known('x'), model: known('x'), serial: known('s') },
        ]),
      }),
      ['soak', 'a pair with it'],
    ],
    [
      'drive',
      with_({ drives: known([nvmeDrive({ name: 'nvme9n1', identity: 'other' })]) }),
      ['storage', 'soak'],
    ],
    [
      'memory',
      with_({ memory: { ...base.memory, modules: known([{ ...part('A1', 's'), sizeBytes: known(1) }]) } }),
      ['all-reduce', 'soak'],
    ],
    ['cable', with_({ transceivers: known([part('eth0', 's')]) }), ['soak', 'a pair with it']],
    ['driver', with_({ accelerators: accelerators({ driverVersion: known('999.1') }) }), measured],
    ['firmware', with_({ accelerators: accelerators({ firmware: known('99.00') }) }), measured],
    [
      'software',
      with_({ libraries: { ...base.libraries, 'libnccl.so.2': '/other/libnccl.so.2' } }),
      measured,
    ],
    ['state', with_({ accelerators: accelerators({ powerLimitWatts: known(300) }) }), measured],
    [
      'settings',
      with_({ settings: { ...base.settings, iommu: known('translated and different') } }),
      measured,
    ],
  ])('is %s, for what it touches', (id, after, expected) => {
    const found = voided(after);
    expect(found.events).toEqual([id]);
    expect([...found.cells].toSorted()).toEqual([...expected].toSorted());
  });

  it('has a test for each row', () => {
    expect(voidingEvents.map(({ id }) => id)).toEqual([
      'board',
      'accelerator',
      'network-card',
      'drive',
      'memory',
      'cable',
      'driver',
      'firmware',
      'software',
      'state',
      'settings',
    ]);
  });
});

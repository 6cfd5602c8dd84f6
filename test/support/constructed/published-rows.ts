import type { Published, Row } from '../../../harness/limits/published.ts';
import type { Metric } from '../../../workloads/kit/workload.ts';

/** A card, a node of eight of it, and a network card, with one source that says what a test needs. */
export const publish = (...rows: readonly (Pick<Row, 'quantity' | 'unit'> & Partial<Row>)[]): Published => ({
  rows: rows.map((row) => ({ for: ['card'], where: {}, from: 'maker', at: 'table 1', ...row })),
  classes: [
    { id: 'card', kind: 'accelerator', title: 'Card', models: ['CARD'] },
    { id: 'node', kind: 'node', title: '8 × Card', of: 'card', count: 8, nvls: true },
    { id: 'rail', kind: 'rail', title: 'Rail' },
  ],
  sources: {
    maker: { title: 'Maker', kind: 'vendor', retrieved: '2026-11-30', locator: 'maker@1 ' },
    cloud: { title: 'Cloud', kind: 'provider', retrieved: '2026-11-30', locator: 'cloud@1 ' },
    exemplar: { title: 'Exemplar', kind: 'vendor', retrieved: '2026-11-30', locator: 'exemplar@1 ' },
  },
});

const speed = (unit: Metric['unit']): Metric => ({
  unit,
  better: 'higher',
  domain: 'positive',
  title: 'constructed',
});

/** Also of metrics that no workload declares yet. */
export const metrics: ReadonlyMap<string, Metric> = new Map([
  ['memory.triad', speed('B/s')],
  ['memory.hostToDevice', speed('B/s')],
  ['memory.deviceToHost', speed('B/s')],
  ['memory.peerCopy', speed('B/s')],
  ['matmul.throughput', speed('FLOP/s')],
  ['matmul.vectorThroughput', speed('FLOP/s')],
  ['matmul.integerThroughput', speed('OP/s')],
  ['collective.busbw', speed('B/s')],
  ['rdma.bandwidth', speed('bit/s')],
  ['nvme.randomReadRate', speed('IOPS')],
]);

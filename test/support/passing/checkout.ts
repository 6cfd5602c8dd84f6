import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkOut } from '../check-out.ts';
import { playedPurpose, shape } from './purpose.ts';

const limit = (id: string, metric: string, unit: string, where: object, more: object = {}) => ({
  id,
  metric,
  where,
  comparator: 'atLeast',
  value: 1,
  unit,
  hardware: { class: 'played-8' },
  rule: 'Played nodes do something.',
  evidence: [
    {
      title: 'Test',
      locator: 'test/support/passing',
      retrieved: '2026-12-01',
      kind: 'reference',
      says: 'More than nothing.',
    },
  ],
  ...more,
});
const gpu = { 'device.kind': 'gpu' };
const rings = { nodes: 2, algorithm: 'ring', bytes: 16384 };
const limits: Readonly<Record<string, readonly object[]>> = {
  matmul: [
    limit('matmul.played-bf16', 'matmul.throughput', 'FLOP/s', { ...gpu, dtype: 'bf16', size: shape.bf16 }),
    limit('matmul.played-fp8', 'matmul.throughput', 'FLOP/s', { ...gpu, dtype: 'fp8', size: shape.fp8 }),
    limit(
      'matmul.played-power',
      'matmul.powerDraw',
      'W',
      { ...gpu, dtype: 'bf16', size: shape.bf16, measuredBy: 'energy counter' },
      { value: 525 },
    ),
    limit(
      'matmul.played-siblings',
      'matmul.throughput',
      'ratio',
      { ...gpu, dtype: 'bf16', thermal: 'cold' },
      { statistic: 'siblings', value: 0.5 },
    ),
  ],
  memory: [
    limit('memory.played-triad', 'memory.triad', 'B/s', { ...gpu, thermal: 'cold' }),
    limit('memory.played-to-device', 'memory.hostToDevice', 'B/s', { ...gpu, concurrency: 'together' }),
    limit('memory.played-to-host', 'memory.deviceToHost', 'B/s', { ...gpu, concurrency: 'together' }),
    limit('memory.played-to-peers', 'memory.peerCopy', 'B/s', { ...gpu, concurrency: 'together' }),
  ],
  'accelerator-health': [
    limit('accelerator-health.played', 'accelerator-health.activeNvlinks', 'count', {}, { value: 18 }),
  ],
  collective: [
    limit('collective.played', 'collective.busbw', 'B/s', { nodes: 1, bytes: 16384 }),
    limit('collective.played-pair', 'collective.railEfficiency', 'ratio', rings, { value: 1e-9 }),
    limit('collective.played-group', 'collective.busbw', 'B/s', rings),
    limit('collective.played-rails', 'collective.railsUsed', 'count', {}, { value: 8 }),
  ],
  nvme: [limit('nvme.played', 'nvme.randomReadRate', 'IOPS', { blockBytes: 4096, queueDepth: 8 })],
};

/** What a shipped purpose is called as it is played. */
export const playedName = (shipped: string): string => `${shipped}-played`;

/** A checkout that has shipped purposes as they are played beside them, with their class and limits; returns its command. */
export function checkOutPlayed(checkout: string, shipped: readonly string[]): string {
  mkdirSync(checkout);
  checkOut(checkout);
  const read = (path: string): string => readFileSync(join(checkout, path), 'utf8');
  const write = (path: string, text: string): void => writeFileSync(join(checkout, path), text);
  for (const [index, name] of shipped.entries())
    write(
      `harness/profiles/${playedName(name)}.yaml`,
      playedPurpose(read(`harness/profiles/${name}.yaml`), { id: playedName(name), rank: 90 + index }),
    );
  const claimed = read('harness/profiles/classes/hgx-h100-8.yaml');
  write('harness/profiles/classes/played-8.yaml', claimed.replace('id: hgx-h100-8', 'id: played-8'));
  for (const [workload, those] of Object.entries(limits))
    write(
      `workloads/${workload}/thresholds/played-8.json`,
      JSON.stringify({ schema: 'assay/limits', schemaVersion: 1, limits: those }),
    );
  // How fast a processor plays matrix units goes by whatever else runs beside the tests.
  const kept = 'workloads/matmul/thresholds/any.json';
  write(kept, read(kept).replaceAll('"value": 0.98', '"value": 0.1'));
  // Whoever runs the tests may not be allowed to lock memory without a limit, and no card is played that needs it.
  const locked = 'workloads/kit/rdma-cards.ts';
  write(locked, read(locked).replace('const unlimited = 1e18;', 'const unlimited = 1;'));
  return join(checkout, 'harness/bin.js');
}

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadBuiltIn } from '../../../../harness/config/built-in.ts';
import { loadSources } from '../../../../harness/config/load-source.ts';
import { deriveLimits } from '../../../../harness/limits/derive-limits.ts';
import { readPublished } from '../../../../harness/limits/published.ts';
import { reasons } from '../../../../harness/limits/reasons.ts';
import { resource } from '../../../../harness/resources.ts';
import { computing, mining } from '../../../../workloads/kit/facts/pci-models.ts';
import { loadRegistry, metricsOf } from '../../../../workloads/registry.ts';

const registry = await loadRegistry();
const published = readPublished(await loadSources(resource('harness/limits/published'), '.yaml'));
const derived = deriveLimits(published, metricsOf(registry));
const { limits: shipped } = await loadBuiltIn(registry);
const page = readFileSync(resource('docs/limits.md'), 'utf8');

describe('limits from published rows', () => {
  it('are at least 150, and every row is counted once: behind a limit, or with its reason', () => {
    const held = new Set(published.rows.flatMap((row) => row.held ?? []));
    expect(derived.limits.length + held.size).toBeGreaterThanOrEqual(150);
    expect(derived.used.length + derived.unused.length).toBe(published.rows.length);
    expect(derived.unused.filter(({ reason }) => !Object.hasOwn(reasons, reason))).toEqual([]);
  });

  it('are the ones that ship, and no others', () => {
    const text = (limits: readonly object[]) => limits.map((limit) => JSON.stringify(limit)).toSorted();
    const ids = new Set(derived.limits.map(({ limit }) => limit.id));
    const there = shipped.filter(({ id }) => ids.has(id));
    const sorted = (limit: object) => Object.fromEntries(Object.entries(limit).toSorted());
    expect(text(there.map(sorted))).toEqual(text(derived.limits.map(({ limit }) => sorted(limit))));
  });

  it('say who says so, in words that stand alone', () => {
    const all = [...derived.limits, ...derived.waiting].map(({ limit }) => limit);
    expect(all.filter(({ evidence, rule }) => evidence.length === 0 || /undefined|NaN/.test(rule))).toEqual(
      [],
    );
  });

  it('are of cards by the names that their PCI ids have', () => {
    const names = new Set([...Object.values(computing), ...Object.values(mining)]);
    const models = published.classes.flatMap((each) => each.models ?? []);
    expect(models.filter((model) => !names.has(model))).toEqual([]);
    expect(models.length).toBeGreaterThanOrEqual(12);
  });

  it.each([
    ['matmul.h100-sxm5-fp8-8192', 1225e12, true],
    ['matmul.a100-sxm4-40gb-bf16-16384', 239.31e12, true],
    ['matmul.b200-sxm-bf16', 2250e12, false],
    ['matmul.mi300x-fp8-random-4096-4096-8192', 1215e12, true],
    ['memory.h100-sxm5-device-memory', 2821e9, true],
    ['memory.h200-sxm-device-memory', 3942e9, true],
    ['memory.l4-device-memory', 198.5e9, false],
    ['memory.h100-sxm5-host-to-device', 48e9, true],
    ['memory.a100-sxm4-40gb-host-to-device', 23.33e9, true],
    ['memory.epyc-9004-2s-host-memory', 665.5e9, true],
    ['collective.hgx-a100-8-all-reduce-17179869184-bytes', 228e9, true],
    ['collective.hgx-h100-8-all-reduce-17179869184-bytes', 460e9, true],
    ['collective.hgx-h200-8-all-reduce-17179869184-bytes', 440e9, true],
    ['collective.hgx-b200-8-all-reduce-17179869184-bytes', 600e9, false],
    ['collective.hgx-b200-8-all-reduce-ring-8589934592-bytes', 648e9, true],
    ['collective.hgx-h200-8-all-reduce-ring-17179869184-bytes', 349.2e9, true],
    ['collective.hgx-h100-8-all-reduce-nodes-2-nodes-roce', 440e9, false],
    ['rdma.roce-400-rail-link-host', 384e9, true],
    ['rdma.roce-400-rail-link-host-16-8388608-bytes', 300e9, false],
  ])('%s is %d, and decides: %s', (id, value, decides) => {
    const found = [...derived.limits, ...derived.waiting].find(({ limit }) => limit.id === id);
    expect([found?.limit.value, found?.limit.decides !== false]).toEqual([value, decides]);
  });
});

describe('docs/limits.md', () => {
  const sections = new Map(
    page
      .split(/^### /m)
      .slice(1)
      .map((section) => [/^`([^`]+)`/m.exec(section)?.[1] ?? '', section] as const),
  );
  it('has a section for each class, and in it a value or that nobody publishes one for each that is asked', () => {
    const cards = published.classes.filter(({ kind }) => kind === 'accelerator');
    expect(cards.length).toBeGreaterThanOrEqual(12);
    const asked = [
      'FP64',
      'TF32',
      'FP16',
      'BF16',
      'FP8',
      'INT8',
      'Device memory',
      'Host to device',
      'All-reduce in a node',
      'Rails',
    ];
    const lacking = cards.flatMap(({ id }) =>
      asked.filter(
        (title) => !new RegExp(`^\\| ${title}[^|]*\\| [^|]+\\|`, 'm').test(sections.get(id) ?? ''),
      ),
    );
    expect(lacking).toEqual([]);
  });

  it('names the rules by which rows were refused', () => {
    for (const { reason } of derived.unused) expect(page).toContain(`| \`${reason}\` |`);
  });
});

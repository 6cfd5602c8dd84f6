import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findSuite, loadBuiltIn } from '../../harness/config/built-in.ts';
import { loadRegistry } from '../../workloads/registry.ts';
import { loadCases } from '../support/case.ts';

const root = fileURLToPath(new URL('../../workloads', import.meta.url));
const registry = await loadRegistry();
const suites = await Promise.all(
  readdirSync(new URL('../../harness/suites', import.meta.url)).map((name) =>
    findSuite(name.replace('.yaml', ''), registry, '.'),
  ),
);
const entries = suites.flatMap((suite) => suite.entries);
/** Of a workload that several nodes run together; the others do not look at it. */
const seat = {
  group: 'a+b',
  rank: 0,
  members: [
    { node: 'a', address: '192.0.2.1' },
    { node: 'b', address: '192.0.2.2' },
  ],
  network: '192.0.2.0/24',
};

describe.each(
  [...registry.values()].map((registered) => [registered.workload.id, registered] as const),
)('workload %s', (id, { workload, tools }) => {
  it('explains itself', () => {
    const text = readFileSync(join(root, id, 'README.md'), 'utf8');
    expect(Object.keys(workload.metrics).filter((metric) => !text.includes(metric))).toEqual([]);
    expect(tools.map((tool) => tool.id).filter((tool) => !text.includes(tool))).toEqual([]);
  });

  it('counts wrong results', () => {
    const correctness = Object.values(workload.metrics).filter((metric) => metric.correctness === true);
    expect(correctness.map(({ unit, domain }) => [unit, domain])).toEqual([['count', 'count']]);
  });

  it('has tools with distinct names and ranks, embedded ones last', () => {
    expect(new Set(tools.map((tool) => tool.id)).size).toBe(tools.length);
    expect(new Set(tools.map((tool) => tool.rank)).size).toBe(tools.length);
    const origins = tools.map((tool) => tool.origin);
    expect(origins).toEqual(origins.toSorted((a, b) => Number(a === 'embedded') - Number(b === 'embedded')));
    expect(existsSync(join(root, id, 'kernel.ts'))).toBe(tools.some((tool) => tool.origin === 'embedded'));
  });

  it('has recorded outputs that say where they come from', () => {
    const folders = readdirSync(join(root, id, 'fixtures'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    expect(folders.length).toBeGreaterThan(0);
    expect(loadCases(join(root, id, 'fixtures')).violations).toEqual([]);
  });

  it.each(
    tools.map((tool) => [tool.id, tool] as const),
  )('tool %s never reads a number from nothing, and never throws', (_, tool) => {
    for (const entry of entries.filter((candidate) => candidate.workload === id)) {
      const params = workload.params.parse(entry.params);
      expect(tool.parse({}, params, seat).ok).toBe(false);
      fc.assert(
        fc.property(
          fc.string({ unit: 'binary' }),
          fc.option(fc.integer({ min: 0, max: 255 }), { nil: undefined }),
          (text, exitCode) => {
            const output = { stdout: text, stderr: '', exitCode, artifacts: {}, durationMs: 1 };
            const parsed = tool.parse(
              {
                version: output,
                digest: output,
                speed: output,
                build: output,
                run: output,
                kernel: output,
              },
              params,
              seat,
            );
            return !parsed.ok;
          },
        ),
        { numRuns: 50 },
      );
    }
  });
});

describe('built-in data', () => {
  it('loads as a whole: profiles, limits and suites name only what is declared', async () => {
    const builtIn = await loadBuiltIn(registry);
    expect(builtIn.profiles.map(({ id }) => id)).toEqual([
      'ai-training-multinode',
      'ai-inference',
      'storage',
      'cpu-cluster',
      'survey',
    ]);
  });

  it('runs every workload in some suite', () => {
    expect([...new Set(entries.map((entry) => entry.workload))].toSorted()).toEqual(
      [...registry.keys()].toSorted(),
    );
  });
});

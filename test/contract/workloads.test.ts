import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findSuite, loadBuiltIn } from '../../harness/config/built-in.ts';
import { loadRegistry } from '../../workloads/registry.ts';
import { fixturesOf, loadCases } from '../support/case.ts';
import { checkCase, checkCoverage, checkDamage, checkRandomDamage } from '../support/parser-contract.ts';

const root = fileURLToPath(new URL('../../workloads', import.meta.url));
const registry = await loadRegistry();

describe.each(
  [...registry.values()].map((registered) => [registered.workload.id, registered] as const),
)('workload %s', (id, registered) => {
  const { workload, tools } = registered;
  const { cases, violations } = loadCases(fixturesOf(id));

  const readme = join(root, id, 'README.md');
  it.runIf(existsSync(readme))('names all that it has where it explains itself', () => {
    const text = readFileSync(readme, 'utf8');
    expect(Object.keys(workload.metrics).filter((metric) => !text.includes(metric))).toEqual([]);
    expect(tools.map((tool) => tool.id).filter((tool) => !text.includes(tool))).toEqual([]);
  });

  it('counts wrong results, where it looks for any', () => {
    const correctness = Object.values(workload.metrics).filter((metric) => metric.correctness === true);
    for (const { unit, domain } of correctness) expect([unit, domain]).toEqual(['count', 'count']);
  });

  it('says of each speed and time what the best is that any machine can give', () => {
    const unbounded = Object.entries(workload.metrics).filter(
      ([, { bound, correctness }]) => (bound === undefined) !== (correctness === true),
    );
    expect(unbounded).toEqual([]);
  });

  it('has tools with distinct names and ranks, embedded ones last', () => {
    expect(new Set(tools.map((tool) => tool.id)).size).toBe(tools.length);
    expect(new Set(tools.map((tool) => tool.rank)).size).toBe(tools.length);
    const origins = tools.map((tool) => tool.origin);
    expect(origins).toEqual(origins.toSorted((a, b) => Number(a === 'embedded') - Number(b === 'embedded')));
    expect(existsSync(join(root, id, 'kernel.ts'))).toBe(tools.some((tool) => tool.origin === 'embedded'));
  });

  it('has a good and a bad case of each tool, and nothing else among its fixtures', () => {
    expect([...violations, ...checkCoverage(registered, cases)]).toEqual([]);
  });

  describe.each(cases.map((each) => [each.name, each] as const))('case %s', (_, each) => {
    it('is planned and read as it says', () => {
      expect(checkCase(registered, each)).toEqual([]);
    });

    it('is an error or reads the same when its outputs are damaged', () => {
      expect(checkDamage(registered, each)).toEqual([]);
      // At the same places each time: what fails here fails again.
      checkRandomDamage(registered, each, 2);
    });
  });
});

it('built-in data names only what is declared', async () => {
  const suites = readdirSync(new URL('../../harness/suites', import.meta.url));
  await Promise.all(suites.map((name) => findSuite(name.replace('.yaml', ''), registry, '.')));
  expect((await loadBuiltIn(registry)).profiles).not.toEqual([]);
});

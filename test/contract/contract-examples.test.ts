import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadBuiltIn } from '../../harness/config/built-in.ts';
import { readContract } from '../../harness/config/read-contract.ts';
import { resource } from '../../harness/resources.ts';
import { loadRegistry, metricsOf } from '../../workloads/registry.ts';

const page = readFileSync(resource('docs/contract.md'), 'utf8');
const examples = [...page.matchAll(/```yaml\n(.*?)```/gs)].flatMap(([, text = '']) =>
  text.includes('schema: assay/contract') ? [text] : [],
);
const valueOf = (text: string, key: string): string =>
  new RegExp(`^${key}: (.*)$`, 'm').exec(text)?.[1] ?? '';

describe('the contracts that the page shows', () => {
  it('are three', () => {
    expect(examples.map((text) => valueOf(text, 'profile'))).toEqual([
      'ai-training-singlenode',
      'ai-training-multinode',
      'storage',
    ]);
  });

  it.each(
    examples.map((text) => [valueOf(text, 'id'), text]),
  )('%s is taken as it stands', async (id, text) => {
    const registry = await loadRegistry();
    const { profiles, limits } = await loadBuiltIn(registry);
    const profile = profiles.find((each) => each.id === valueOf(text, 'profile'));
    if (profile === undefined) throw new Error('no such profile');
    const size = Number(/of: (\d+) \}/.exec(text)?.[1] ?? 1);
    const nodes = Array.from({ length: size }, (_, at) => ({
      name: `node${at}`,
      host: `node${at}`,
      class: valueOf(text, 'class'),
      claims: {},
    }));
    const context = {
      profile,
      inventory: { nodes },
      limits,
      metrics: metricsOf(registry),
      today: '2026-11-30',
    };
    expect(readContract({ file: 'docs/contract.md', text }, context).id).toBe(id);
  });
});

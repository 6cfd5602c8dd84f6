import { describe, expect, it } from 'vitest';
import { claimPaths, factPaths } from '../../../../harness/config/fact-paths.ts';
import { lookUpFact } from '../../../../harness/judge/rules/look-up-fact.ts';
import { valueOf } from '../../../../workloads/kit/facts/fact.ts';
import { h100, mergeFacts, nic, nvmeDrive } from '../../../support/constructed/facts.ts';

describe('factPaths', () => {
  it('knows the facts of a node, of its devices, and the length of every list', () => {
    expect(factPaths('node').get('memory.totalBytes')).toBe('number');
    expect(factPaths('node').get('accelerators.length')).toBe('number');
    expect(factPaths('node').get('limits.unrestricted')).toBe('boolean');
    expect(factPaths('accelerator').get('link.width')).toBe('number');
    expect(factPaths('drive').get('transport')).toBe('string');
    expect(claimPaths().get('accelerators.link.width')).toBe('number');
  });
  it.each([
    ['node', mergeFacts()],
    ['accelerator', h100(0)],
    ['drive', nvmeDrive()],
    ['nic', nic()],
  ] as const)('names only facts of a %s that can be looked up, with their type', (scope, root) => {
    for (const [path, type] of factPaths(scope)) {
      const fact = lookUpFact(root, path);
      if ('unknown' in fact) expect(fact.unknown).not.toMatch(/is not recorded/);
      else expect(typeof valueOf(fact)).toBe(type);
    }
  });
});

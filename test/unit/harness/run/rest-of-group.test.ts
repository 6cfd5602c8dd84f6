import { expect, it } from 'vitest';
import { restOfGroup } from '../../../../harness/run/rest-of-group.ts';
import type { RunMaterial } from '../../../../harness/store/run-material.ts';
import type { Trial } from '../../../../reports/verdict/verdict.ts';

const all = ['n1', 'n2', 'n3', 'n4'];
const trial = (members: readonly string[], isExtra = false, step = 'r1-all'): Trial =>
  ({
    step,
    group: members.join('+'),
    members: [...members],
    entry: 'all',
    outcome: 'good',
    isExtra,
    reason: { say: 'nothing-measured' },
  }) as Trial; // no more of it is looked at
const material = (quota: boolean, skips: RunMaterial['skips'] = new Map()) =>
  ({
    skips,
    header: { profile: 'p' },
    ...(quota ? { contract: { profile: 'p', quota: { atLeast: 3, of: 4 } } } : {}),
  }) as unknown as RunMaterial; // no more of it is looked at

it('a node that fails by itself is kept out of the group that a quota needs, and of no other', () => {
  const failing = new Set(['n3']);
  const rest = ['n1', 'n2', 'n4'];
  expect(restOfGroup([trial(all)], material(true), failing)).toEqual([rest]);
  expect(restOfGroup([trial(all), trial(rest, true)], material(true), failing)).toEqual([]);
  expect(restOfGroup([trial(all)], material(false), failing)).toEqual([]);
  expect(restOfGroup([trial(all)], material(true), new Set())).toEqual([]);
  expect(restOfGroup([trial(['n1', 'n3'])], material(true), failing)).toEqual([]);
  const other = { ...material(true), header: { profile: 'other' } } as unknown as RunMaterial;
  expect(restOfGroup([trial(all)], other, failing)).toEqual([]);
});

it('a group that was left out because of a member is measured without it, and without those that fail', () => {
  const skips: RunMaterial['skips'] = new Map([['r1-all', { why: 'blamed', node: 'n1' }]]);
  expect(restOfGroup([trial(all)], material(false, skips), new Set(['n3']))).toEqual([['n2', 'n3', 'n4']]);
  expect(restOfGroup([trial(all)], material(true, skips), new Set(['n3']))).toEqual([['n2', 'n4']]);
});

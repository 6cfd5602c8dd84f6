import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { measurableOf } from '../../harness/cli/measurable.ts';
import { loadBuiltIn } from '../../harness/config/built-in.ts';
import { loadRegistry } from '../../workloads/registry.ts';

it('says of each purpose how much of it can be measured', async () => {
  const { profiles } = await loadBuiltIn(await loadRegistry());
  const expected = profiles
    .filter(({ family }) => family !== 'survey')
    .map((profile) => {
      const { required, measurable, canBeCertified } = measurableOf(profile);
      return [profile.id, `${required}`, `${measurable}`, canBeCertified ? 'yes' : 'no'];
    });
  const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [, table = ''] = /\n\| profile [^\n]*\n[^\n]*\n((?:\|[^\n]*\n)+)/.exec(text) ?? [];
  const rows = table.trimEnd().split('\n');
  expect(
    rows.map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((part) => part.trim()),
    ),
  ).toEqual(expected);
});

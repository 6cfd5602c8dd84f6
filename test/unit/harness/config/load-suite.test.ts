import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { assembleSuite, readSuite } from '../../../../harness/config/load-suite.ts';
import { ok } from '../../../../workloads/kit/result.ts';
import type { Registry } from '../../../../workloads/registry.ts';
import { refusal } from '../../../support/constructed/refusal.ts';

const registry: Registry = new Map([
  [
    'copy',
    {
      workload: {
        id: 'copy',
        title: 'Copy',
        scope: 'node',
        load: 'light',
        params: z.strictObject({ blockBytes: z.number().int().positive() }),
        metrics: {},
      },
      tools: [
        {
          id: 'copier',
          rank: 1,
          origin: 'native',
          requires: { programs: [], packages: [] },
          needs: () => ok(undefined),
          plan: () => [],
          parse: () => ok({ readings: [] }),
        },
      ],
      thresholds: [],
      suites: [],
    },
  ],
]);
const read = (...entries: readonly string[]) =>
  readSuite(
    {
      file: 's.yaml',
      text: `schema: assay/suite\nschemaVersion: 1\nid: s\nversion: '1'\ntitle: t\nentries: [${entries.join(', ')}]`,
    },
    registry,
  );
const entry = (changes: string) => `{ id: one, repetitions: 3, budgetSeconds: 60, ${changes} }`;

describe('readSuite', () => {
  it('reads entries of known workloads, tools and parameters', () => {
    expect(read(entry('workload: copy, tool: copier, params: { blockBytes: 4096 }')).entries).toHaveLength(1);
  });
  it.each([
    [
      'workload: cpoy, params: {}',
      's.yaml: entries[0].workload: expected a workload, got `cpoy`',
      'Did you mean `copy`?',
    ],
    [
      'workload: copy, tool: copyer, params: { blockBytes: 1 }',
      's.yaml: entries[0].tool: expected a tool of copy, got `copyer`',
      'Did you mean `copier`?',
    ],
    [
      'workload: copy, params: { blockByte: 1 }',
      /^s.yaml: entries\[0\].params: blockBytes: expected a number, got nothing\n.*expected a known key, got `blockByte`\. Did you mean `blockBytes`\?$/,
      'Mend each of these 2.',
    ],
    [
      'workload: copy, params: { blockBytes: 0 }',
      's.yaml: entries[0].params: blockBytes: expected a number > 0, got `0`',
      undefined,
    ],
  ])('refuses %s', (changes, message, hint) => {
    const found = refusal(() => read(entry(changes)));
    if (typeof message === 'string') expect(found.message).toBe(message);
    else expect(found.message).toMatch(message);
    if (hint !== undefined) expect(found.hint).toBe(hint);
  });
  it('refuses the same id twice', () => {
    const one = entry('workload: copy, params: { blockBytes: 1 }');
    expect(refusal(() => read(one, one)).message).toMatch(/^s.yaml: entries\[1\].id: expected each id once/);
  });
});

describe('assembleSuite', () => {
  const frame = {
    file: 'frame.yaml',
    text: 'schema: assay/suite\nschemaVersion: 1\nid: s\nversion: "1"\ntitle: t',
  };
  const part = (workload: string, order: string, id: string) => ({
    workload,
    source: {
      file: `${workload}.yaml`,
      text: `schema: assay/suite-entries\nschemaVersion: 1\n${order}\nentries: [{ id: ${id}, repetitions: 1, budgetSeconds: 1, params: { blockBytes: 1 } }]`,
    },
  });
  const copy = registry.get('copy')!;
  const known: Registry = new Map(['first', 'last', 'copy', 'a', 'b'].map((id) => [id, copy]));

  it('orders by number (100 where none is given), then by workload', () => {
    const suite = assembleSuite(
      frame,
      [
        part('b', '', 'of-b'),
        part('copy', 'order: 20', 'of-copy'),
        part('a', '', 'of-a'),
        part('last', 'order: 101', 'of-last'),
        part('first', 'order: 3', 'of-first'),
      ],
      known,
    );
    expect(suite.entries.map(({ id }) => id)).toEqual(['of-first', 'of-copy', 'of-a', 'of-b', 'of-last']);
    expect(suite.entries[1]?.workload).toBe('copy');
  });
  it('refuses an id that two workloads give, naming the place of the second', () => {
    const parts = [part('a', '', 'one'), part('b', '', 'one')];
    expect(refusal(() => assembleSuite(frame, parts, known)).message).toBe(
      'b.yaml: entries[0].id: expected each id once, got `one` again',
    );
  });
});

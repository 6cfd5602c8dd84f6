import { expect, it } from 'vitest';
import type { Said } from '../../../../../reports/verdict/said.ts';
import { say } from '../../../../../reports/verdict/words/say.ts';

it('names all nodes of a reason, and the reason once', () => {
  const reason = { say: 'no-address', interface: 'ib7', others: ['eth0'] } as const;
  const other = { say: 'no-address', interface: 'ib7', others: [] } as const;
  const told: Said = {
    say: 'per-node',
    of: [...['n1', 'n2', 'n4'].map((node) => ({ node, reason })), { node: 'n3', reason: other }],
  };
  expect(say(told)).toBe(
    'n[1-2,4]: the interface ib7 has no IPv4 address here (others: eth0); n3: the interface ib7 has no IPv4 address here (others: none)',
  );
});

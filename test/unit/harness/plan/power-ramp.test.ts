import { describe, expect, it } from 'vitest';
import { createPowerRamp } from '../../../../harness/plan/power-ramp.ts';

/** How long each of these nodes is held, in the order in which they come. */
async function pausesOf(
  inventory: Parameters<typeof createPowerRamp>[0],
  nodes: readonly string[],
): Promise<readonly number[]> {
  const pauses: number[] = [];
  const ramp = createPowerRamp(inventory, (ms) => {
    pauses.push(ms);
    return Promise.resolve();
  });
  for (const node of nodes) await ramp(node);
  return pauses;
}
const names = (count: number) => Array.from({ length: count }, (_, index) => `n${index}`);
const domain = (nodes: readonly string[]) => ({ powerDomains: [{ id: 'a', limitKw: 1, nodes: [...nodes] }] });

describe('createPowerRamp', () => {
  it('lets a tenth of a domain begin every five seconds, at least one node', async () => {
    expect(await pausesOf(domain(names(4)), names(4))).toEqual([0, 5_000, 10_000, 15_000]);
    expect(await pausesOf(domain(names(20)), names(6))).toEqual([0, 0, 5_000, 5_000, 10_000, 10_000]);
    expect((await pausesOf(domain(names(32)), names(4))).at(-1)).toBe(5_000);
  });

  it('holds nobody up who is in no domain', async () => {
    expect(await pausesOf({}, names(3))).toEqual([]);
    expect(await pausesOf(domain(['other']), names(3))).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { checkRigs, describeRig, findRigs } from '../../../../harness/plan/check-rigs.ts';
import { known, unknown } from '../../../../workloads/kit/facts/fact.ts';
import type { Accelerator } from '../../../../workloads/kit/facts/host-facts.ts';
import { h100, mergeFacts } from '../../../support/constructed/facts.ts';
import { refusal } from '../../../support/constructed/refusal.ts';

const mining = { purpose: known('mining'), model: known('CMP 170HX'), powerLimitWatts: known(250) };
const rig = (changes: object, cards: readonly Accelerator[], loaded = ['a'], soaked: string[] = []) =>
  findRigs(
    { nodes: [{ name: 'a', claims: {}, ...changes }] },
    [{ node: 'a', facts: mergeFacts({ accelerators: known([...cards]) }) }],
    { accelerators: new Set(loaded), soaked: new Set(soaked) },
  );
const six = [
  h100(0, mining),
  ...[1, 2, 3, 4, 5].map((index) => h100(index, { powerLimitWatts: known(300) })),
];

describe('findRigs', () => {
  it('takes a machine for a rig by one card that mines, or one on a single lane', () => {
    const { link } = h100(0);
    expect(rig({}, [h100(0), h100(1, mining)])).toMatchObject([
      { node: 'a', card: { address: '0000:1c:00.0' } },
    ]);
    expect(rig({}, [h100(0, { link: { ...link, width: known(1) } })])).toHaveLength(1);
    expect(rig({}, [h100(0)])).toEqual([]);
    expect(rig({}, six, [])).toEqual([]);
  });
});

describe('checkRigs', () => {
  it('counts the one card that may draw most, the others idle, and the rest', () => {
    expect(rig({ psuWatts: 750 }, six)).toMatchObject([
      { draw: { watts: 600 }, allowed: [{ watts: 600, because: '0.8 of the 750 W of its power supplies' }] },
    ]);
    expect(() => checkRigs(rig({ psuWatts: 750 }, six))).not.toThrow();
  });

  it('refuses what its power supplies cannot carry, with the numbers, unless it drew as much while it mined', () => {
    expect(refusal(() => checkRigs(rig({ psuWatts: 700, miningWatts: 590 }, six)))).toMatchObject({
      code: 'POWER_LIMIT',
      message:
        'a: expected at most 560 W (0.8 of the 700 W of its power supplies) or 590 W (what it drew while it mined), found 600 W planned with one card at a time: 300 W of 0000:1c:00.0, 30 W for each of 5 idle cards, 150 W for the rest',
    });
    expect(() => checkRigs(rig({ psuWatts: 700, miningWatts: 1800 }, six))).not.toThrow();
  });

  it('counts the processors too where a soak loads them beside the card', () => {
    const soaked = (psuWatts: number) => rig({ psuWatts }, six, ['a'], ['a']);
    expect(refusal(() => checkRigs(soaked(1300)))).toMatchObject({
      code: 'POWER_LIMIT',
      message:
        'a: expected at most 1040 W (0.8 of the 1300 W of its power supplies), found 1100 W planned with one card at a time: 300 W of 0000:1c:00.0, 30 W for each of 5 idle cards, 500 W for processors that are loaded beside it, 150 W for the rest',
    });
    expect(() => checkRigs(soaked(1375))).not.toThrow();
  });

  it('has nothing to hold against an unknown supply, or a card without a power limit', () => {
    expect(() => checkRigs(rig({}, six))).not.toThrow();
    expect(() =>
      checkRigs(rig({ psuWatts: 100 }, [h100(0, { ...mining, powerLimitWatts: unknown('N/A') })])),
    ).not.toThrow();
  });
});

describe('describeRig', () => {
  const said = (changes: object, cards = six) => rig(changes, cards).map(describeRig);

  it('says why, and what is known of its power', () => {
    const care =
      'a: CMP 170HX at 0000:1b:00.0 is made for mining, so its cards are loaded one at a time, 2 s apart';
    expect(said({})).toEqual([
      `${care}; nothing says what its power supplies carry (psuWatts or miningWatts in the inventory), so no more than that`,
    ]);
    expect(said({ psuWatts: 2000 })).toEqual([
      `${care}; that is 600 W at most (300 W of 0000:1c:00.0, 30 W for each of 5 idle cards, 150 W for the rest) of 1600 W (0.8 of the 2000 W of its power supplies)`,
    ]);
    expect(said({ psuWatts: 2000 }, [h100(0, { ...mining, powerLimitWatts: unknown('N/A') })])).toEqual([
      `${care}; what that draws is not known, since a card does not tell its power limit; allowed are 1600 W (0.8 of the 2000 W of its power supplies)`,
    ]);
  });
});

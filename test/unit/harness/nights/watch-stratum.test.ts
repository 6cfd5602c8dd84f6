import { describe, expect, it } from 'vitest';
import type { Series } from '../../../../harness/nights/series.ts';
import { watchStratum } from '../../../../harness/nights/watch-stratum.ts';
import { createNoise } from '../../../support/seeded-noise.ts';

interface Made {
  readonly nodes?: number;
  readonly nights?: number;
  /** Share by which a node is off on a night; absent: not measured. */
  readonly share?: (node: number, night: number) => number | undefined;
  readonly epoch?: (node: number, night: number) => string;
  readonly better?: Series['better'];
}

/** Nodes whose levels differ by one per cent, and nights of each by half of one. */
function fleet({
  nodes = 16,
  nights = 45,
  share = () => 0,
  epoch = () => 'a',
  better = 'higher',
}: Made): Series[] {
  const { normal } = createNoise(11);
  return Array.from({ length: nodes }, (_, node) => {
    const level = 0.01 * normal();
    const all = Array.from({ length: nights }, (_unused, night) => {
      const off = share(node, night);
      const logarithm = level + 0.005 * normal() + (off === undefined ? 0 : Math.log1p(off));
      const value = 100 * Math.exp(better === 'higher' ? logarithm : -logarithm);
      return off === undefined ? [] : [{ night, value, epoch: epoch(node, night) }];
    });
    return { id: `n${node}`, subject: `n${node}`, stratum: 's', better, nights: all.flat() };
  });
}

/** Who was found worse, and on which nights. */
function worse(made: Made) {
  const { findings, common } = watchStratum('s', fleet(made));
  const nightsOf = (those: readonly { night: number; state: string }[] | undefined) =>
    (those ?? []).filter(({ state }) => state === 'worse').map(({ night }) => night);
  return {
    nodes: [...findings].flatMap(([id, those]) =>
      nightsOf(those).length === 0 ? [] : [[id, nightsOf(those)[0]]],
    ),
    common: nightsOf(common)[0],
    of: (id: string) => findings.get(id) ?? [],
  };
}

describe('what got worse', () => {
  it.for(['higher', 'lower'] as const)('accuses nobody where nothing did (%s is better)', (better) => {
    expect(worse({ better })).toMatchObject({ nodes: [], common: undefined });
  });

  it.for([
    'higher',
    'lower',
  ] as const)('is the one node, on the second night, where %s is better', (better) => {
    const share = (node: number, night: number) => (node === 3 && night >= 30 ? -0.08 : 0);
    expect(worse({ share, better })).toMatchObject({
      nodes: [['n3', expect.toBeOneOf([30, 31])]],
      common: undefined,
    });
  });

  it('is what all have in common, and then no node', () => {
    const share = (_: number, night: number) => (night >= 38 ? -0.05 : 0);
    expect(worse({ share })).toMatchObject({ nodes: [], common: expect.toBeOneOf([38, 39]) as number });
  });

  it('is no hot night of all, and no single night of one', () => {
    const share = (node: number, night: number) =>
      (night === 30 ? -0.03 : 0) + (node === 2 && night === 35 ? -0.05 : 0);
    const found = worse({ share });
    expect(found).toMatchObject({ nodes: [], common: undefined });
    expect(found.of('n2').find(({ night }) => night === 35)).toMatchObject({ state: 'suspect' });
  });

  it('is found behind a change of the machine, which begins no new past', () => {
    const share = (node: number, night: number) => (node === 5 && night >= 30 ? -0.05 : 0);
    const epoch = (node: number, night: number) => (node === 5 && night >= 30 ? 'b' : 'a');
    const found = worse({ share, epoch });
    expect(found.nodes).toEqual([['n5', expect.toBeOneOf([30, 31])]]);
    const first = found.of('n5').find(({ state }) => state === 'worse');
    expect(first).toMatchObject({ since: { night: 30, before: 'a', epoch: 'b' } });
  });

  it('is a part without a past that stays behind its kind', () => {
    const share = (node: number, night: number) => (node === 7 ? (night < 30 ? undefined : -0.07) : 0);
    expect(worse({ share }).nodes).toEqual([['n7', 31]]);
  });

  it('is nothing that anybody can say with too few nights, too few of a kind, or no ratio', () => {
    expect(
      worse({ nights: 9 })
        .of('n0')
        .every(({ state }) => state === 'unjudged'),
    ).toBe(true);
    const share = (node: number, night: number) => (night >= 20 && node >= 3 ? undefined : 0);
    expect(worse({ share }).of('n0').at(-1)).toMatchObject({
      state: 'unjudged',
      why: { because: 'few-peers', found: 3, least: 8 },
    });
    const [first, ...others] = fleet({});
    const zero = { ...first!, nights: first!.nights.map((each) => ({ ...each, value: 0 })) };
    const { findings } = watchStratum('s', [zero, ...others]);
    expect(findings.get('n0')?.at(-1)).toMatchObject({ state: 'unjudged', why: { because: 'no-ratio' } });
  });

  it('is judged by its own past where there are few of its kind', () => {
    const share = (node: number, night: number) => (node === 1 && night >= 30 ? -0.08 : 0);
    expect(worse({ nodes: 3, share }).nodes).toEqual([['n1', expect.toBeOneOf([30, 31])]]);
  });

  it('does not teach its own baseline', () => {
    const share = (node: number, night: number) => (node === 3 && night >= 15 ? -0.08 : 0);
    const found = worse({ nights: 90, share });
    expect(found.of('n3').at(-1)).toMatchObject({ state: 'worse' });
  });

  it('does not depend on who was measured on a night', () => {
    // Only those whose level is low are free on the last nights.
    const share = (node: number, night: number) => (night >= 35 && node % 2 === 0 ? undefined : 0);
    expect(worse({ nodes: 24, share })).toMatchObject({ nodes: [], common: undefined });
  });
});

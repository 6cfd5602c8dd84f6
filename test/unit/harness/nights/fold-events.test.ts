import { describe, expect, it } from 'vitest';
import type { Fleet, Spell } from '../../../../harness/nights/fold-events.ts';
import { foldEvents, spellsOf } from '../../../../harness/nights/fold-events.ts';
import type { NightFinding } from '../../../../harness/nights/watch-series.ts';
import { hypergeometricTail } from '../../../../harness/stats/hypergeometric-tail.ts';

const spell = (subject: string, change: Partial<Spell> = {}): Spell => ({
  id: `${subject} GEMM`,
  series: 'GEMM',
  subject,
  machine: subject.split('/')[0]!,
  stratum: 'gemm',
  kind: 'XE9680',
  first: 30,
  last: 33,
  confirmed: 30,
  nights: [30, 31, 33],
  quiet: 0,
  speeds: ['step'],
  worst: -0.05,
  ...change,
});
const fleet: Fleet = {
  sizes: new Map([
    ['gemm', 64],
    ['memory', 64],
  ]),
  domains: new Map(
    Array.from({ length: 8 }, (_, rack) => [
      `R${rack}`,
      new Set(Array.from({ length: 8 }, (_unused, slot) => `n${8 * rack + slot}`)),
    ]),
  ),
  changed: new Map(),
};
const told = (all: readonly Spell[], common: readonly Spell[] = [], changed: Fleet['changed'] = new Map()) =>
  foldEvents(all, common, { ...fleet, changed }).map(({ scope, about, first, subjects }) => [
    scope,
    about,
    first,
    subjects.length,
  ]);

describe('events', () => {
  it('are one for a machine, whatever metrics show it', () => {
    expect(told([spell('n1'), spell('n1', { stratum: 'memory', series: 'HBM', first: 32 })])).toEqual([
      ['machine', 'n1', 30, 1],
    ]);
  });

  it('are one for a machine of which several parts show it, and name the part where one does', () => {
    const gpus = Array.from({ length: 8 }, (_, at) => spell(`n1/gpu${at}`, { domain: 'R0' }));
    expect(told(gpus)).toEqual([['machine', 'n1', 30, 8]]);
    expect(told([spell('n1/gpu5', { domain: 'R0' })])).toEqual([['machine', 'n1/gpu5', 30, 1]]);
  });

  it('are one for all machines of a kind, when what they have in common got worse, with those under it', () => {
    const common = spell('XE9680', { first: 38 });
    expect(told([spell('n1', { first: 39 }), spell('n2', { first: 10, last: 12 })], [common])).toEqual([
      ['machine', 'n2', 10, 1],
      ['fleet', 'XE9680', 38, 2],
    ]);
  });

  it('are one for a quarter of a kind and more', () => {
    const many = Array.from({ length: 17 }, (_, at) => spell(`n${at * 3}`, { first: 30 + (at % 3) }));
    expect(told(many)).toEqual([['fleet', 'XE9680', 30, 17]]);
  });

  it('are one for machines with one change', () => {
    const change = 'another driver or kernel: 570 → 575';
    expect(told([spell('n1', { change }), spell('n20', { change, first: 31 }), spell('n40')])).toEqual([
      ['change', change, 30, 2],
      ['machine', 'n40', 30, 1],
    ]);
  });

  it('are one for a rack that has more of them than chance would give it', () => {
    const inRack = (at: number) => spell(`n${at}`, { domain: `R${Math.floor(at / 8)}` });
    expect(told([1, 2, 3, 4].map(inRack))).toEqual([['domain', 'R0', 30, 4]]);
    expect(told([1, 9, 17, 25].map(inRack)).map(([scope]) => scope)).toEqual(Array(4).fill('machine'));
  });

  describe('of a rack and a change', () => {
    const driver = 'another driver or kernel: 570 → 575';
    const bios = 'other firmware: 2.1 → 2.3';
    const named = (count: number): ReadonlySet<string> =>
      new Set(Array.from({ length: count }, (_, at) => `n${at}`));
    const inRack = (at: number, change: string | undefined) =>
      spell(`n${at}`, { domain: `R${Math.floor(at / 8)}`, change });
    const four = [1, 2, 3, 4].map((at) => inRack(at, driver));

    it('are about the change where the rack alone had it', () => {
      expect(told(four, [], new Map([[driver, named(8)]]))).toEqual([['change', driver, 30, 4]]);
    });

    it('are about the rack where others had the change, too, and took it well', () => {
      expect(told(four, [], new Map([[driver, named(16)]]))).toEqual([['domain', 'R0', 30, 4]]);
      expect(told(four, [], new Map([[driver, named(64)]]))).toEqual([['domain', 'R0', 30, 4]]);
      const two = four.slice(0, 2);
      expect(told(two, [], new Map([[driver, named(64)]])).map(([scope]) => scope)).toEqual([
        'machine',
        'machine',
      ]);
    });

    it('are one where some had another change with it, and named by what all of them had', () => {
      const all = [...four, inRack(5, `${driver}; ${bios}`), inRack(9, `${bios}; ${driver}`)];
      expect(told(all, [], new Map([[driver, named(10)]]))).toEqual([['change', driver, 30, 6]]);
      expect(foldEvents(all, [], { ...fleet, changed: new Map([[driver, named(10)]]) })).toMatchObject([
        { of: 10 },
      ]);
    });

    it('do not turn into others when more is found on later nights', () => {
      const rack = [1, 2, 3, 4].map((at) => inRack(at, undefined));
      const later = Array.from({ length: 56 }, (_, at) => spell(`n${at + 8}`, { first: 60 + 10 * at }));
      expect(told([...rack, ...later])[0]).toEqual(['domain', 'R0', 30, 4]);
    });
  });

  it('go on over a short gap, and begin anew after a long one', () => {
    const night = (at: number, state: NightFinding['state']): NightFinding => ({
      night: at,
      state,
      speeds: state === 'worse' ? ['step'] : [],
      change: -0.04,
    });
    const findings = [night(1, 'worse'), night(2, 'quiet'), night(10, 'worse'), night(40, 'worse')];
    const { first: _first, last: _last, speeds: _speeds, worst: _worst, ...about } = spell('n1');
    expect(spellsOf(about, findings, () => undefined).map(({ first, last }) => [first, last])).toEqual([
      [1, 10],
      [40, 40],
    ]);
  });

  it('have the same id for the same findings, in any order', () => {
    const all = [spell('n1'), spell('n2', { first: 12 }), spell('n3', { first: 31, domain: 'R0' })];
    expect(foldEvents(all.toReversed(), [], fleet).map(({ id }) => id)).toEqual(
      foldEvents(all, [], fleet).map(({ id }) => id),
    );
  });
});

it('the hypergeometric tail is that of drawing without replacement', () => {
  // 52 cards, 13 of a suit, 5 drawn: all of one given suit is C(13,5) / C(52,5).
  expect(hypergeometricTail({ population: 52, members: 13, drawn: 5, least: 5 })).toBeCloseTo(
    1287 / 2598960,
    12,
  );
  expect(hypergeometricTail({ population: 52, members: 13, drawn: 5, least: 0 })).toBeCloseTo(1, 12);
});

import { describe, expect, it } from 'vitest';
import { powerOf, requirePlausible, sharesOf } from '../../../../harness/compare/asset-power.ts';
import type { EnergyRow } from '../../../../harness/config/read-energy.ts';
import { readEnergy } from '../../../../harness/config/read-energy.ts';

const day: EnergyRow = {
  asset: 'rig1',
  from: '2026-10-01T00:00:00Z',
  to: '2026-10-02T00:00:00Z',
  joule: 86_400_000,
  label: 'measured',
  line: 2,
  seconds: 86_400,
};

describe('powerOf', () => {
  it('takes the surest source, says which it is, and how far off it can be', () => {
    const named = { miningWatts: 1200, maxWatts: 1500, psuWatts: 2000 };
    expect(powerOf(named, [day])).toEqual({
      watts: 1000,
      label: 'measured',
      least: 1000,
      most: 1000,
      source: 'energy-file',
    });
    expect(powerOf(named, [])).toMatchObject({ watts: 1200, label: 'measured', least: 1200 });
    expect(powerOf({ maxWatts: 1500, psuWatts: 2000 }, [])).toEqual({
      watts: 1500,
      label: 'nameplate',
      least: 1200,
      most: 1800,
      source: 'max-watts',
    });
    expect(powerOf({ psuWatts: 2000 }, [{ ...day, label: 'firmware' }])).toMatchObject({
      least: 800,
      most: 1200,
    });
    expect(powerOf({}, [])).toBeUndefined();
  });
});

describe('requirePlausible', () => {
  it('refuses kWh typed as joules, with or without a nameplate', () => {
    const refused = (joule: number, named: object) => () => {
      requirePlausible({ ...day, joule }, named, 'e.csv');
    };
    expect(refused(24, {})).toThrow(
      'e.csv:2: joule: expected rig1 to draw from 5 to 150000 W in that period, got 0.000278 W',
    );
    expect(refused(24, { psuWatts: 1600 })).toThrow('from 16 to 2400 W');
    expect(refused(86_400_000 * 3, { psuWatts: 1600 })).toThrow('got 3000 W');
    expect(refused(86_400_000, { psuWatts: 1600 })).not.toThrow();
  });
});

describe('sharesOf', () => {
  const asset = (letter: 'A' | 'D' | 'U', maxWatts?: number) => {
    const power = powerOf(maxWatts === undefined ? {} : { maxWatts }, []);
    return { letter, ...(power === undefined ? {} : { power }) };
  };
  it('has the least and the most that a share can be', () => {
    // 3 kW of 10 kW: at least 2.4 / (2.4 + 8.4), at most 3.6 / (3.6 + 5.6).
    const [a, d] = sharesOf([asset('A', 3000), asset('D', 7000)]);
    expect(a).toMatchObject({ letter: 'A', assets: 1, watts: 3000, share: 0.3 });
    expect(a?.least).toBeCloseTo(0.2222, 4);
    expect(a?.most).toBeCloseTo(0.3913, 4);
    expect((d?.least ?? 0) + (a?.most ?? 0)).toBeCloseTo(1, 9);
  });
  it('spreads what nobody meters over nothing', () => {
    expect(sharesOf([asset('A', 3000), asset('U')])).toEqual([
      { letter: 'A', assets: 1, unmetered: 0, watts: 3000, share: 1, least: 1, most: 1 },
      { letter: 'U', assets: 1, unmetered: 1, watts: 0, share: 0, least: 0, most: 0 },
    ]);
    expect(sharesOf([asset('U')])[0]?.share).toBe(0);
  });
});

describe('readEnergy', () => {
  const header = 'asset,from,to,joule,label\n';
  const row = 'rig1,2026-10-01T00:00:00Z,2026-10-02T00:00:00Z,86400000,measured\n';
  it('reads a row with its period', () => {
    expect(readEnergy(header + row, 'e.csv')).toEqual([day]);
  });
  it.each([
    ['asset,joule\n', 'e.csv:1: expected the columns asset, from, to, joule, label'],
    [header + row.replace('measured', 'guessed'), 'e.csv:2: label'],
    [header + row.replace('86400000', '1e999'), 'e.csv:2: joule'],
    [header + row.replace('86400000', '-5'), 'e.csv:2: joule: Too small'],
    [header + row.replace('86400000', ''), 'e.csv:2: joule: Too small'],
    [header + row.replace('10-02', '10-01'), 'e.csv:2: expected `to` behind `from`'],
    [header + row.replace('10-01T00:00:00Z', 'yesterday'), 'e.csv:2: from: Invalid ISO datetime'],
    [header + row + row, 'e.csv:3: expected each period of rig1 once, got one that overlaps line 2'],
  ])('refuses %j', (text, message) => {
    expect(() => readEnergy(text, 'e.csv')).toThrow(message);
  });
});

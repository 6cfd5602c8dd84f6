import { describe, expect, it } from 'vitest';
import type { ReadNode, RunReadings, Series } from '../../../../harness/compare/run-readings.ts';
import { groupSeries } from '../../../../harness/history/group-rows.ts';

const series = (value: number, more: Partial<Series> = {}): Series => ({
  ...{ metric: 'collective.busBandwidth', unit: 'B/s', dimensions: { nodes: 2 }, title: 'All-reduce' },
  ...{ subject: { kind: 'group', name: 'g' }, tool: 'nccl', origin: 'native', better: 'higher' },
  ...{ versions: new Set(['2.27']), procedure: '', suite: { id: 's', version: '1', digest: '' } },
  ...{ values: new Map([[1, [value]]]), unusable: [] },
  ...more,
});
const node = (at: number): ReadNode => ({
  ...{ name: `n${at}`, rack: `R${at < 3 ? 1 : 2}`, slot: undefined, model: 'XE9680', boot: undefined },
  ...{ identity: { serial: `SN${at}`, uuid: undefined, machineId: undefined }, series: [] },
});
const group = (members: readonly number[], value: number, more: Partial<Series> = {}) => ({
  members: members.map((at) => `n${at}`),
  series: [series(value, more)],
});
const machines = new Map([1, 2, 3, 4].map((at) => [`n${at}`, `SN${at}`]));
const read = (groups: RunReadings['groups'], away: readonly string[] = []) =>
  groupSeries(
    { nodes: [1, 2, 3, 4].map(node), groups, site: undefined } as unknown as RunReadings,
    machines,
    (name) => away.includes(name),
  ).map(({ subject, title, level, values }) => [subject, title, level, values.length]);

describe('what machines did together', () => {
  const rounds = [
    group([1, 2], 50),
    group([3, 4], 100),
    group([1, 3], 98),
    group([2, 4], 49),
    group([1, 4], 99),
    group([2, 3], 51),
  ];

  it('is followed by machine with the best of its partners, so that the slow one alone is slow', () => {
    expect(read(rounds)).toEqual([
      ['SN1', 'All-reduce, in pairs', 99, 3],
      ['SN2', 'All-reduce, in pairs', 51, 3],
      ['SN3', 'All-reduce, in pairs', 100, 3],
      ['SN4', 'All-reduce, in pairs', 100, 3],
    ]);
    expect(
      read(rounds.map((each) => ({ ...each, series: [series(each.series.length, { better: 'lower' })] }))),
    ).toHaveLength(4);
  });

  it('says nothing of a machine with one partner, nor of a pair or group with one that was left out', () => {
    expect(read(rounds.slice(0, 2))).toEqual([]);
    expect(read(rounds, ['n2']).map(([subject]) => subject)).toEqual(['SN3', 'SN4', 'SN1']);
    expect(read([group([1, 2, 3], 7)], ['n3'])).toEqual([]);
    expect(read([group([1, 2, 3], 7, { values: new Map() })])).toEqual([]);
    expect(read([group([1, 2, 3], 7, { origin: 'imported' as Series['origin'] })])).toEqual([]);
  });

  it('is followed by how many of which racks, whoever they were', () => {
    expect(read([group([1, 2, 3], 7), group([1, 2, 3], 9)])).toEqual([
      ['3 of R1 R2', 'All-reduce, 3 together', 8, 2],
    ]);
    expect(read([group([1, 2, 4], 7)])[0]?.[0]).toBe('3 of R1 R2');
    expect(read([group([1, 2, 3, 4], 7)])[0]?.[0]).toBe('4 of R1 R2');
  });
});

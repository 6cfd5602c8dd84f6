import { describe, expect, it } from 'vitest';
import type { JudgedRun } from '../../../../harness/compare/convert.ts';
import { convert } from '../../../../harness/compare/convert.ts';
import { readEnergy } from '../../../../harness/config/read-energy.ts';
import { conversionPaper } from '../../../../reports/page/conversion-paper.ts';
import { Conversion } from '../../../../reports/verdict/conversion.ts';
import { renderConversionCsv } from '../../../../reports/writers/conversion-csv.ts';
import { renderPaperHtml } from '../../../../reports/writers/html/render-paper.ts';
import { renderPaperMarkdown } from '../../../../reports/writers/paper.ts';
import { known, unknown } from '../../../../workloads/kit/facts/fact.ts';
import { constructReadings, machine } from '../../../support/constructed/compared-runs.ts';

type Letter = JudgedRun['assets'][number]['verdict'];

function judged(
  id: string,
  startedAt: string,
  nodes: readonly { at: number; letter: Letter; maxWatts?: number; atWork?: string[] }[],
): JudgedRun {
  return {
    readings: constructReadings(
      id,
      startedAt,
      nodes.map(({ at }) => machine(at, { values: [1e9] })),
    ),
    assets: nodes.map(({ at, letter }) => ({
      node: `node${at + 1}`,
      class: { id: 'rig', how: 'inferred' },
      family: 'ai',
      verdict: letter,
      meaning: { say: 'quoted', text: 'meaning' },
      reason: { say: 'quoted', text: `why <${letter}>` },
      ladder: [
        {
          profile: 'ai-inference',
          conclusion: letter === 'A' ? 'pass' : 'fail',
          reason: { say: 'quoted', text: 'why' },
        },
      ],
    })),
    profile: { id: 'ai-inference', version: '1.0', title: 'Inference' },
    nodes: new Map(
      nodes.map(({ at, maxWatts, atWork = [] }) => [
        `node${at + 1}`,
        {
          named: { name: `node${at + 1}`, claims: {}, ...(maxWatts === undefined ? {} : { maxWatts }) },
          leftOf: [known(atWork)],
          stepSeconds: 60,
        },
      ]),
    ),
  };
}

const before = judged('b', '2026-10-01T00:00:00Z', [
  { at: 0, letter: 'D', maxWatts: 1500 },
  { at: 1, letter: 'D', maxWatts: 1500 },
  { at: 2, letter: 'U' },
]);
const after = judged('a', '2026-11-01T00:00:00Z', [
  { at: 0, letter: 'U', maxWatts: 1500, atWork: ['the mining process `t-rex` is running'] },
  { at: 7, letter: 'A', maxWatts: 10_200 },
]);
const sides = { before: [before], after: [after] };
const header = 'asset,from,to,joule,label\n';
const withEnergy = (rows: string) =>
  convert(sides, { apartSeconds: 1800, energy: { file: 'e.csv', rows: readEnergy(header + rows, 'e.csv') } });

describe('convert', () => {
  it('lays each machine before beside itself after, with its letter, reason and power', () => {
    const conversion = convert(sides, { apartSeconds: 1800 });
    expect(Conversion.parse(conversion)).toEqual(conversion);
    expect(
      conversion.assets.map(({ before: b, after: a, change }) => [b?.letter, a?.letter, change]),
    ).toEqual([
      ['D', 'U', 'same'],
      ['D', undefined, 'vanished'],
      ['U', undefined, 'vanished'],
      [undefined, 'A', 'appeared'],
    ]);
    expect(conversion.before).toMatchObject({
      unmetered: 1,
      fitFor: [{ profile: 'ai-inference', machines: 0 }],
    });
    expect(conversion.after.fitFor).toEqual([{ profile: 'ai-inference', machines: 1 }]);
    expect(conversion.after.shares.map(({ letter, watts }) => [letter, watts])).toEqual([
      ['A', 10_200],
      ['U', 1500],
    ]);
    // 60 s each: 2 × 1500 W and a fifth more before, of one machine nobody says anything.
    expect(conversion.before.tests).toEqual({
      seconds: 180,
      joulesAtMost: 2 * 1500 * 1.2 * 60,
      unmetered: 1,
    });
    expect(conversion.assets[0]?.after?.atWork).toEqual(['the mining process `t-rex` is running']);
  });
  it('has energy only where the file has it', () => {
    const rows = [
      'node1,2026-10-01T00:00:00Z,2026-10-02T00:00:00Z,86400000,measured',
      'node8,2026-11-01T00:00:00Z,2026-11-01T01:00:00Z,36000000,BMC',
    ].join('\n');
    const conversion = withEnergy(rows);
    expect(conversion.before.joules).toBe(86_400_000);
    expect(conversion.assets[0]?.before?.power).toMatchObject({ watts: 1000, source: 'energy-file' });
    expect(conversion.assets[3]?.after?.energy).toMatchObject({ label: 'BMC', seconds: 3600 });
    expect(conversion.assets[0]?.after?.energy).toBeUndefined();
    const ids = (of: Conversion) => conversionPaper(of).sections.map(({ id }) => id);
    expect(ids(conversion)).toContain('energy');
    expect(ids(convert(sides, { apartSeconds: 1800 }))).not.toContain('energy');
  });
  it('says beside the power what a machine drew at rest, and counts it in no share', () => {
    const rested = [...after.nodes].map(([name, node]) => [name, { ...node, restWatts: 126 }] as const);
    const given = { before: [before], after: [{ ...after, nodes: new Map(rested) }] };
    const conversion = convert(given, { apartSeconds: 1800 });
    expect(conversion.assets[0]?.after?.restWatts).toBe(126);
    expect(conversion.after.shares).toEqual(convert(sides, { apartSeconds: 1800 }).after.shares);
    expect(renderPaperMarkdown(conversionPaper(conversion))).toContain('126.0 W at rest, BMC');
  });
  it('says no power of a letter where nobody says what its machines draw', () => {
    const page = renderPaperMarkdown(conversionPaper(convert(sides, { apartSeconds: 1800 })));
    expect(page).toContain('| **U** undecided, or to be repaired | before | 1 | – | – | – | 1 |');
  });
  it('lists the firmware of cards by model, the rarest last, with the machines that have it', () => {
    const card = (version: string | undefined) => ({
      model: known('RTX-3090'),
      firmware: version === undefined ? unknown('no driver') : known(version),
    });
    const cards: Readonly<Record<string, readonly ReturnType<typeof card>[]>> = {
      node1: [card('94.02.42.00.01'), card('94.02.42.00.01'), card('94.02.42.C0.15')],
      node8: [card('94.02.42.00.01'), card(undefined)],
    };
    const seen = [...after.nodes].map(([name, node]) => [name, { ...node, cards: cards[name] }] as const);
    const given = { before: [before], after: [{ ...after, nodes: new Map(seen) }] };
    const page = renderPaperMarkdown(conversionPaper(convert(given, { apartSeconds: 1800 })));
    expect(page.split('\n').filter((line) => line.includes('| RTX-3090'))).toEqual([
      '| RTX-3090 | 94.02.42.00.01 | 3 of 5 | node1, node8 |',
      '| RTX-3090 | 94.02.42.C0.15 | 1 of 5 | node1 |',
      '| RTX-3090 | not told | 1 of 5 | node8 |',
    ]);
    expect(page).toContain('one that was changed keeps the version that it says');
  });
  it('divides the power by the best rate of the side, the devices of one measurement added up', () => {
    const gpu = (device: string) => ({
      metric: 'matmul.throughput',
      value: 40e12,
      subject: { kind: 'device', node: 'node1', device } as const,
    });
    const rates = constructReadings('b', '2026-10-01T00:00:00Z', [
      machine(0, { values: [1], step: { samples: [gpu('GPU-1'), gpu('GPU-2')] } }),
    ]);
    const rows = readEnergy(
      `${header}node1,2026-10-01T00:00:00Z,2026-10-02T00:00:00Z,86400000,measured`,
      'e.csv',
    );
    const given = { before: [{ ...before, readings: rates }], after: [after] };
    const [first] = convert(given, { apartSeconds: 1800, energy: { file: 'e.csv', rows } }).assets;
    // 1 kW over 80 TFLOP/s.
    expect(first?.before?.energy?.joulesPerTeraFlop).toBeCloseTo(12.5, 9);
    expect(first?.before?.energy?.joulesPerHash).toBeUndefined();
  });
  it.each([
    [
      'node9,2026-10-01T00:00:00Z,2026-10-02T00:00:00Z,86400000,measured',
      'expected a machine of the runs before, got `node9`',
    ],
    ['node8,2026-10-01T00:00:00Z,2026-10-02T00:00:00Z,86400000,measured', 'got `node8`'],
    [
      'node1,2026-10-31T00:00:00Z,2026-11-02T00:00:00Z,86400000,measured',
      'expected a period before or after',
    ],
    [
      'node1,2026-10-01T00:00:00Z,2026-10-02T00:00:00Z,24,measured',
      'expected node1 to draw from 15 to 2250 W',
    ],
  ])('refuses energy that is of nobody: %s', (row, message) => {
    expect(() => withEnergy(row)).toThrow(message);
  });
  it('takes ASICs from the inventory: D by what they are, by serial or name, never measured', () => {
    const asic = { model: 'Antminer S21', watts: 3500, terahashesPerSecond: 200, rack: 'M1' };
    const list = (run: JudgedRun, asics: JudgedRun['readings']['asics']): JudgedRun => ({
      ...run,
      readings: { ...run.readings, asics },
    });
    const given = {
      before: [
        list(before, [
          { ...asic, name: 's1', serial: 'A1' },
          { ...asic, name: 's2' },
        ]),
      ],
      after: [list(after, [{ ...asic, name: 'sold', serial: 'A1', rack: 'M2' }])],
    };
    const file = header + 's1,2026-10-01T00:00:00Z,2026-10-01T01:00:00Z,12240000,measured';
    const conversion = convert(given, {
      apartSeconds: 1800,
      energy: { file: 'e.csv', rows: readEnergy(file, 'e.csv') },
    });
    const [moved, gone] = conversion.assets.slice(-2);
    expect(moved).toMatchObject({ change: 'moved', how: 'serial', before: { letter: 'D', class: 'asic' } });
    // 3.4 kW over 200 TH/s.
    expect(moved?.before?.energy?.joulesPerHash).toBeCloseTo(1.7e-11, 15);
    expect(moved?.after?.power).toMatchObject({ label: 'nameplate', least: 2800, most: 4200 });
    expect(gone).toMatchObject({
      change: 'vanished',
      before: { node: 's2', power: { source: 'asic-watts' } },
    });
    const kwh = header + 's1,2026-10-01T00:00:00Z,2026-10-01T01:00:00Z,3.4,measured';
    expect(() =>
      convert(given, { apartSeconds: 1800, energy: { file: 'e.csv', rows: readEnergy(kwh, 'e.csv') } }),
    ).toThrow('expected s1 to draw from 35 to 5250 W');
  });
  it('is shown with escaped words, with pictures in HTML alone', () => {
    const conversion = convert(sides, { apartSeconds: 1800 });
    const html = renderPaperHtml(conversionPaper(conversion));
    expect(html).toContain('why &lt;A&gt;');
    expect(html).not.toMatch(/<script|style="(?!--)|https?:/);
    expect(html).toMatch(/<svg class="picture broad" role="img" aria-label="Share of the known power/);
    const markdown = renderPaperMarkdown(conversionPaper(conversion));
    expect(markdown).toContain('| **D** of no use by what it is | before | 2 | 3.000 kW | 100.0 % |');
    expect(markdown).not.toContain('svg');
    expect(renderConversionCsv(conversion).split('\r\n')).toHaveLength(6);
  });
});

import { describe, expect, it } from 'vitest';
import { mapNodes } from '../../../../reports/page/map-nodes.ts';
import { displayWidth } from '../../../../reports/text/display-width.ts';
import type { BlockNode, Verdict } from '../../../../reports/verdict/verdict.ts';
import { createLookup } from '../../../../reports/verdict/verdict-lookup.ts';
import { nodeMapLines } from '../../../../reports/writers/node-map-lines.ts';
import { renderTerminal } from '../../../../reports/writers/terminal.ts';
import { hostileVerdict, quoted } from '../../../support/example-verdict.ts';
import {
  acceptedVerdict,
  blockVerdict,
  clusterVerdict,
  smallBlockVerdict,
  unreachedVerdict,
  vmVerdict,
} from '../../../support/judged-examples.ts';

const render = (verdict: Verdict, columns = 80, color = false): string =>
  renderTerminal(createLookup(verdict), { columns, color });
const escapeSequence = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');
const all = [
  vmVerdict,
  acceptedVerdict,
  clusterVerdict,
  unreachedVerdict,
  hostileVerdict,
  blockVerdict,
  smallBlockVerdict,
];

function expectOrder(text: string, parts: readonly string[]): void {
  const places = parts.map((part) => text.indexOf(part));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((left, right) => left - right));
}

describe('renderTerminal', () => {
  it.each([40, 60, 80, 110, 200])('keeps every line within %d columns', (columns) => {
    for (const verdict of all)
      for (const line of render(verdict(), columns).split('\n'))
        expect(displayWidth(line)).toBeLessThanOrEqual(columns);
  });

  it('says the same with and without colour', () => {
    const coloured = render(vmVerdict(), 80, true);
    expect(coloured).not.toBe(render(vmVerdict()));
    expect(coloured.replace(escapeSequence, '')).toBe(render(vmVerdict()));
  });

  it('puts the verdict in words before the punch list, and figures beside their names', () => {
    const text = render(vmVerdict());
    expectOrder(text, [
      'Screening report',
      'DOES NOT CONFORM',
      'vm-1, for AI: D',
      'because Accelerator on the bus',
      'PUNCH LIST (3)',
      'NOT SHOWN',
      'MEASURED',
    ]);
    expect(text).toMatch(/SHA-256, cores 1\n +openssl 3\.5\.1 +3 +1\.384 GB\/s +1\.370 – 1\.391 GB\/s/);
    expect(text).toContain('indicative: measured by Assay itself, satisfies no required cell');
  });

  it('hangs the interval below the figures, so that their columns stay as narrow as they were', () => {
    const text = render(acceptedVerdict());
    expect(text).toMatch(
      /SHA-256, cores 1\n +openssl 3\.5\.1 +12 +1\.382 GB\/s +1\.370 – 1\.391 GB\/s\n +Median: 96 % interval 1\.377 – 1\.388 GB\/s\n/,
    );
    expect(text.match(/% interval/g)).toHaveLength(3);
    expect(text).toMatch(
      /Matrix multiplication\n +native 3\.5\.1 +3 +1\.524 TFLOPS +1\.512 – 1\.531 TFLOPS\n/,
    );
  });

  it('says of a block where the nodes stand, who has to do what, and what was shown', () => {
    const base = blockVerdict();
    const defects = base.defects.map((each) => ({ ...each, part: 'MT2412X09117' }));
    expectOrder(render({ ...base, defects }, 100), [
      '✖ BLOCK: NOT ACCEPTED\n  29 of 32 nodes conform\n  In the way: 2 hardware defects',
      'NODES (32)',
      '  ○ gpu030 not reached: Accelerator count: connection refused by gpu030:22',
      'PUNCH LIST (5)',
      ' 1.  ✖ fail · gpu014 · R34 / U26 · gpu013+gpu014 · serial MT2412X09117 · hardware · 1 cell',
      '     gpu014 is bad with each of 4 partners, who are good with others',
      '     → Recable: first swap the transceiver.\n       Re-test: All-reduce in pairs, 64 MiB, bus bandwidth;',
      'WHAT WAS SHOWN ON THE 29 THAT CONFORM',
      '  sustained, 232 of 249,',
      'NOT SHOWN',
      '20 measurements across nodes: 15 good, 4 bad, 1 unknown; 3 of them added',
      '  gpu[001-013,015-026,028-029,031-032], for CPU clusters: A, reuse as is',
    ]);
  });

  it('opens a survey with what the machine can be used for, not with a promise it never made', () => {
    const base = vmVerdict();
    const survey = { ...base, profile: { ...base.profile, id: 'survey' } };
    expect(render(survey)).toContain('■ D FOR AI\n');
  });
});

const node = (id: string, rack?: string, slot?: string): BlockNode => ({
  id,
  conclusion: 'pass',
  reason: quoted(''),
  ...(rack === undefined ? {} : { rack }),
  ...(slot === undefined ? {} : { slot }),
});
const lines = (nodes: readonly BlockNode[], columns: number) =>
  nodeMapLines({ kind: 'node-map', map: mapNodes(nodes, new Set()), legend: '' }, columns);

describe('nodeMapLines', () => {
  it('puts racks side by side, bad ones first, and the highest rack unit on top', () => {
    expect(lines(blockVerdict().block!.nodes, 88)).toEqual([
      '     R34       R37       R38       R31       R32       R33       R35       R36',
      '     3 of 4    3 of 4    3 of 4    4 of 4    4 of 4    4 of 4    4 of 4    4 of 4',
      'U34  ● gpu013  ● gpu025  ● gpu029  ● gpu001  ● gpu005  ● gpu009  ● gpu017  ● gpu021',
      'U26  ✖ gpu014  ● gpu026  ○ gpu030  ● gpu002  ● gpu006  ● gpu010  ● gpu018  ● gpu022',
      'U18  ● gpu015  ✖ gpu027  ● gpu031  ● gpu003  ● gpu007  ● gpu011  ● gpu019  ● gpu023',
      'U10  ● gpu016  ● gpu028  ● gpu032  ● gpu004  ● gpu008  ● gpu012  ● gpu020  ● gpu024',
      '',
      '',
    ]);
  });

  it('keeps gaps, several nodes in one slot, and those of which no rack is known', () => {
    const nodes = [
      node('a', 'R2', '1'),
      node('b', 'R10', '2'),
      node('c', 'R10', '2'),
      node('d'),
      node('e', 'R2', '10'),
    ];
    expect(lines(nodes, 60)).toEqual([
      '    R2      R10',
      '    2 of 2  2 of 2',
      '1   ● a',
      '2           ● b',
      '            ● c',
      '10  ● e',
      '',
      'No rack is known:',
      '● d',
      '',
      '',
    ]);
  });

  it('names the slots in every rack when the racks have too little in common', () => {
    const nodes = Array.from({ length: 6 }, (_, at) => node(`n${at}`, `R${at}`, `U${at}`));
    expect(lines(nodes, 40).slice(0, 3)).toEqual([
      'R0       R1       R2       R3',
      '1 of 1   1 of 1   1 of 1   1 of 1',
      'U0 ● n0  U1 ● n1  U2 ● n2  U3 ● n3',
    ]);
  });
});

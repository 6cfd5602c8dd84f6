import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../../reports/verdict/verdict.ts';
import { createLookup } from '../../../../reports/verdict/verdict-lookup.ts';
import { renderPunchList } from '../../../../reports/writers/punch-list.ts';
import { quoted } from '../../../support/example-verdict.ts';
import { blockVerdict, smallBlockVerdict, vmVerdict } from '../../../support/judged-examples.ts';

const render = (verdict: Verdict): string => renderPunchList(createLookup(verdict));

describe('renderPunchList', () => {
  it('writes one row for each defect with CRLF ends', () => {
    const lines = render(vmVerdict()).split('\r\n');
    expect(lines).toHaveLength(5);
    expect(lines[0]).toBe(
      'defect,node,rack,slot,subject,part,owner,verdict,symptom,expected,found,action,retest,blame,cells,evidence,state,repair',
    );
    expect(lines[3]).toBe(
      'vm-1:clock,vm-1,,,vm-1,,environment,inconclusive,"Clock offset: expected at most 0.05 s, found 0.0511 s to 0.0549 s: median of 3 runs misses the limit by less than 10 %, which a screening cannot decide",≤ 50 ms,"52.80 ms (51.10 – 54.90 ms, n = 3)","Take more runs: these are too near the limit to decide. Where twelve fall on both sides of it, find what makes them differ.",,,vm-1:clock,nodes/vm-1/steps/r1-clock nodes/vm-1/steps/r2-clock nodes/vm-1/steps/r3-clock,open,',
    );
  });

  it('keeps what a repair has ended, and says what waits for a measurement', () => {
    const base = vmVerdict();
    const [first, second] = base.defects;
    if (first === undefined || second === undefined) throw new Error('no defects');
    const told = { by: 'vm-1=cable', at: '2026-11-24T00:00:00.000Z' };
    const lines = render({
      ...base,
      cells: base.cells.map((cell) =>
        second.cells.includes(cell.id) ? { ...cell, verdict: 'missing' as const } : cell,
      ),
      superseded: second.cells.map((cell) => ({ ...told, cell, verdict: 'fail' as const })),
      verified: [{ ...first, ...told, id: 'ended' }],
    }).split('\r\n');
    expect(lines[1]).toMatch(/,open,$/);
    expect(lines[2]).toMatch(/,repaired,vm-1=cable 2026-11-24$/);
    expect(lines.at(-2)).toMatch(/^ended,.*,verified,vm-1=cable 2026-11-24$/);
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@x', "'@x"],
    ['\t=1', "' =1"],
    ['"=1"', '"\'""=1"""'],
    ['a "b", c', '"a ""b"", c"'],
  ])('disarms and quotes the field %j', (symptom, field) => {
    const base = vmVerdict();
    const row = render({
      ...base,
      defects: [{ ...base.defects[0]!, symptom: quoted(symptom), id: 'id' }],
    }).split('\r\n')[1];
    expect(row?.startsWith(`id,vm-1,,,vm-1,,hardware,fail,${field},`)).toBe(true);
  });

  it('says where to go, to which part, why this one, and what to measure again', () => {
    const base = blockVerdict();
    const defects = base.defects.map((each) => ({ ...each, part: 'mlx5_5, SN MT2412X09117' }));
    expect(render({ ...base, defects }).split('\r\n')[1]).toBe(
      'gpu014:blamed,gpu014,R34,U26,gpu013+gpu014,"mlx5_5, SN MT2412X09117",hardware,fail,"All-reduce in pairs, 64 MiB, bus bandwidth: expected at least 10 GB/s, found 5.21 GB/s: median of 1 run misses the limit by more than 10 %",≥ 10 GB/s,5.210 GB/s (n = 1),Recable: first swap the transceiver.,"All-reduce in pairs, 64 MiB, bus bandwidth; 4 steps, at most 4 min","gpu014 is bad with each of 4 partners, who are good with others: gpu013, gpu003, gpu021, gpu032 (with one of them: 5.21 GB/s, at least 10 GB/s expected)",gpu013+gpu014:allreduce-pair,nodes/gpu003/steps/t18 nodes/gpu013/steps/t7 nodes/gpu014/steps/t19 nodes/gpu014/steps/t20,open,',
    );
  });

  it('disarms formulas wherever a node or an inventory can write one', () => {
    const base = smallBlockVerdict();
    const block = base.block!;
    const row = render({
      ...base,
      defects: [{ ...base.defects[0]!, part: '=1', retest: quoted('+1') }],
      block: {
        ...block,
        nodes: block.nodes.map((each) => ({ ...each, rack: '@1', slot: '-1' })),
        blames: block.blames.map((blame) => ({ ...blame, reason: quoted('=HYPERLINK()') })),
      },
    }).split('\r\n')[1];
    expect(row).toContain("node3:blamed,node3,'@1,'-1,node3+node4,'=1,");
    expect(row).toContain(",'+1,'=HYPERLINK(),");
  });
});

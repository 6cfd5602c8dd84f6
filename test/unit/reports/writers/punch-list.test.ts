import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../../reports/verdict/verdict.ts';
import { createLookup } from '../../../../reports/verdict/verdict-lookup.ts';
import { renderPunchList } from '../../../../reports/writers/punch-list.ts';
import { blockVerdict, smallBlockVerdict } from '../../../support/example-block.ts';
import { quoted, vmVerdict } from '../../../support/example-verdict.ts';

const render = (verdict: Verdict): string => renderPunchList(createLookup(verdict));

describe('renderPunchList', () => {
  it('writes one row for each defect with CRLF ends', () => {
    const lines = render(vmVerdict()).split('\r\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toBe(
      'defect,node,rack,slot,subject,part,owner,verdict,symptom,expected,found,action,retest,blame,cells,evidence',
    );
    expect(lines[2]).toBe(
      'd2,vm-1,,,vm-1,,environment,inconclusive,The clock offset cannot be told from its limit.,≤ 50 ms,"41.00 ms (38.20 – 61.10 ms, n = 3)",Let the clock settle for ten minutes and survey again.,,,vm-1:clock,nodes/vm-1/steps/clock-1/stdout',
    );
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
    expect(render(blockVerdict()).split('\r\n')[2]).toBe(
      'd2,gpu014,R34,U26,gpu013+gpu014,"mlx5_5, SN MT2412X09117",hardware,fail,"All-reduce in pairs, 64 MiB, bus bandwidth: expected at least 10 GB/s, found 5.210 GB/s.",≥ 10 GB/s,"5.210 GB/s (5.179 – 5.241 GB/s, n = 3)",Recable: first swap the transceiver.,"three pairs and the group, about 10 min","gpu014 is as slow with gpu003, gpu021 and gpu032, which all reach 11 GB/s with others: its cable, transceiver or switch port, not the partner.",gpu013+gpu014:allreduce-pair,groups/allreduce-pair-7',
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
    expect(row).toContain("d1,node3,'@1,'-1,node3+node4,'=1,");
    expect(row).toContain(",'+1,'=HYPERLINK(),");
  });
});

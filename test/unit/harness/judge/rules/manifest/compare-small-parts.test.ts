import { describe, expect, it } from 'vitest';
import type { ManifestPart } from '../../../../../../harness/config/manifest.ts';
import { compareManifest } from '../../../../../../harness/judge/rules/manifest/compare-manifest.ts';
import { say } from '../../../../../../reports/verdict/words/say.ts';
import { known, unknown } from '../../../../../../workloads/kit/facts/fact.ts';
import type { MemoryModule, Part } from '../../../../../../workloads/kit/facts/host-facts.ts';
import type { FactChanges } from '../../../../../support/constructed/facts.ts';
import { mergeFacts, networkCard, nic } from '../../../../../support/constructed/facts.ts';

type Row = Partial<ManifestPart> & Pick<ManifestPart, 'part'>;

const compare = (rows: readonly Row[], facts: FactChanges = {}) =>
  compareManifest(
    {
      schema: 'assay/manifest',
      schemaVersion: 1,
      parts: rows.map((row) => ({ node: 'gpu1', count: 1, ...row })),
    },
    'gpu1',
    mergeFacts(facts),
  ).map(({ verdict, reason }) => `${verdict}: ${say(reason)}`);

const gibibyte = 2 ** 30;
const part = (serial: string, model: string): Part => ({
  name: serial,
  vendor: known('Delta'),
  model: known(model),
  serial: known(serial),
});
const module = (serial: string, gibibytes = 64): MemoryModule => ({
  ...part(serial, 'M321R8GA0BB0-CQKZJ'),
  vendor: known('Samsung'),
  sizeBytes: known(gibibytes * gibibyte),
});

describe('network cards', () => {
  const card = networkCard({ serial: known('MT2617J02HFP'), model: known('MCX75310AAS-NEAT') });
  it('are found by serial, by part number, and by chip whatever the maker is called', () => {
    const rows = (model: string): Row[] => [{ part: 'nic', model, serial: 'MT2617J02HFP' }];
    for (const model of ['MCX75310AAS-NEAT', 'ConnectX-7', 'connectx-7'])
      expect(compare(rows(model), { networkCards: known([card]) })).toEqual([
        'pass: nic with serial MT2617J02HFP is there',
        `pass: expected 1 × ${model}, found 1 × ${model}`,
      ]);
  });
  it('are found by an address of a port, however it is written', () => {
    const ports = known([
      nic({ identity: '0000:01:00.0', permanentAddress: known('b8:3f:d2:00:00:0a') }),
      nic({ identity: '0000:01:00.1', permanentAddress: known('b8:3f:d2:00:00:0b') }),
    ]);
    for (const serial of ['B8:3F:D2:00:00:0B', 'b83fd200000b', 'B8-3F-D2-00-00-0A'])
      expect(compare([{ part: 'nic', serial }], { nics: ports })[0]).toBe(
        `pass: nic with serial ${serial} is there`,
      );
    expect(compare([{ part: 'nic', serial: 'B8:3F:D2:00:00:0C' }], { nics: ports })[0]).toBe(
      'fail: expected nic with serial B8:3F:D2:00:00:0C, found serial b8:3f:d2:00:00:0a, b8:3f:d2:00:00:0b',
    );
  });
  it('are found by the GUID of a port', () => {
    const nics = known([nic({ nodeGuid: known('9c63:c003:00a1:b2c4') })]);
    const found = (serial: string) => compare([{ part: 'nic', serial }], { nics })[0];
    expect(found('0x9c63c00300a1b2c4')).toBe('pass: nic with serial 0x9c63c00300a1b2c4 is there');
    expect(found('9c63c00300a1b2c5')).toMatch(/^fail: /);
  });
  it('are missing with the reason where what is on their label is not known', () => {
    expect(compare([{ part: 'nic', serial: 'MT1', model: 'ConnectX-7' }])).toEqual([
      'missing: expected nic with serial MT1, not known: needs root: VPD',
      'pass: expected 1 × ConnectX-7, found 1 × ConnectX-7',
    ]);
    expect(compare([{ part: 'nic', model: 'MCX75310AAS-NEAT' }])[0]).toMatch(/^missing: .*needs root: VPD$/);
    const noInterface = { nics: known([]) };
    expect(compare([{ part: 'nic', serial: 'b83fd200000b' }], noInterface)[0]).toBe(
      'missing: expected nic with serial b83fd200000b, not known: the card at 0000:01:00 has no interface that tells its address',
    );
  });
  it('of one model in two words are not told apart without their part numbers', () => {
    const rows: Row[] = [
      { part: 'nic', model: 'ConnectX-7' },
      { part: 'nic', model: 'MCX75310AAS-NEAT' },
    ];
    const two = known([networkCard(), networkCard({ address: '0000:02:00' })]);
    expect(compare(rows, { networkCards: two }).map((finding) => finding.slice(0, 7))).toEqual([
      'missing',
      'missing',
    ]);
  });
  it('fail when one is lacking or has another serial, and ports of the board are in no list', () => {
    const board = networkCard({ address: '0000:05:00', chip: known('I350'), serial: known('BOARD') });
    const facts = { networkCards: known([card, board]) };
    expect(compare([{ part: 'nic', model: 'ConnectX-7', count: 2 }], facts)).toEqual([
      'fail: expected 2 × ConnectX-7, found 1 × ConnectX-7: 1 lacking',
    ]);
    expect(compare([{ part: 'nic', model: 'MCX75310AAS-NEAT', serial: 'MT9' }], facts)).toEqual([
      'fail: expected nic with serial MT9, found serial MT2617J02HFP, BOARD',
      'missing: expected 1 × MCX75310AAS-NEAT, found 1 to 2 × MCX75310AAS-NEAT: not known of which model 1 are: needs root: VPD',
      'fail: found nic with serial MT2617J02HFP (MCX75310AAS-NEAT), which is not in the manifest',
    ]);
    expect(compare([{ part: 'nic', count: 1 }], facts)[0]).toMatch(/^missing: /);
    expect(compare([{ part: 'nic', count: 3 }], facts)[0]).toMatch(/^fail: /);
  });
});

describe('memory modules', () => {
  const two = { modules: known([module('A1'), module('A2')]), memoryBytes: 126 * gibibyte };
  it('are found by serial, by size and by part number', () => {
    expect(compare([{ part: 'memory', model: '64GB DDR5 RDIMM', count: 2 }], two)).toEqual([
      'pass: expected 2 × 64 GiB, found 2 × 64 GiB',
      'pass: expected 128 GiB of memory, found 126 GiB, of which a kernel takes a part',
    ]);
    expect(compare([{ part: 'memory', model: 'Samsung M321R8GA0BB0-CQKZJ', count: 2 }], two)).toEqual([
      'pass: expected 2 × Samsung M321R8GA0BB0-CQKZJ, found 2 × Samsung M321R8GA0BB0-CQKZJ',
    ]);
    const rows: Row[] = [
      { part: 'memory', model: '64 GiB', serial: 'A1' },
      { part: 'memory', model: '64 GiB', serial: 'A3' },
    ];
    expect(compare(rows, two)).toEqual([
      'pass: memory with serial A1 is there',
      'fail: expected memory with serial A3, found serial A2',
      'pass: expected 2 × 64 GiB, found 2 × 64 GiB',
      'fail: found memory with serial A2 (M321R8GA0BB0-CQKZJ), which is not in the manifest',
      'pass: expected 128 GiB of memory, found 126 GiB, of which a kernel takes a part',
    ]);
  });
  it.each([
    'M321R8GA0BB0-CQKZJ 64GB',
    'Samsung 64 GB M321R8GA0BB0-CQKZJ DDR5-4800 RDIMM (2Rx4)',
    'P43328-B21 64GB M321R8GA0BB0-CQKZJ',
  ])('of a part number beside the size are that product alone: %s', (model) => {
    const other = { ...module('A2'), vendor: known('Micron'), model: known('MTC40F2046S1RC48BA1') };
    const all = (modules: readonly MemoryModule[]) =>
      compare([{ part: 'memory', model, count: 2 }], { ...two, modules: known([...modules]) });
    expect(all([module('A1'), module('A2')])[0]).toBe(
      'pass: expected 2 × M321R8GA0BB0-CQKZJ, found 2 × M321R8GA0BB0-CQKZJ',
    );
    expect(all([module('A1'), other])[0]).toMatch(/^fail: expected 2 × M321.*1 lacking$/);
    expect(all([other, other])[0]).toMatch(/^fail: .*2 lacking$/);
    const bySizeOnly = { ...other, model: unknown('needs root'), vendor: unknown('needs root') };
    expect(all([bySizeOnly, bySizeOnly])[0]).toMatch(/^missing: .*needs root$/);
    const blind = compare([{ part: 'memory', model, count: 2 }], {
      ...two,
      modules: unknown('needs root'),
    });
    expect(blind).toEqual([
      expect.stringMatching(/^missing: expected 2 × .*, not known: needs root$/),
      expect.stringMatching(/^pass: expected 128 GiB/),
    ]);
  });
  it.each([
    'Samsung 64GB 2Rx4 DDR5-4800 RDIMM ECC',
    '64 GiB PC5-38400 registered, 4800 MT/s, 1.1V',
    '64GB (288-pin) DDR5 5600MHz EC8 CL40 3DS 2S2Rx4 x80',
    '64GB PC4-25600R-19-13',
    '64GB DDR5SDRAM 2Rx4@4800MHz+ RDIMM-5600 CPU1_DIMM_A1 P0-DIMMB2',
  ])('of a size and general words are any of that size: %s', (model) => {
    expect(compare([{ part: 'memory', model, count: 2 }], two)[0]).toMatch(/^pass: expected 2 × 64 GiB/);
  });
  it('of another size fail although the sum is nearly right', () => {
    const facts = { modules: known([module('A1', 96), module('A2', 32)]), memoryBytes: 126 * gibibyte };
    expect(compare([{ part: 'memory', model: '64 GiB', count: 2 }], facts)[0]).toMatch(/^fail: .*2 lacking$/);
  });
  it('whose size alone is known are counted, and their serials are missing', () => {
    const blind = (it: MemoryModule): MemoryModule => ({
      ...it,
      serial: unknown('needs root'),
      model: unknown('needs root'),
      vendor: unknown('needs root'),
    });
    const facts = { ...two, modules: known([blind(module('A1')), blind(module('A2'))]) };
    expect(compare([{ part: 'memory', model: '64 GiB', count: 2 }], facts)[0]).toMatch(/^pass/);
    expect(compare([{ part: 'memory', model: '64 GiB', serial: 'A1' }], facts)[0]).toBe(
      'missing: expected memory with serial A1, not known: needs root',
    );
    expect(compare([{ part: 'memory', model: 'M321R8GA0BB0-CQKZJ', count: 2 }], facts)[0]).toMatch(
      /^missing/,
    );
  });
});

describe.each([
  ['psu', 'powerSupplies'],
  ['transceiver', 'transceivers'],
] as const)('%s', (kind, list) => {
  const rows: Row[] = [
    { part: kind, model: 'DPS-2000', serial: 'P1' },
    { part: kind, model: 'DPS-2000', serial: 'P2' },
  ];
  it('passes when it is there, and names the one that is there instead', () => {
    expect(compare(rows, { [list]: known([part('P1', 'DPS-2000'), part('P2', 'DPS-2000')]) })).toEqual([
      `pass: ${kind} with serial P1 is there`,
      `pass: ${kind} with serial P2 is there`,
      'pass: expected 2 × DPS-2000, found 2 × DPS-2000',
    ]);
    expect(compare(rows, { [list]: known([part('P1', 'DPS-2000'), part('P7', 'DPS-2000')]) })).toContain(
      `fail: expected ${kind} with serial P2, found serial P7`,
    );
  });
  it('is missing with the reason where nobody may read it', () => {
    expect(compare(rows, { [list]: unknown('needs root') })).toEqual([
      `missing: expected ${kind} with serial P1, not known: needs root`,
      `missing: expected ${kind} with serial P2, not known: needs root`,
      'missing: expected 2 × DPS-2000, not known: needs root',
    ]);
  });
});

describe('fans', () => {
  it('are compared where the management controller has records of them, and are missing where not', () => {
    const rows: Row[] = [{ part: 'fan', serial: 'F1' }];
    expect(compare(rows, { fans: known([part('F1', 'R4028-G0005-02')]) })[0]).toBe(
      'pass: fan with serial F1 is there',
    );
    expect(compare(rows, { fans: known([part('F2', 'R4028-G0005-02')]) })[0]).toMatch(/^fail: /);
    expect(compare(rows, { fans: unknown('no records') })[0]).toMatch(/^missing: .*no records/);
  });
});

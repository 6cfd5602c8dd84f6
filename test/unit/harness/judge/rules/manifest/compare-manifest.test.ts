import { describe, expect, it } from 'vitest';
import type { ManifestPart } from '../../../../../../harness/config/manifest.ts';
import { compareManifest } from '../../../../../../harness/judge/rules/manifest/compare-manifest.ts';
import { say } from '../../../../../../reports/verdict/words/say.ts';
import { known, unknown } from '../../../../../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../../../../../workloads/kit/facts/host-facts.ts';
import type { FactChanges } from '../../../../../support/constructed/facts.ts';
import { h100, mergeFacts, nvmeDrive } from '../../../../../support/constructed/facts.ts';
import { tell } from '../../../../../support/tell.ts';

type Row = Partial<ManifestPart> & Pick<ManifestPart, 'part'>;

const manifestOf = (rows: readonly Row[]) => ({
  schema: 'assay/manifest' as const,
  schemaVersion: 1 as const,
  parts: rows.map((row) => ({ node: 'gpu1', count: 1, ...row })),
});
const compare = (rows: readonly Row[], facts: FactChanges | HostFacts = {}) =>
  compareManifest(manifestOf(rows), 'gpu1', 'identity' in facts ? facts : mergeFacts(facts)).map(
    ({ verdict, reason }) => `${verdict}: ${say(reason)}`,
  );
const drive = (serial: string, model = 'X1') =>
  nvmeDrive({ serial: known(serial), identity: serial, model: known(model) });
const drives = (...all: readonly ReturnType<typeof drive>[]): FactChanges => ({ drives: known([...all]) });
const gpus = (count: number, changes: Parameters<typeof h100>[1] = {}): FactChanges => ({
  accelerators: known(Array.from({ length: count }, (_, index) => h100(index, changes))),
});

describe('compareManifest', () => {
  it('finds nothing, which is no pass, where the manifest has no row for the node', () => {
    expect(compare([{ part: 'drive', node: 'gpu2', serial: 'S1' }])).toEqual([]);
  });
  it('says in every finding what was expected and found', () => {
    const manifest = manifestOf([{ part: 'drive', slot: 'bay 3', serial: 'S1' }]);
    expect(tell(compareManifest(manifest, 'gpu1', mergeFacts(drives(drive('S2')))))).toEqual([
      {
        verdict: 'fail',
        reason: 'expected drive with serial S1, found serial S2',
      },
      {
        verdict: 'pass',
        reason: 'expected 1 × drive, found 1',
      },
      {
        verdict: 'fail',
        reason: 'found drive with serial S2 (X1), which is not in the manifest',
      },
    ]);
  });
});

describe('a serial', () => {
  const s1: Row = { part: 'drive', model: 'X1', serial: 'S1' };
  it('passes when it is found, wherever it sits', () => {
    expect(compare([s1], drives(drive('S1')))).toEqual([
      'pass: drive with serial S1 is there',
      'pass: expected 1 × X1, found 1 × X1',
    ]);
  });
  it('fails on a device of another model, and is missing where the model is not known', () => {
    // Two drives whose labels were exchanged: the numbers of both models are right.
    const rows: readonly Row[] = [s1, { part: 'drive', model: 'Y1' }];
    const [exchanged] = compare(
      rows,
      drives(drive('S1', 'Y1'), { ...drive('', 'X1'), serial: unknown('no') }),
    );
    expect(exchanged).toBe('fail: expected drive with serial S1 to be X1, found Y1');
    const [hidden] = compare(rows, drives({ ...drive('S1'), model: unknown('no') }));
    expect(hidden).toBe('missing: expected drive with serial S1 to be X1, not known: no');
  });
  it('fails when nothing is in its place', () => {
    expect(compare([s1], drives())).toEqual([
      'fail: expected drive with serial S1, found none in its place',
      'fail: expected 1 × X1, found none: 1 lacking',
    ]);
  });
  it('names few of many that may be in its place', () => {
    const found = drives(...['A', 'B', 'C', 'D', 'E'].map((serial) => drive(serial)));
    expect(compare([s1], found)[0]).toBe(
      'fail: expected drive with serial S1, found serial A, B, C and 2 more',
    );
  });
  it('is missing while a device that may be it does not tell its own', () => {
    const silent = { ...drive('?'), serial: unknown('neither lsblk nor sysfs reports a serial for sda') };
    expect(compare([s1], drives(drive('S2'), silent))).toEqual([
      'missing: expected drive with serial S1, not known: neither lsblk nor sysfs reports a serial for sda',
      'fail: expected 1 × X1, found 2 × X1: 1 too many',
      'fail: found drive with serial S2 (X1), which is not in the manifest',
    ]);
  });
  it('does not wait for the serial of another model', () => {
    const silent = { ...drive('?', 'Virtual HDisk0'), serial: unknown('no serial') };
    expect(compare([s1], drives(silent))[0]).toBe(
      'fail: expected drive with serial S1, found none in its place',
    );
  });
  it('is missing with the reason when devices of its kind cannot be listed', () => {
    const facts = { drives: unknown('sysfs block: no answer in time') };
    expect(compare([s1, { part: 'drive', count: 2 }], facts)).toEqual([
      'missing: expected drive with serial S1, not known: sysfs block: no answer in time',
      'missing: expected 1 to 3 × X1, not known: sysfs block: no answer in time',
      'missing: expected 3 × drive, not known: sysfs block: no answer in time',
    ]);
  });
  it('is missing for 8 accelerators whose driver is silent', () => {
    const rows = Array.from({ length: 8 }, (_, index): Row => ({ part: 'accelerator', serial: `S${index}` }));
    const facts = gpus(8, { serial: unknown('`nvidia-smi` is not on the PATH') });
    const found = compare(rows, facts);
    expect(found.slice(0, 8)).toEqual(
      rows.map(
        ({ serial = '' }) =>
          `missing: expected accelerator with serial ${serial}, not known: \`nvidia-smi\` is not on the PATH`,
      ),
    );
    expect(found.slice(8)).toEqual(['pass: expected 8 × accelerator, found 8']);
  });
  it('that the manifest has for another node is named so', () => {
    const rows: Row[] = [s1, { part: 'drive', model: 'X1', serial: 'S2', node: 'gpu2' }];
    expect(compare(rows, drives(drive('S2'), drive('S3')))).toEqual([
      'fail: expected drive with serial S1, found serial S2, S3',
      'fail: expected 1 × X1, found 2 × X1: 1 too many',
      'fail: found drive with serial S2 (X1), which is in the manifest for gpu2',
      'fail: found drive with serial S3 (X1), which is not in the manifest',
    ]);
  });
  it('that is not listed fails where nothing is known but the serial, and no row takes parts by number', () => {
    const bare = { ...drive('S2'), model: unknown('no model') };
    expect(compare([s1], drives(drive('S1'), bare))[2]).toBe(
      'fail: found drive with serial S2 (of unknown model), which is not in the manifest',
    );
    expect(compare([s1, { part: 'drive', model: 'Y1' }], drives(drive('S1'), bare))).toEqual([
      'pass: drive with serial S1 is there',
      'missing: expected 1 × X1, found 1 to 2 × X1: not known of which model 1 are: no model',
      'missing: expected 1 × Y1, found 0 to 1 × Y1: not known of which model 1 are: no model',
    ]);
  });
  it('need not be listed where a row takes its model, or any, by number', () => {
    const found = drives(drive('S1'), drive('S2', 'Y1'));
    expect(compare([s1, { part: 'drive', model: 'Y1' }], found)).toEqual([
      'pass: drive with serial S1 is there',
      'pass: expected 1 × X1, found 1 × X1',
      'pass: expected 1 × Y1, found 1 × Y1',
    ]);
    expect(compare([s1, { part: 'drive' }], found)).toEqual([
      'pass: drive with serial S1 is there',
      'pass: expected 1 to 2 × X1, found 1 × X1',
      'pass: expected 2 × drive, found 2',
    ]);
  });
  it('is that of the machine, of memory and of a processor only where the facts hold one', () => {
    const facts = mergeFacts();
    const identity = { ...facts.identity, serial: known('SN-1'), product: known('Supermicro SYS-821GE') };
    expect(
      compare([{ part: 'machine', serial: 'SN-1', model: 'SYS-821GE' }], { ...facts, identity }),
    ).toEqual([
      'pass: machine with serial SN-1 is there',
      'pass: expected 1 × SYS-821GE, found 1 × SYS-821GE',
    ]);
    expect(compare([{ part: 'machine', serial: 'SN-1' }], facts)[0]).toBe(
      'missing: expected machine with serial SN-1, not known: /sys/class/dmi/id/product_serial: denied',
    );
    expect(compare([{ part: 'cpu', serial: 'C1' }], facts)[0]).toBe(
      'missing: expected cpu with serial C1, not known: the facts hold no serials of processors',
    );
    expect(compare([{ part: 'memory', serial: 'M1', model: '64 GiB' }], facts)[0]).toBe(
      'missing: expected memory with serial M1, not known: no EDAC',
    );
  });
});

describe('the number of a model', () => {
  const eight: Row[] = [{ part: 'accelerator', model: 'H100-SXM5-80GB', count: 8 }];
  it.each([
    [7, 'fail: expected 8 × H100-SXM5-80GB, found 7 × H100-SXM5-80GB: 1 lacking'],
    [8, 'pass: expected 8 × H100-SXM5-80GB, found 8 × H100-SXM5-80GB'],
    [9, 'fail: expected 8 × H100-SXM5-80GB, found 9 × H100-SXM5-80GB: 1 too many'],
    [0, 'fail: expected 8 × H100-SXM5-80GB, found none: 8 lacking'],
  ])('is held against %i', (count, finding) => {
    expect(compare(eight, gpus(count))).toEqual([finding]);
  });
  it('adds the rows of the model up', () => {
    const rows = Array.from(
      { length: 8 },
      (_, slot): Row => ({ part: 'accelerator', model: 'h100-sxm5-80gb', slot: String(slot) }),
    );
    expect(compare(rows, gpus(7))).toEqual([
      'fail: expected 8 × h100-sxm5-80gb, found 7 × h100-sxm5-80gb: 1 lacking',
    ]);
  });
  it('shows what is there instead, which may only be spelled differently', () => {
    expect(compare([{ part: 'accelerator', model: 'H100', count: 8 }], gpus(8))).toEqual([
      'fail: expected 8 × H100, found none but 8 × H100-SXM5-80GB: 8 lacking',
    ]);
  });
  it.each([
    ['NVIDIA H100-SXM5-80GB', gpus(1)],
    ['nvidia  h100-sxm5-80gb', gpus(1)],
    ['NVIDIA® H100-SXM5-80GB™', gpus(1)],
  ])('knows %s with its maker in front', (model, facts) => {
    expect(compare([{ part: 'accelerator', model }], facts)).toEqual([
      `pass: expected 1 × ${model}, found 1 × ${model}`,
    ]);
  });
  it('counts a device for one model only, the one that says more', () => {
    const rows: Row[] = [
      { part: 'drive', model: 'MZQL2' },
      { part: 'drive', model: 'SAMSUNG MZQL2' },
    ];
    expect(compare(rows, drives(drive('S1', 'SAMSUNG MZQL2')))).toEqual([
      'fail: expected 1 × MZQL2, found none but 1 × SAMSUNG MZQL2: 1 lacking',
      'pass: expected 1 × SAMSUNG MZQL2, found 1 × SAMSUNG MZQL2',
    ]);
  });
  it('is missing while a device that may decide does not tell its model', () => {
    const silent = { ...drive('S2'), model: unknown('no model') };
    const rows = (count: number): Row[] => [{ part: 'drive', model: 'X1', count }];
    const found = drives(drive('S1'), silent);
    expect(compare(rows(2), found)).toEqual([
      'missing: expected 2 × X1, found 1 to 2 × X1: not known of which model 1 are: no model',
    ]);
    expect(compare(rows(1), found)[0]).toMatch(/^missing: expected 1 × X1, found 1 to 2 × X1/);
    expect(compare(rows(3), found)).toEqual(['fail: expected 3 × X1, found 1 to 2 × X1: 1 lacking']);
  });
  it('is missing while a listed serial without a model may belong to it', () => {
    const rows: Row[] = [
      { part: 'drive', serial: 'S9' },
      { part: 'drive', model: 'X1' },
    ];
    const silent = { ...drive('?', 'Y1'), serial: unknown('no serial') };
    expect(compare(rows, drives(drive('S1'), drive('S2'), silent))).toEqual([
      'missing: expected drive with serial S9, not known: no serial',
      'missing: expected 1 to 2 × X1, found 2 × X1: not known of which model 1 are that serials list',
      'fail: expected 2 × drive, found 3: 1 too many',
    ]);
    expect(compare(rows, drives(drive('S9'), drive('S2', 'X1')))[1]).toBe(
      'pass: expected 2 × X1, found 2 × X1',
    );
  });
  it('counts the namespaces of one NVMe drive once, and two USB boxes of one serial twice', () => {
    const rows: Row[] = [{ part: 'drive', model: 'X1', count: 1 }];
    expect(compare(rows, drives(drive('S1'), drive('S1')))).toEqual(['pass: expected 1 × X1, found 1 × X1']);
    const usb = { ...drive('S1'), transport: known('usb') };
    expect(compare(rows, drives(usb, usb))[0]).toMatch(/^fail: .*1 too many$/);
  });
  it('is that of all devices where rows name no model', () => {
    expect(compare([{ part: 'drive', count: 2 }], drives(drive('S1')))).toEqual([
      'fail: expected 2 × drive, found 1: 1 lacking',
    ]);
  });
  it('compares processors by model and sockets', () => {
    const facts = mergeFacts();
    const cpu = { ...facts.cpu, model: known('AMD EPYC 9654 96-Core Processor') };
    const two = (model: string): Row[] => [{ part: 'cpu', model, count: 2 }];
    expect(compare(two('EPYC 9654'), { ...facts, cpu })).toEqual([
      'pass: expected 2 × EPYC 9654, found 2 × EPYC 9654',
    ]);
    expect(compare(two('EPYC 9554'), { ...facts, cpu })).toEqual([
      'fail: expected 2 × EPYC 9554, found none but 2 × AMD EPYC 9654 96-Core Processor: 2 lacking',
    ]);
    const intel = { ...cpu, model: known('Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz'), sockets: known(1) };
    expect(compare(two('Intel Xeon E5-2680 v4'), { ...facts, cpu: intel })).toEqual([
      'fail: expected 2 × Intel Xeon E5-2680 v4, found 1 × Intel Xeon E5-2680 v4: 1 lacking',
    ]);
    const silent = { ...cpu, sockets: unknown('lscpu does not report Socket(s)') };
    expect(compare(two('EPYC 9654'), { ...facts, cpu: silent })).toEqual([
      'missing: expected 2 × EPYC 9654, not known: lscpu does not report Socket(s)',
    ]);
  });
});

describe('memory', () => {
  const gibibyte = 2 ** 30;
  const rows: Row[] = [{ part: 'memory', model: '64 GiB', count: 16 }];
  it.each([
    [1007, 'pass: expected 1024 GiB of memory, found 1007 GiB, of which a kernel takes a part'],
    [943.5, 'fail: expected 1024 GiB of memory, found 943.5 GiB: 80.5 GiB lacking'],
    [1024, 'pass: expected 1024 GiB of memory, found 1024 GiB, of which a kernel takes a part'],
    [960, 'fail: expected 1024 GiB of memory, found 960 GiB: 64 GiB lacking'],
    [1025, 'fail: expected 1024 GiB of memory, found 1025 GiB: more than is listed'],
    [
      975,
      'missing: expected 1024 GiB of memory, found 975 GiB: less than a module is lacking, but more than a kernel takes',
    ],
  ])('of 16 modules is held against %f GiB', (found, finding) => {
    expect(compare(rows, { memoryBytes: found * gibibyte })).toEqual([finding]);
  });
  it('is missing where one of many small modules may be absent', () => {
    const many: Row[] = [{ part: 'memory', model: '16 GiB', count: 64 }];
    expect(compare(many, { memoryBytes: 1006 * gibibyte })).toEqual([
      'missing: expected 1024 GiB of memory, found 1006 GiB: more than a module is lacking, but no more than a kernel may take',
    ]);
  });
  it.each([
    '64GB DDR5-4800 2Rx4 (16Gb) RDIMM',
    '64 gb',
    'M321R8GA0BB0 65536 MB',
    '0.0625 TiB',
  ])('reads the size in %s, where GB is GiB', (model) => {
    expect(compare([{ part: 'memory', model, count: 16 }], { memoryBytes: 1007 * gibibyte }).at(-1)).toMatch(
      /^pass: expected 1024 GiB/,
    );
  });
  it('adds modules of different sizes up', () => {
    const mixed: Row[] = [
      { part: 'memory', model: '64 GiB', count: 8 },
      { part: 'memory', model: '32 GiB', count: 16 },
    ];
    expect(compare(mixed, { memoryBytes: 1007 * gibibyte })).toEqual([
      'pass: expected 1024 GiB of memory, found 1007 GiB, of which a kernel takes a part',
    ]);
  });
  it.each([
    ['M321R8GA0BB0', '`M321R8GA0BB0`'],
    ['2 x 32 GB or 64 GB', '`2 x 32 GB or 64 GB`'],
    ['0 GiB', '`0 GiB`'],
    ['16Gb', '`16Gb`'],
    [undefined, 'nothing'],
  ])('is missing when no size can be read in %s', (model, found) => {
    expect(compare([...rows, { part: 'memory', ...(model === undefined ? {} : { model }) }])).toEqual([
      `missing: expected the size of a module such as \`64 GiB\` in \`model\`, got ${found}: the memory cannot be compared`,
    ]);
  });
  it('is missing with the reason when the kernel does not tell', () => {
    const facts = mergeFacts();
    const memory = { ...facts.memory, totalBytes: unknown('/proc/meminfo MemTotal: not reported') };
    expect(compare(rows, { ...facts, memory })).toEqual([
      'missing: the size of the memory is not known: /proc/meminfo MemTotal: not reported',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { Manifest } from '../../../../harness/config/manifest.ts';
import { readManifest } from '../../../../harness/config/read-manifest.ts';
import { maxConfigBytes } from '../../../../harness/config/read-yaml.ts';
import { refusal } from '../../../support/constructed/refusal.ts';

const nodes = ['gpu1', 'gpu2'];
const read = (...lines: readonly string[]) =>
  readManifest({ file: 'rack.csv', text: lines.join('\n') }, nodes);

describe('readManifest', () => {
  it('reads one part per row, without what is not filled in', () => {
    const manifest = read(
      'node,part,slot,model,serial,count',
      'gpu1,machine,,,SN-1,',
      'gpu1,accelerator,GPU 0,H100-SXM5-80GB,1654223011870,1',
      'gpu2,memory,,"64 GiB, DDR5",,16',
      '',
    );
    expect(manifest).toEqual({
      schema: 'assay/manifest',
      schemaVersion: 1,
      parts: [
        { node: 'gpu1', part: 'machine', serial: 'SN-1', count: 1 },
        {
          node: 'gpu1',
          part: 'accelerator',
          slot: 'GPU 0',
          model: 'H100-SXM5-80GB',
          serial: '1654223011870',
          count: 1,
        },
        { node: 'gpu2', part: 'memory', model: '64 GiB, DDR5', count: 16 },
      ],
    });
    expect(Object.isFrozen(manifest.parts[0])).toBe(true);
    expect(Manifest.parse(JSON.parse(JSON.stringify(manifest)))).toEqual(manifest);
  });
  it('takes columns in any order and case, a byte order mark, CRLF, semicolons and spaces around values', () => {
    expect(read('\uFEFF Serial ;PART;Node\r', ' S1 ; drive ;gpu1\r').parts).toEqual([
      { node: 'gpu1', part: 'drive', serial: 'S1', count: 1 },
    ]);
  });

  it('passes over columns without a name and rows without a cell, as spreadsheets export what was once touched', () => {
    const plain = [{ node: 'gpu1', part: 'drive', serial: 'S1', count: 1 }];
    expect(read('node,part,slot,model,serial,count,,', 'gpu1,drive,0,,S1,1,,', ',,,,,,,').parts).toEqual([
      { ...plain[0], slot: '0' },
    ]);
    expect(read('node;part;;serial; ', 'gpu1;drive;;S1; ').parts).toEqual(plain);
    expect(read('"node","part","serial",""', 'gpu1,drive,S1').parts).toEqual(plain);
  });

  it.each([
    [
      ['node,part,,serial', 'gpu1,drive,rear,S1'],
      'line 2: expected a name for column 3, got none for `rear`',
      'Name the column in the first line, or empty it.',
    ],
    [
      ['node,part,serail', 'gpu1,drive,S1'],
      'line 1: expected a column of a manifest, got `serail`',
      'Did you mean `serial`?',
    ],
    [
      ['node,part,Part', 'gpu1,drive,nic'],
      'line 1: expected each column once, got `Part` again',
      'Correct the manifest.',
    ],
    [
      ['node,model', 'gpu1,X'],
      'line 1: expected a column `part`, got `node`, `model`',
      'Correct the manifest.',
    ],
    [['part', 'drive'], 'line 1: expected a column `node`, got `part`', 'Correct the manifest.'],
    [
      ['node,part', 'gpu1,drive,X'],
      'line 2: expected a name for column 3, got none for `X`',
      'Name the column in the first line, or empty it.',
    ],
    [
      ['node,part', '', 'gpu3,drive'],
      'line 3: node: expected a node of the inventory, got `gpu3`',
      'Did you mean `gpu1`?',
    ],
    [
      ['node,part', '"gpu[1-2]",drive'],
      'line 2: node: expected one node, not a set, got `gpu[1-2]`',
      'Write one row for each node.',
    ],
    [['node,part', ',drive'], 'line 2: node: expected text, got nothing', 'Correct the value named above.'],
    [
      ['node,part', 'gpu1,gpu'],
      'line 2: part: expected `machine` or `accelerator` or `drive` or `nic` or `memory` or `cpu` or `psu` or `fan` or `transceiver`, got `"gpu"`',
      'Did you mean `cpu`?',
    ],
    [
      ['node,part,count', 'gpu1,drive,x8'],
      'line 2: count: expected a number, got `"x8"`',
      'Correct the value named above.',
    ],
    [
      ['node,part,count', 'gpu1,drive,0'],
      'line 2: count: expected a number > 0, got `0`',
      'Correct the value named above.',
    ],
    [
      ['node,part,serial,count', 'gpu1,drive,S1,2'],
      'line 2: count: expected 1 in a row with a serial, got `2`',
      'Correct the value named above.',
    ],
    [
      ['node,part,serial', 'gpu1,drive,S1', 'gpu2,nic, S1'],
      'line 3: serial: expected each serial once, got `S1` again, first on line 2',
      'Correct the manifest.',
    ],
    [
      ['node,part,serial', 'gpu1,accelerator,1.65422E+12'],
      'line 2: serial: expected a serial number, got `1.65422E+12`',
      'A spreadsheet has rounded it: format the column as text and export it again.',
    ],
    [
      ['node,part,model', 'gpu1,drive,3.5" disk'],
      'line 2: expected quotes around a whole field, got `3.5" disk` with quotes inside',
      'Put the field into quotes, and double those that it contains.',
    ],
  ])('refuses %j', (lines, message, hint) => {
    expect(refusal(() => read(...lines))).toEqual({
      code: 'CONFIG_INVALID',
      message: `rack.csv: ${message}`,
      hint,
    });
  });
  it('refuses a file without parts', () => {
    expect(refusal(() => read('')).message).toBe(
      'rack.csv: expected a line of column names and one line per part, got nothing',
    );
    expect(refusal(() => read('node,part', '')).message).toBe(
      'rack.csv: expected a line of column names and one line per part, got column names only',
    );
  });
  it('refuses more than 1 MiB', () => {
    expect(refusal(() => read('x'.repeat(maxConfigBytes + 1))).message).toBe(
      'rack.csv: expected at most 1048576 bytes, got 1048577',
    );
  });
});

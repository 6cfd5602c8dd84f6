import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadInventory } from '../../../../harness/config/load-inventory.ts';
import { readManifestMapping } from '../../../../harness/config/manifest-mapping.ts';
import { readManifest } from '../../../../harness/config/read-manifest.ts';
import { refusal } from '../../../support/constructed/refusal.ts';
import { removeFolder } from '../../../support/temporary.ts';

const acme = (text: string) =>
  readManifestMapping({
    file: 'acme.yaml',
    text: `schema: assay/manifest-mapping\nschemaVersion: 1\n${text}`,
  });
const mapping = acme(
  [
    'columns: { Hostname: node, Component: part, "S/N": serial, Qty: count, Remarks: ignore, "Part No.": model }',
    'parts: { GPU: accelerator, SSD: drive, Drive: drive, DIMM: memory, "Power Supply": psu, Rail: ignore }',
  ].join('\n'),
);
const read = (...lines: readonly string[]) =>
  readManifest({ file: 'rack.csv', text: lines.join('\n') }, ['gpu1'], mapping);

describe("a mapping of a supplier's words", () => {
  it('reads its columns and parts in any case, and leaves out what is ignored', () => {
    const { parts } = read(
      'hostname,COMPONENT,Part No.,s/n,Qty,Remarks,',
      'gpu1,GPU,H100-SXM5-80GB,1650,1,bay 3,',
      'gpu1,ssd,,S64,,,',
      'gpu1,Drive,,S65,,,',
      'gpu1,power  supply,,PS1,,,',
      'gpu1,Rail,,R1,2,,',
      'gpu1,transceiver,,T1,,,',
    );
    expect(parts).toEqual([
      { node: 'gpu1', part: 'accelerator', model: 'H100-SXM5-80GB', serial: '1650', count: 1 },
      { node: 'gpu1', part: 'drive', serial: 'S64', count: 1 },
      { node: 'gpu1', part: 'drive', serial: 'S65', count: 1 },
      { node: 'gpu1', part: 'psu', serial: 'PS1', count: 1 },
      { node: 'gpu1', part: 'transceiver', serial: 'T1', count: 1 },
    ]);
  });

  it.each([
    [
      'a column of which it says nothing',
      ['Hostname,Component,Asset', 'gpu1,GPU,7'],
      /expected a column of a manifest, got `Asset`/,
    ],
    [
      'two columns of one meaning',
      ['Hostname,node,Component', 'gpu1,gpu1,GPU'],
      /expected each column once, got `node` again/,
    ],
    [
      'a part of which it says nothing',
      ['Hostname,Component', 'gpu1,Cable'],
      /line 2: part: expected .*got `"Cable"`/,
    ],
    [
      'nothing but ignored parts',
      ['Hostname,Component', 'gpu1,Rail'],
      /expected one part at least, got none but ignored ones/,
    ],
  ])('leaves %s to be refused', (_, lines, message) => {
    expect(refusal(() => read(...lines)).message).toMatch(message);
  });

  it.each([
    ['parts: { GPU: gpu }', /parts.GPU: expected `machine` or/],
    ['columns: { A: node, " a": part }', /columns: expected each word once, got ` a` beside `A`/],
    ['column: {}', /expected a known key, got `column`/],
  ])('refuses %s', (text, message) => {
    expect(refusal(() => acme(text)).message).toMatch(message);
  });

  it('is named by the inventory, beside its manifest', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'assay-mapping-'));
    onTestFinished(() => removeFolder(folder));
    const write = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    write('list.csv', 'Host,Kind\ngpu1,GPU\n');
    write(
      'acme.yaml',
      'schema: assay/manifest-mapping\nschemaVersion: 1\ncolumns: { Host: node, Kind: part }\nparts: { GPU: accelerator }\n',
    );
    const inventory = (more: string): string =>
      write('rack.yaml', `schema: assay/inventory\nschemaVersion: 1\n${more}nodes: [{ name: gpu1 }]\n`);
    const loaded = await loadInventory(
      inventory('manifest: list.csv\nmanifestMapping: acme.yaml\n'),
      new Map(),
    );
    expect(loaded.manifest?.parts).toEqual([{ node: 'gpu1', part: 'accelerator', count: 1 }]);
    expect(loaded.inventory).not.toHaveProperty('manifestMapping');
    await expect(loadInventory(inventory('manifestMapping: acme.yaml\n'), new Map())).rejects.toThrow(
      /manifestMapping: expected `manifest` beside it, found none/,
    );
  });

  it('alone lets something be ignored: without it a supplier who writes so is refused', () => {
    const plain =
      (...lines: readonly string[]) =>
      () =>
        readManifest({ file: 'rack.csv', text: lines.join('\n') }, ['gpu1']);
    expect(refusal(plain('node,part,ignore', 'gpu1,drive,x')).message).toContain('got `ignore`');
    expect(refusal(plain('node,part,model', 'gpu1,ignore,H100')).code).toBe('CONFIG_INVALID');
  });
});
